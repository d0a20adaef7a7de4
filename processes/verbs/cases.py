"""Verbs that open linked cases: one submission, several cases, one transaction (C38, C13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from processes.cases import actions, events
from processes.cases.models import NO_DUE_DATE, Case, Clock
from processes.cases.status import CaseStatus, WorkItemStatus
from processes.errors import ReleaseMissing, RuleBroken, VerbParametersInvalid
from processes.people.models import Membership
from processes.people.queries import same_people
from processes.releases import publish
from processes.relief import queries as relief
from processes.texts import tr
from processes.verbs.registry import Context, verb


def _undo_open(context: Context, result: Mapping[str, Any]) -> None:
    """Withdraw opened cases, unless somebody has worked on them."""
    for opened in result["opened"]:
        if opened.get("linked"):
            continue  # it existed before
        case = actions.locked_case(context.uow, context.actor, str(opened["number"]))
        items = actions.items_of(context.uow, case)
        if case.status != CaseStatus.OPEN or any(i.status == WorkItemStatus.DONE for i in items):
            raise RuleBroken(
                reason=tr("办件 {number} 已经开始办理，不能退回到分流之前", number=case.number), clause="C38"
            )
        actions.withdraw(context.uow, context.actor, case, items)


@verb(
    "case.open", tr("发起关联办件"),
    tr("按路由结果为同一家庭发起办件或转介：routes 每行写明 programme、process、department 和标题；applications 按 application 一列给出各自的申请内容。全部在一次办理中完成。"),
    undo=_undo_open,
)  # fmt: skip
def open_cases(
    context: Context, routes: list[Any], applications: dict[str, Any], link: bool = False
) -> dict[str, Any]:
    """Open every routed case; returns number, title and limit of each, in the table's order.

    With `link`, an existing case or benefit of the household is joined to this case instead.
    """
    opened = []
    for route in _distinct(routes):
        known = _already(context, str(route["programme"])) if link else None
        if known is not None:
            opened.append(_joined(context, known, route))
            continue
        given = applications.get(str(route.get("application", "")))
        if not isinstance(given, Mapping):
            raise VerbParametersInvalid(
                verb="case.open",
                reason=tr("没有给出 {application} 的申请内容", application=route.get("application")),
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


@verb(
    "case.offers", tr("列出可申请的救助"),
    tr("从给出的救助项目中列出已经发布的，供表单选择；家庭已在申请或享受的，注明办件。"),
)  # fmt: skip
def offers(context: Context, programmes: list[Any]) -> dict[str, Any]:
    """Return those of these programmes that are in force, as options of a form field."""
    options = []
    for name in map(str, programmes):
        try:
            release = publish.current_id(context.uow.session, name, context.clocks.today)
        except ReleaseMissing:
            continue
        known = _already(context, name)
        title = publish.open_release(context.uow.session, release).title
        label = (
            title if known is None else tr("{title}（已有办件 {number}）", title=title, number=known.number)
        )
        options.append({"value": name, "label": label})
    return {"options": options, "count": Decimal(len(options))}


def _already(context: Context, programme: str) -> Case | None:
    """The case in which a member of the household applies for a programme, or draws it or what excludes it."""
    session, today = context.uow.session, context.clocks.today
    bundle = publish.open_release(session, publish.current_id(session, programme, today))
    members = select(Membership.person_id).where(Membership.household_id == context.case.household_id)
    people = same_people(session, list(session.scalars(members)))
    open_case = session.scalars(
        select(Case)
        .join(Membership, Membership.household_id == Case.household_id)
        .where(
            Membership.person_id.in_(people), Case.programme == programme, Case.status != CaseStatus.CLOSED
        )
        .order_by(Case.id)
    ).first()
    if open_case is not None:
        return open_case
    excluded = set(bundle.programme.get("excludes", ()))
    for standing in relief.standing_benefits(session, people):
        if standing.programme == programme or standing.programme_code in excluded:
            return session.scalars(select(Case).where(Case.number == standing.case_number)).one()
    return None


def _joined(context: Context, known: Case, route: Mapping[str, Any]) -> dict[str, Any]:
    """A line of the receipt for a case that existed before."""
    events.append(
        context.uow, context.case, context.actor, "case_joined", known.programme_title, number=known.number
    )
    return {
        "number": known.number, "title": known.programme_title, "to": str(route.get("target_title") or ""),
        "need": str(route.get("need") or ""), "due_on": None, "due_title": "", "limit": "", "article": "", "linked": True,
    }  # fmt: skip


def _distinct(routes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """One case for each target, whatever number of needs led to it."""
    by_target: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    for route in routes:
        key = (str(route["programme"]), str(route.get("process", "")), str(route.get("target") or ""))
        earlier = by_target.get(key)
        if earlier is None:
            by_target[key] = route
        elif route.get("need") not in str(earlier.get("need", "")).split("、"):
            by_target[key] = {
                **earlier,
                "need": tr("{earlier}、{route}", earlier=earlier["need"], route=route["need"]),
            }
    return list(by_target.values())


def _told(context: Context, case: Case, route: Mapping[str, Any]) -> dict[str, Any]:
    """A line of the receipt: what was opened, for what, which limit runs first, and how the reply comes.

    The limit that runs first is that of accepting the application; it is shown by its title, never as the day
    of the reply.
    """
    context.uow.flush()
    bundle = publish.open_release(context.uow.session, case.release_id)
    running = context.uow.session.scalars(
        select(Clock).where(Clock.case_id == case.id, Clock.stopped_on.is_(None)).order_by(Clock.due_on)
    ).all()
    dated = [c for c in running if c.due_on != NO_DUE_DATE]
    overall = next((c for c in dated if bundle.clocks[c.name].keeps_running), None)
    first = overall or (dated[0] if dated else None)
    return {
        "number": case.number, "title": case.programme_title, "to": str(route.get("target_title") or ""),
        "need": str(route.get("need") or ""), "due_on": first.due_on if first else None,
        "due_title": first.title if first and not overall else "", "limit": str(route.get("limit") or ""),
        "article": str(route.get("article") or ""),
    }  # fmt: skip
