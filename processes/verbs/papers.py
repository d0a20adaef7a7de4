"""Verbs that issue papers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from processes.cases import events
from processes.decisions import snapshots
from processes.errors import RuleBroken
from processes.papers import issue
from processes.policy.calendar import in_chinese
from processes.texts import tr
from processes.verbs.registry import Context, verb


def _undo_issue(context: Context, result: Mapping[str, Any]) -> None:
    issue.supersede(context.uow, context.case, context.question)


@verb(
    "paper.issue",
    tr("出具文书"),
    tr("按模板出具文书并编号；once 为真时同一办件只能出具一次。"),
    undo=_undo_issue,
)
def issue_paper(context: Context, paper: str, once: bool = False) -> dict[str, Any]:
    """Issue a paper with the data of this moment; returns its number and verification code."""
    if once:
        earlier = issue.standing(context.uow, context.case, paper)
        if earlier is not None:
            raise RuleBroken(
                reason=tr(
                    "已于{issued_on}出具《{title}》，须一次性告知，不能再次出具",
                    issued_on=in_chinese(earlier.issued_on),
                    title=earlier.title,
                ),
                clause="C38",
            )
    rule = context.bundle.papers.get(paper)
    if rule is not None and not rule.register_now:
        snapshots.demand_unchanged(context.uow, context.case)
    row = issue.issue(
        context.uow, context.case, context.bundle, paper, context.items, context.data,
        context.question, context.actor, context.clocks,
    )  # fmt: skip
    events.append(
        context.uow, context.case, context.actor, "paper_issued", row.title, number=row.number, code=row.code
    )
    return {"paper": paper, "number": row.number, "code": row.code}
