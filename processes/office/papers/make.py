"""Make a paper on demand, or print the state of a case."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, events
from processes.engine import runtime
from processes.errors import RuleBroken
from processes.office.command import Command, handles
from processes.office.run import Run
from processes.papers import issue
from processes.papers.status import PaperStanding
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr


@dataclass(frozen=True, slots=True)
class PrintStateResult:
    """The result of `PrintState`."""

    code: str


@dataclass(frozen=True, slots=True)
class PrintState(Command[PrintStateResult]):
    """Make the approval form of a case as it stands; an undecided one says so."""

    permission = (Permission.TASK_WORK, Permission.PAPER_READ)

    case_number: str
    paper: str


@handles(PrintState)
def print_state(settings: Settings, uow: UnitOfWork, actor: Actor, command: PrintState) -> PrintStateResult:
    """Make a form of the case as it is; while undecided it says so and has no number.

    Only for people who work on steps, because it adds a paper and an event to the case.
    """
    case = actions.locked_case(uow, actor, command.case_number)
    run = Run(uow, actor, case, actions.items_of(uow, case))
    rule = run.bundle.papers.get(command.paper)
    if rule is None or not rule.state_of_case:
        raise RuleBroken(reason=tr("这份文书不能按办件现状打印"))
    progress = runtime.look(run.definition, run.state(), run.facts())
    row = issue.issue(
        uow, case, run.bundle, command.paper, run.items, progress.data, issue.PRINT_STATE, actor,
        run.clocks, decided=False,
    )  # fmt: skip
    events.append(uow, case, actor, "state_printed", row.title, code=row.code)
    return PrintStateResult(code=row.code)


@dataclass(frozen=True, slots=True)
class MakePaperResult:
    """The result of `MakePaper`."""

    code: str


@dataclass(frozen=True, slots=True)
class MakePaper(Command[MakePaperResult]):
    """Make a paper on demand; an earlier one of the kind becomes invalid."""

    permission = (Permission.TASK_WORK, Permission.PAPER_READ)

    case_number: str
    paper: str


@handles(MakePaper)
def make_paper(settings: Settings, uow: UnitOfWork, actor: Actor, command: MakePaper) -> MakePaperResult:
    """Make a paper on demand with current data; an earlier one is superseded.

    Only for people who work on steps and may read the case's papers.
    """
    case = actions.locked_case(uow, actor, command.case_number)
    run = Run(uow, actor, case, actions.items_of(uow, case))
    rule = run.bundle.papers.get(command.paper)
    if rule is None or rule not in issue.on_demand(run.bundle, run.items):
        raise RuleBroken(reason=tr("这份文书现在不能制作"))
    earlier = issue.standing(uow, case, command.paper)
    if earlier is not None:
        issue.end(uow, earlier, PaperStanding.SUPERSEDED, tr("重新制作"))
    progress = runtime.look(run.definition, run.state(), run.facts())
    row = issue.issue(
        uow, case, run.bundle, command.paper, run.items, progress.data, issue.ON_DEMAND, actor, run.clocks
    )
    events.append(uow, case, actor, "paper_issued", row.title, number=row.number, code=row.code, asked=True)
    return MakePaperResult(code=row.code)
