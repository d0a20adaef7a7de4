"""Moves of cases (移动办理位置): back at once, forward only when a second person has confirmed it.

No move passes a step that gives an opinion or decides, and decisions after the step entered become void.
docs/adr/0022.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from processes.access import persons
from processes.access.permissions import Permission, Role
from processes.access.scope import Actor
from processes.cases import actions, events, moves, notices
from processes.cases.models import Case
from processes.cases.move_models import CaseMove
from processes.cases.status import CaseStatus, MoveStatus, WorkItemStatus
from processes.engine import progress as p
from processes.engine import returns
from processes.engine.moves import Position, positions, target
from processes.errors import MoveRefused, NotFound, OwnProposal, RuleBroken, StaleCase
from processes.office.answers import reason_of
from processes.office.cases import control
from processes.office.command import CaseCommand, Command, handles
from processes.office.run import Run
from processes.papers import issue
from processes.releases import effects
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr
from processes.verbs import registry


def places(run: Run) -> list[Position]:
    """Return the positions of the case and the possible moves."""
    return positions(run.definition, run.state(), effects.deciding_steps(run.bundle, run.case.process))


@dataclass(frozen=True, slots=True)
class MoveCaseResult:
    """The result of `MoveCase`."""

    status: str
    waits: bool


@dataclass(frozen=True, slots=True)
class MoveCase(CaseCommand[MoveCaseResult]):
    """Leave the step `ref` and enter the step with id `to`; `version` is the case's as the person saw it.

    Back to a step done before: at once. Forward: once a second person has confirmed it.
    """

    permission = Permission.CASE_CONTROL

    ref: str
    to: str
    version: int


@handles(MoveCase)
def ask(settings: Settings, uow: UnitOfWork, actor: Actor, command: MoveCase) -> MoveCaseResult:
    """Move the case back, or request a move forward; raises `MoveRefused`, or `StaleCase` if it has changed."""
    case, run, reason = control.taken(uow, actor, command, CaseStatus.OPEN)
    if case.version != command.version:
        raise StaleCase(number=case.number)
    where = places(run)
    chosen = target(where, command.ref, command.to)
    _demand_nothing_given(run, command.ref, command.to)
    waiting = uow.session.scalar(
        select(CaseMove).where(CaseMove.case_id == case.id, CaseMove.status == MoveStatus.ASKED)
    )
    if waiting is not None and moves.Shown(waiting, case).status == MoveStatus.ASKED:
        raise RuleBroken(
            reason=tr(
                "{asked_by}已提出移动到“{to_title}”，请先确认或者不同意",
                asked_by=waiting.asked_by,
                to_title=waiting.to_title,
            )
        )
    if waiting is not None:
        waiting.status = MoveStatus.EXPIRED
        uow.flush()  # before the next request is added: a case has at most one
    row = CaseMove(
        case_id=case.id, case_version=case.version, ref=command.ref, to=chosen.id, to_title=chosen.name,
        title=next(s.title for s in where if s.ref == command.ref), is_back=chosen.is_back, reason=reason,
        status=MoveStatus.DONE if chosen.is_back else MoveStatus.ASKED, asked_by_id=actor.account_id, asked_by=actor.name,
        asked_at=uow.now,
    )  # fmt: skip
    uow.add(row)
    uow.flush()
    if chosen.is_back:
        _move(run, row)
        return MoveCaseResult(status=case.status, waits=False)
    events.append(uow, case, actor, "move_asked", row.to_title, ref=row.ref, to=row.to, reason=reason)
    text = tr(
        "{name}提出将{applicant}的办件移动到“{to_title}”，请确认：{reason}",
        name=actor.name,
        applicant=case.applicant,
        to_title=row.to_title,
        reason=reason,
    )
    notices.tell_role(uow, Role.COUNTY_LEADER, case, "move", text)
    return MoveCaseResult(status=case.status, waits=True)


@dataclass(frozen=True, slots=True)
class DecideMoveResult:
    """The result of `DecideMove`."""

    case: str
    status: str


@dataclass(frozen=True, slots=True)
class DecideMove(Command[DecideMoveResult]):
    """Execute a forward move requested by another person, or refuse it with a reason; its requester may
    withdraw it."""

    permission = Permission.MOVE_CONFIRM

    move_id: int
    accept: bool
    reason: str = ""

    def needs_verification(self) -> bool:
        """Only executing it."""
        return self.accept


@handles(DecideMove)
def decide(settings: Settings, uow: UnitOfWork, actor: Actor, command: DecideMove) -> DecideMoveResult:
    """Execute a move as the second person, or refuse it; raises `StaleCase` if the case has changed since."""
    number = uow.session.scalar(
        select(Case.number).join(CaseMove, CaseMove.case_id == Case.id).where(CaseMove.id == command.move_id)
    )
    if number is None:
        raise NotFound()
    case = actions.locked_case(uow, actor, number)
    row = uow.session.get_one(CaseMove, command.move_id, with_for_update=True)
    if row.status != MoveStatus.ASKED:
        raise RuleBroken(reason=tr("这项移动办理已经处理"))
    if moves.Shown(row, case).status == MoveStatus.EXPIRED:
        raise StaleCase(number=case.number)
    row.decided_by_id, row.decided_by, row.decided_at = actor.account_id, actor.name, uow.now
    if not command.accept:
        row.status, row.said = MoveStatus.REFUSED, reason_of(command.reason)
        events.append(uow, case, actor, "move_refused", row.to_title, ref=row.ref, reason=row.said)
        text = tr(
            "{name}没有同意将{applicant}的办件移动到“{to_title}”：{said}",
            name=actor.name,
            applicant=case.applicant,
            to_title=row.to_title,
            said=row.said,
        )
        notices.tell(uow, [row.asked_by_id], "move", text, case)
        return DecideMoveResult(case=case.number, status=row.status)
    if persons.is_one_of(uow.session, actor.account_id, (row.asked_by_id,), row.asked_at):
        raise OwnProposal(what=tr("移动到“{to_title}”", to_title=row.to_title))
    run = Run(uow, actor, case, actions.items_of(uow, case))
    target(places(run), row.ref, row.to)
    _demand_nothing_given(run, row.ref, row.to)
    row.status = MoveStatus.DONE
    events.append(uow, case, actor, "move_confirmed", row.to_title, asked_by=row.asked_by)
    _move(run, row)
    notices.tell(
        uow,
        [row.asked_by_id],
        "move",
        tr("{name}已确认移动到“{to_title}”", name=actor.name, to_title=row.to_title),
        case,
    )
    return DecideMoveResult(case=case.number, status=row.status)


def _origin(ref: str, to: str) -> str:
    """The step entered, as a reference without the number of the visit."""
    return f"{ref.split('#')[0].rpartition('/')[0]}/{to}"


def _given_after(run: Run, origin: str) -> list[tuple[str, str, Any]]:
    """Answers of the office at or after a step: reference, operation, result; latest first."""
    answers = []
    for entry in reversed(run.state().journal):
        node = run.definition.node_at(entry.ref) if entry.kind == "answer" else None
        if node is not None and node.operation and returns.comes_after(run.definition, origin, entry.ref):
            answers.append((entry.ref, node.operation, entry.data))
    return answers


def _demand_nothing_given(run: Run, ref: str, to: str) -> None:
    """Raise if something was granted, paid or stopped after the step: only a return undoes that."""
    for _, operation, result in _given_after(run, _origin(ref, to)):
        given = isinstance(result, Mapping) and result.get("paid", True)
        if given and registry.find(operation).needs_decision:
            raise MoveRefused(
                reason=tr(
                    "该环节之后已办理“{title}”，请由办理环节退回，退回时一并撤销",
                    title=registry.find(operation).title,
                )
            )


def _move(run: Run, row: CaseMove) -> None:
    """Enter the step; later steps and their papers are kept on file as superseded."""
    origin = _origin(row.ref, row.to)
    issued = [ref for ref, operation, _ in _given_after(run, origin) if operation == "paper.issue"]
    run.advance(p.Move(row.ref, row.to, row.reason))
    for ref in issued:
        issue.supersede(run.uow, run.case, ref)
    for item in run.items:
        place = item.ref.split("#")[0]
        is_after = place == origin or returns.comes_after(run.definition, origin, item.ref)
        if item.status == WorkItemStatus.DONE and is_after:
            item.status = WorkItemStatus.SUPERSEDED
