"""Verbs that open linked cases: one submission, several cases, one transaction (C38, C13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from processes.cases import actions, events
from processes.cases.models import Case
from processes.errors import RuleBroken, VerbParametersInvalid
from processes.verbs.registry import Context, verb


def _undo_open(context: Context, result: Mapping[str, Any]) -> None:
    """Cases that were opened are withdrawn, as long as nobody has worked on them."""
    for opened in result["opened"]:
        case = actions.locked_case(context.uow, context.actor, str(opened["number"]))
        items = actions.items_of(context.uow, case)
        if case.status != "open" or any(i.status == "done" for i in items):
            raise RuleBroken(reason=f"办件 {case.number} 已经开始办理，不能退回到分流之前", clause="C38")
        actions.withdraw(context.uow, context.actor, case, items)


@verb(
    "case.open", "发起关联办件",
    "按路由结果为同一家庭发起办件或转介：routes 每行写明 programme、process、department 和标题；"
    "applications 按 application 一列给出各自的申请内容。全部在一次办理中完成。",
    undo=_undo_open,
)  # fmt: skip
def open_cases(context: Context, routes: list[Any], applications: dict[str, Any]) -> dict[str, Any]:
    """Open every routed case; answers number, title and limit of each, in the table's order."""
    opened = []
    for route in _distinct(routes):
        given = applications.get(str(route.get("application", "")))
        if not isinstance(given, Mapping):
            raise VerbParametersInvalid(
                verb="case.open", reason=f"没有给出 {route.get('application')} 的申请内容"
            )
        form = {**given, **{k: v for k, v in route.items() if k in ("target", "target_title", "need")}}
        case = context.open_case(
            str(route["programme"]), str(route.get("process", "")), form, str(route.get("target") or "")
        )
        opened.append(_told(context, case, route))
        events.append(
            context.uow, context.case, context.actor, "case_opened", case.programme_title,
            number=case.number, to=str(route.get("target_title") or ""),
        )  # fmt: skip
    return {"opened": opened, "count": len(opened)}


def _distinct(routes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """One case for each target, whatever number of needs led to it."""
    found: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    for route in routes:
        key = (str(route["programme"]), str(route.get("process", "")), str(route.get("target") or ""))
        earlier = found.get(key)
        if earlier is None:
            found[key] = route
        elif route.get("need") not in str(earlier.get("need", "")).split("、"):
            found[key] = {**earlier, "need": f"{earlier['need']}、{route['need']}"}
    return list(found.values())


def _told(context: Context, case: Case, route: Mapping[str, Any]) -> dict[str, Any]:
    """A line of the receipt: what was opened, for what, and until when it has to be answered."""
    context.uow.flush()
    due = [i.due_on for i in actions.items_of(context.uow, case) if i.clock]
    return {
        "number": case.number, "title": case.programme_title, "to": str(route.get("target_title") or ""),
        "need": str(route.get("need") or ""), "due_on": min(due) if due else None,
        "limit": str(route.get("limit") or ""), "article": str(route.get("article") or ""),
    }  # fmt: skip
