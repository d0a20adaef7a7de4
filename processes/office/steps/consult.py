"""Ask a colleague about a step (沟通), or send copies of it (抄送)."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, notices, participants, rules
from processes.errors import Invalid, RuleBroken
from processes.office.answers import reason_of
from processes.office.command import ItemCommand, handles
from processes.office.steps.colleague import colleague
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr


@dataclass(frozen=True, slots=True)
class AskColleagueResult:
    """The result of `AskColleague`."""

    case: str


@dataclass(frozen=True, slots=True)
class AskColleague(ItemCommand[AskColleagueResult]):
    """Ask somebody a question; the step stays with its assignee (沟通)."""

    permission = Permission.TASK_WORK

    to_account_id: int = 0
    question: str = ""


@handles(AskColleague)
def ask(settings: Settings, uow: UnitOfWork, actor: Actor, command: AskColleague) -> AskColleagueResult:
    """Ask a colleague a question about a step; the step stays with the actor."""
    case, _, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    rules.demand_worker(item, actor)
    to, question = colleague(uow, command.to_account_id), reason_of(command.question)
    if to.id == actor.account_id:
        raise RuleBroken(reason=tr("不能向本人沟通"))
    participants.ask(uow, actor, case, item, to, question)
    notices.tell(
        uow,
        [to.id],
        "asked",
        tr(
            "{name}就{applicant}的“{title}”请您答复：{question}",
            name=actor.name,
            applicant=case.applicant,
            title=item.title,
            question=question,
        ),
        case,
    )
    return AskColleagueResult(case=case.number)


@dataclass(frozen=True, slots=True)
class CopyTaskResult:
    """The result of `CopyTask`."""

    case: str


@dataclass(frozen=True, slots=True)
class CopyTask(ItemCommand[CopyTaskResult]):
    """Send copies of a step to colleagues (抄送)."""

    permission = Permission.TASK_WORK

    to: tuple[int, ...] = ()
    note: str = ""


@handles(CopyTask)
def copy(settings: Settings, uow: UnitOfWork, actor: Actor, command: CopyTask) -> CopyTaskResult:
    """Send copies of a step to colleagues."""
    case, _, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    rules.demand_worker(item, actor)
    people = [colleague(uow, i) for i in dict.fromkeys(command.to) if i != actor.account_id]
    if not people:
        raise Invalid(reason=tr("请选择抄送人员"))
    participants.copy(uow, actor, case, item, people, command.note.strip()[:300])
    notices.tell(
        uow,
        [a.id for a in people],
        "copied",
        tr("{name}抄送{applicant}的“{title}”", name=actor.name, applicant=case.applicant, title=item.title),
        case,
    )
    return CopyTaskResult(case=case.number)
