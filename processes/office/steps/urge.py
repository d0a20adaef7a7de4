"""Urge whoever has a step (催办)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from processes.access.permissions import Permission, Role
from processes.access.scope import Actor
from processes.cases import actions, assignment, notices
from processes.cases.status import WorkItemStatus
from processes.errors import RuleBroken
from processes.office.command import Command, handles
from processes.office.run import Run
from processes.policy.calendar import civil_date
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr


@dataclass(frozen=True, slots=True)
class UrgeTaskResult:
    """The result of `UrgeTask`."""

    count: int


@dataclass(frozen=True, slots=True)
class UrgeTask(Command[UrgeTaskResult]):
    """Urge a step (催办)."""

    permission = (Permission.CASE_READ, Permission.TASK_WORK)

    item_id: int
    word: str = ""


@handles(UrgeTask)
def urge(settings: Settings, uow: UnitOfWork, actor: Actor, command: UrgeTask) -> UrgeTaskResult:
    """Urge a step: its assignee is notified, or everybody who could claim it; after several times their
    leader too."""
    case, items, item = actions.locked_case_of(uow, actor, command.item_id)
    if item.status != WorkItemStatus.OPEN:
        raise RuleBroken(reason=tr("本环节已经办结"))
    run = Run(uow, actor, case, items)
    hours, many = (_parameter(run, f"desk.urge.{name}") for name in ("hours", "escalate_after"))
    word = command.word.strip()[:100]
    count = assignment.urge(uow, actor, case, item, word, hours)
    text = tr(
        "{name}催办{applicant}的“{title}”（第 {count} 次）{word}",
        name=actor.name,
        applicant=case.applicant,
        title=item.title,
        count=count,
        word=tr("：") + word if word else "",
    )
    if item.claimed_by_id is not None:
        notices.tell(uow, [item.claimed_by_id], "urged", text, case)
    else:
        notices.tell_role(uow, item.role, case, "urged", text)
    if count >= many:
        is_county = item.role in (Role.COUNTY_CLERK, Role.COUNTY_LEADER, Role.COMPARISON_OFFICER)
        leader = Role.COUNTY_LEADER if is_county else Role.TOWNSHIP_LEADER
        notices.tell_role(uow, leader, case, "escalated", tr("多次催办未办：{text}", text=text))
        notices.tell_role(uow, Role.SUPERVISOR, case, "escalated", tr("多次催办未办：{text}", text=text))
    return UrgeTaskResult(count=count)


def _parameter(run: Run, name: str) -> int:
    value = run.bundle.policy.value(name, civil_date(run.uow.now), run.case.division)
    return int(value) if isinstance(value, Decimal) else 0
