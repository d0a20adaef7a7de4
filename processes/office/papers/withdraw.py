"""Withdraw a paper."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access.permissions import Permission, Role
from processes.access.scope import Actor
from processes.cases import actions, events
from processes.cases.actions import locked_by_id
from processes.engine import runtime
from processes.errors import NotFound, RuleBroken
from processes.office.answers import reason_of
from processes.office.command import Weighty, handles
from processes.office.run import Run
from processes.papers import issue, return_scan
from processes.papers.levels import COUNTY, level_of
from processes.papers.status import PaperStanding
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr


@dataclass(frozen=True, slots=True)
class WithdrawPaperResult:
    """The result of `WithdrawPaper`."""

    case: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class WithdrawPaper(Weighty[WithdrawPaperResult]):
    """Withdraw a paper; with `again` it is issued again with current data."""

    permission = Permission.PAPER_WITHDRAW

    code: str
    reason: str
    again: bool = False


@handles(WithdrawPaper)
def withdraw_paper(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: WithdrawPaper
) -> WithdrawPaperResult:
    """Withdraw a paper, with a reason, and issue it again if requested."""
    reason = reason_of(command.reason)
    paper = return_scan.paper_of(uow, actor, command.code)
    if paper.standing != PaperStanding.STANDING or not paper.is_decided:
        raise RuleBroken(reason=tr("文书尚未办结，或者已经被取代、撤销"))
    case = locked_by_id(uow, paper.case_id)
    if case is None:
        raise NotFound()
    run = Run(uow, actor, case, actions.items_of(uow, case))
    rule = run.bundle.papers.get(paper.kind)
    if rule is not None and level_of(rule, run.items) == COUNTY and Role.COUNTY_LEADER not in actor.roles:
        raise RuleBroken(reason=tr("县级出具的文书由县级领导撤销"))
    issue.end(uow, paper, PaperStanding.WITHDRAWN, reason)
    events.append(
        uow, case, actor, "paper_withdrawn", paper.title, number=paper.number, code=paper.code, reason=reason
    )
    if not command.again:
        return WithdrawPaperResult(case=case.number)
    progress = runtime.look(run.definition, run.state(), run.facts())
    row = issue.issue(
        uow, case, run.bundle, paper.kind, run.items, progress.data, paper.question, actor, run.clocks
    )
    events.append(uow, case, actor, "paper_issued", row.title, number=row.number, code=row.code, asked=True)
    return WithdrawPaperResult(case=case.number, code=row.code)
