"""Countersigning at a step (会签): before it is finished, or after, while the submission is held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from processes.access import persons
from processes.access.models import Account
from processes.access.permissions import Permission
from processes.access.scope import Actor, StandIn
from processes.cases import actions, duties, events, notices, participants, rules, seconds
from processes.cases.colleague_models import Participant
from processes.cases.models import Case, WorkItem
from processes.cases.status import (
    Cosigning,
    CosignMode,
    CosignVerdict,
    ParticipantKind,
    ParticipantStatus,
    WorkItemStatus,
)
from processes.errors import Invalid, RuleBroken
from processes.office.accounts import verifying
from processes.office.answers import reason_of
from processes.office.command import Command, ItemCommand, handles
from processes.office.run import Run
from processes.office.steps import finishing, held_steps
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

_MOST = 20


@dataclass(frozen=True, slots=True)
class CosignTaskResult:
    """The result of `CosignTask`."""

    version: int


@dataclass(frozen=True, slots=True)
class CosignTask(ItemCommand[CosignTaskResult]):
    """Request countersignatures before the step is finished (会签、前加签); again: more signers."""

    permission = Permission.TASK_WORK

    signers: tuple[int, ...] = ()
    mode: str = CosignMode.ALL
    quorum: int = 0
    question: str = ""


@handles(CosignTask)
def cosign(settings: Settings, uow: UnitOfWork, actor: Actor, command: CosignTask) -> CosignTaskResult:
    """Request countersignatures before the step is finished, or add signers (加签)."""
    case, items, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    rules.demand_worker(item, actor)
    if item.delegated_by_id is not None:
        raise RuleBroken(reason=tr("委派给您的待办由委派人决定是否会签"))
    signers = _people(uow, command.signers)
    run = Run(uow, actor, case, items)
    for account in signers:
        duties.demand(uow.session, case, run.bundle, item, items, account.id, reader=actor.account_id)
    _demand_mode(command.mode)
    made = participants.cosign(
        uow, actor, case, item, signers, command.mode, command.quorum, command.question
    )
    item.cosigning = item.cosigning or Cosigning.BEFORE
    actions.changed(uow, actor, item)
    _tell(run, item, made)
    return CosignTaskResult(version=item.version)


@dataclass(frozen=True, slots=True)
class Asked:
    """The requested signers, the mode, and with a quorum the number needed."""

    signers: tuple[int, ...]
    mode: str
    quorum: int


def hold(run: Run, item: WorkItem, away: StandIn | None, data: Mapping[str, Any], asked: Asked) -> None:
    """Hold the submission until the signers have agreed (后加签)."""
    signers = _people(run.uow, asked.signers)
    for account in signers:
        duties.demand(
            run.uow.session, run.case, run.bundle, item, run.items, account.id, reader=run.actor.account_id
        )
    _demand_mode(asked.mode)
    finishing.named(run, item, data, run.actor, away)
    made = participants.cosign(
        run.uow, run.actor, run.case, item, signers, asked.mode, asked.quorum, ""
    )  # fmt: skip
    item.cosigning = Cosigning.AFTER
    item.held = {
        "data": dict(data), "by_id": run.actor.account_id, "by": run.actor.name,
        "for_id": None if away is None else away.account_id, "for": None if away is None else away.name,
    }  # fmt: skip
    item.draft = dict(data)
    actions.prepared(item, run.actor)
    item.claimed_by_id, item.claimed_by = run.actor.account_id, run.actor.name
    actions.in_name_of(item, away)
    actions.changed(run.uow, run.actor, item)
    _tell(run, item, made)


@dataclass(frozen=True, slots=True)
class RemoveCosignerResult:
    """The result of `RemoveCosigner`."""

    case: str


@dataclass(frozen=True, slots=True)
class RemoveCosigner(ItemCommand[RemoveCosignerResult]):
    """Remove a countersigner who has not answered (减签)."""

    permission = Permission.TASK_WORK
    carries_out_held_step = True

    participant_id: int = 0
    undone: str = ""
    """Set by the door: why what was submitted cannot be carried out, found at the first try."""


@handles(RemoveCosigner)
def remove(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: RemoveCosigner
) -> RemoveCosignerResult:
    """Remove a countersigner who has not answered (减签); settle the round if none is outstanding."""
    case, items, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    rules.demand_worker(item, actor)
    asked = {
        s.id for s in participants.of_item(uow.session, item.id) if s.status == ParticipantStatus.WAITING
    }
    left = participants.remove(uow, actor, case, item, command.participant_id)
    actions.changed(uow, actor, item)
    run = Run(uow, actor, case, items)
    _tell(run, item, [s for s in left if s.id not in asked])
    settle(run, item, left, command.undone)
    return RemoveCosignerResult(case=case.number)


def settle(run: Run, item: WorkItem, signers: list[Participant], undone: str) -> None:
    """Evaluate the countersignatures: the step may be completed, is completed, or stays with the requester.

    Raises `HeldUndone` if all have agreed and the submission cannot be executed: the door then leaves it
    open, in a separate transaction, with that reason as `undone`.
    """
    verdict = participants.verdict(signers)
    if not item.cosigning or not verdict:
        return
    when, held = item.cosigning, item.held
    participants.close(run.uow, item)
    item.cosigning = ""
    asker = signers[0].asked_by_id if signers else item.claimed_by_id
    objections = tr("；").join(
        tr("{name}：{answer}", name=s.name, answer=s.answer)
        for s in signers
        if s.verdict == CosignVerdict.OBJECT
    )
    if verdict == CosignVerdict.OBJECT or not signers:
        item.held = None
        actions.changed(run.uow, run.actor, item)
        events.append(
            run.uow, run.case, run.actor, "cosign_failed", item.title, ref=item.ref, said=objections
        )
        item.returned_reason = tr("会签未通过：{objections}", objections=objections) if objections else None
        text = tr(
            "{applicant}“{title}”会签未通过：{objections}",
            applicant=run.case.applicant,
            title=item.title,
            objections=objections,
        )
        notices.tell(run.uow, [asker], "cosigned", text, run.case)
        return
    events.append(run.uow, run.case, run.actor, "cosign_passed", item.title, ref=item.ref)
    if undone and held is not None:
        held_steps.leave_open(run, item, held, undone)
        return
    notices.tell(
        run.uow,
        [asker],
        "cosigned",
        tr("{applicant}“{title}”会签已通过", applicant=run.case.applicant, title=item.title),
        run.case,
    )
    if when == Cosigning.AFTER and held is not None:
        held_steps.carry_out(run, item, held, signers)
    else:
        actions.changed(run.uow, run.actor, item)


@dataclass(frozen=True, slots=True)
class RespondToRequestResult:
    """The result of `RespondToRequest`."""

    case: str


@dataclass(frozen=True, slots=True)
class RespondToRequest(Command[RespondToRequestResult]):
    """Respond to a request: answer a question, acknowledge a copy, or agree or object to a countersignature."""

    permission = Permission.SESSION
    carries_out_held_step = True

    participant_id: int
    said: str = ""
    verdict: str = ""
    undone: str = ""
    """Set by the door, as for `RemoveCosigner`."""


@handles(RespondToRequest)
def answer(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: RespondToRequest
) -> RespondToRequestResult:
    """Agree or object, answer a question, or acknowledge a copy."""
    row = participants.by_id(uow.session, command.participant_id)
    case, items, item = actions.locked_case_of(uow, actor, row.item_id)
    remark = command.said.strip()[:300]
    if row.kind == ParticipantKind.SECOND:
        return _answer_second(uow, actor, case, item, row, remark, command.verdict)
    if row.kind == ParticipantKind.COSIGN:
        if command.verdict not in (CosignVerdict.AGREE, CosignVerdict.OBJECT):
            raise Invalid(reason=tr("请选择同意或者不同意"))
        if command.verdict == CosignVerdict.OBJECT:
            remark = reason_of(remark)
        if item.status != WorkItemStatus.OPEN:
            raise RuleBroken(reason=tr("本环节已经撤回或者办结，不再需要会签"))
        _demand_apart(actor, row, Run(uow, actor, case, items), item)
        verifying.demand(settings, actor)
    elif row.kind == ParticipantKind.ASK:
        remark = reason_of(remark)
    signers = participants.answer(uow, actor, case, item, row, remark, command.verdict)
    if row.kind == ParticipantKind.ASK:
        text = tr(
            "{answered_by}答复“{title}”：{remark}",
            answered_by=row.answered_by,
            title=item.title,
            remark=remark,
        )
        notices.tell(uow, [row.asked_by_id], "answered", text, case)
    if row.kind == ParticipantKind.COSIGN:
        for waiting in signers:
            if waiting.status == ParticipantStatus.WAITING and waiting.mode == CosignMode.ORDER:
                _tell(Run(uow, actor, case, items), item, [waiting])
        settle(Run(uow, actor, case, items), item, signers, command.undone)
    return RespondToRequestResult(case.number)


def _answer_second(
    uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem, row: Participant, said: str, verdict: str
) -> RespondToRequestResult:
    if verdict not in (CosignVerdict.AGREE, CosignVerdict.OBJECT):
        raise Invalid(reason=tr("请选择确认参加或者提出异议"))
    said = reason_of(said) if verdict == CosignVerdict.OBJECT else said
    seconds.answer(uow, actor, case, item, row, said, verdict)
    return RespondToRequestResult(case.number)


def _demand_apart(actor: Actor, row: Participant, run: Run, item: WorkItem) -> None:
    """People excluded from the step may not sign either, nor may their substitutes.

    The same holds for the requester, also as a substitute of the signer.
    """
    if persons.is_one_of(run.uow.session, actor.account_id, (row.asked_by_id,), run.case.opened_at):
        raise RuleBroken(reason=tr("会签由您提出，须由他人表态，您不能代为会签"))
    others = [
        s.account_id
        for s in participants.this_round(participants.of_item(run.uow.session, item.id))
        if s is not row
    ]
    if persons.is_one_of(run.uow.session, actor.account_id, others, run.case.opened_at):
        raise RuleBroken(
            reason=tr(
                "您（或者登记为您本人的其他账号）也是会签人，每人只能表态一次；请提出人减去重复的会签人"
            )
        )
    mine = actor.account_id
    duties.demand(run.uow.session, run.case, run.bundle, item, run.items, mine, row.account_id, reader=mine)


def _people(uow: UnitOfWork, ids: Iterable[int]) -> list[Account]:
    wanted = list(dict.fromkeys(ids))
    if not 1 <= len(wanted) <= _MOST:
        raise Invalid(reason=tr("请选择 1 至 {most} 名会签人", most=_MOST))
    found = [uow.session.get(Account, i) for i in wanted]
    people = [a for a in found if a is not None and a.is_active]
    if len(people) != len(wanted):
        raise Invalid(reason=tr("所选人员已停用，请重新选择"))
    return people


def _demand_mode(mode: str) -> None:
    if mode not in CosignMode.titles():
        raise Invalid(reason=tr("请选择会签方式"))


def _tell(run: Run, item: WorkItem, asked: Iterable[Participant]) -> None:
    now = [row.account_id for row in asked if row.status == ParticipantStatus.WAITING]
    notices.tell(
        run.uow,
        now,
        "cosign",
        tr(
            "{name}请您会签{applicant}的“{title}”",
            name=run.actor.name,
            applicant=run.case.applicant,
            title=item.title,
        ),
        run.case,
    )
