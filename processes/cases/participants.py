"""Participants of a step besides its assignee: 会签 with 加签/减签, 沟通, 抄送."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.access import persons
from processes.access.models import Account
from processes.access.rules import may_be_asked
from processes.access.scope import Actor, in_name_of
from processes.cases import events
from processes.cases.colleague_models import Participant
from processes.cases.models import Case, WorkItem
from processes.cases.status import CosignMode, CosignVerdict, ParticipantKind, ParticipantStatus
from processes.errors import NotAllowed, NotFound, RuleBroken
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr


def of_item(session: Session, item_id: int) -> list[Participant]:
    """Return every participant of a step, in order."""
    query = select(Participant).where(Participant.item_id == item_id)
    return list(session.scalars(query.order_by(Participant.id)))


def of_case(session: Session, case_id: int) -> list[Participant]:
    """Return every participant of a case, in order."""
    query = select(Participant).where(Participant.case_id == case_id)
    return list(session.scalars(query.order_by(Participant.id)))


def this_round(found: Sequence[Participant]) -> list[Participant]:
    """Return the signers of the current or last countersigning."""
    last = max((i.round for i in found if i.kind == ParticipantKind.COSIGN), default=0)
    return [
        i
        for i in found
        if i.kind == ParticipantKind.COSIGN and i.round == last and i.status != ParticipantStatus.REMOVED
    ]


def verdict(signers: Sequence[Participant]) -> str:
    """Return the result of a countersigning: `agree`, `object`, or "" while undecided.

    All and in order: one objection ends it. Any: one agreement suffices; it fails if nobody is left. Quorum:
    a number of agreements suffices; it fails if they can no longer be reached.
    """
    if not signers:
        return CosignVerdict.AGREE
    mode, agreed = signers[0].mode, sum(s.verdict == CosignVerdict.AGREE for s in signers)
    open_ones = sum(s.status in (ParticipantStatus.WAITING, ParticipantStatus.LATER) for s in signers)
    match mode:
        case CosignMode.ANY:
            wanted = 1
        case CosignMode.QUORUM:
            wanted = min(max(signers[0].quorum, 1), len(signers))
        case _:
            wanted = len(signers)
    if agreed >= wanted:
        return CosignVerdict.AGREE
    return CosignVerdict.OBJECT if agreed + open_ones < wanted else ""


def cosign(
    uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem, signers: Sequence[Account], mode: str,
    quorum: int, question: str,
) -> list[Participant]:  # fmt: skip
    """Request countersignatures: a new round, or more signers of the current one (加签)."""
    participants = of_item(uow.session, item.id)
    current = this_round(participants) if item.cosigning else []
    if current:
        mode, quorum = current[0].mode, current[0].quorum
    number = current[0].round if current else max((i.round for i in participants), default=0) + 1
    known = {
        account
        for who in (actor.account_id, *(s.account_id for s in current))
        for account in persons.accounts_of(uow.session, who, case.opened_at)
    }
    fresh = []
    for account in signers:
        if account.id not in known:
            fresh.append(account)
        elif any(account.id in persons.accounts_of(uow.session, a.id, case.opened_at) for a in fresh):
            raise RuleBroken(reason=tr("{name}与所选的另一账号登记为同一人，只能选一个", name=account.name))
        known |= persons.accounts_of(uow.session, account.id, case.opened_at)
    if not fresh:
        raise RuleBroken(reason=tr("请选择还没有会签的人员（不能选本人）"))
    queued = mode == CosignMode.ORDER and any(
        s.status in (ParticipantStatus.WAITING, ParticipantStatus.LATER) for s in current
    )
    made = []
    for n, account in enumerate(fresh):
        made.append(
            _involve(
                uow, actor, case, item, ParticipantKind.COSIGN, account, question,
                status=ParticipantStatus.LATER if mode == CosignMode.ORDER and (queued or n) else ParticipantStatus.WAITING, round=number, mode=mode,
                quorum=quorum,
            )
        )  # fmt: skip
    events.append(
        uow, case, actor, "cosign_asked", item.title, ref=item.ref, mode=mode, names=[a.name for a in fresh]
    )
    return made


def remove(
    uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem, participant_id: int
) -> list[Participant]:
    """Remove a signer who has not answered (减签); return those who are left."""
    participants = of_item(uow.session, item.id)
    row = next((i for i in this_round(participants) if i.id == participant_id), None)
    if row is None or row.status not in (ParticipantStatus.WAITING, ParticipantStatus.LATER):
        raise RuleBroken(reason=tr("该会签人已经表态，不能减去"))
    row.status = ParticipantStatus.REMOVED
    events.append(uow, case, actor, "cosigner_removed", item.title, ref=item.ref, name=row.name)
    left = this_round(participants)
    _next_in_order(left)
    return left


def ask(uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem, to: Account, question: str) -> Participant:
    """Ask somebody a question; the step stays with its assignee."""
    row = _involve(uow, actor, case, item, ParticipantKind.ASK, to, question)
    events.append(uow, case, actor, "asked", item.title, ref=item.ref, to=to.name, question=question)
    return row


def copy(uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem, to: Sequence[Account], note: str) -> None:
    """Send copies to people; reading is recorded."""
    for account in to:
        _involve(uow, actor, case, item, ParticipantKind.COPY, account, note)
    events.append(uow, case, actor, "copied", item.title, ref=item.ref, names=[a.name for a in to])


def _involve(
    uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem, kind: ParticipantKind, to: Account, question: str,
    status: ParticipantStatus = ParticipantStatus.WAITING, **more: Any,
) -> Participant:  # fmt: skip
    if not may_be_asked(to, case.division):
        raise RuleBroken(reason=tr("{name}的管辖范围不包括本办件", name=to.name))
    row = Participant(
        case_id=case.id, item_id=item.id, kind=kind, account_id=to.id, name=to.name,
        asked_by_id=actor.account_id, asked_by=actor.name, asked_at=uow.now, question=question,
        status=status, **more,
    )  # fmt: skip
    uow.add(row)
    uow.flush()
    return row


def answer(
    uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem, row: Participant, said: str, verdict_given: str
) -> list[Participant]:
    """Record an answer, an acknowledgement or a countersignature; return the signers of the round."""
    if row.account_id not in _answers_for(actor, item):
        raise NotAllowed()
    if row.status != ParticipantStatus.WAITING:
        raise RuleBroken(reason=tr("现在不需要您表态（已经表态、被减去，或者尚未轮到）"))
    row.status, row.answer, row.verdict = (
        ParticipantStatus.DONE,
        said,
        verdict_given if row.kind == ParticipantKind.COSIGN else "",
    )
    row.answered_at = uow.now
    row.answered_by = in_name_of(actor.name, None if actor.account_id == row.account_id else row.name)
    if row.kind == ParticipantKind.COPY:
        return []
    events.append(
        uow, case, actor, "cosigned" if row.kind == ParticipantKind.COSIGN else "answered", item.title, ref=item.ref,
        name=row.answered_by, verdict=row.verdict, said=said,
    )  # fmt: skip
    if row.kind != ParticipantKind.COSIGN:
        return []
    signers = this_round(of_item(uow.session, item.id))
    _next_in_order(signers)
    return signers


def _next_in_order(signers: Sequence[Participant]) -> None:
    if any(s.status == ParticipantStatus.WAITING for s in signers) or any(
        s.verdict == CosignVerdict.OBJECT for s in signers
    ):
        return
    waiting = next((s for s in signers if s.status == ParticipantStatus.LATER), None)
    if waiting is not None:
        waiting.status = ParticipantStatus.WAITING


def drop_held(uow: UnitOfWork, item: WorkItem) -> bool:
    """Discard a submission that waits for countersignatures; it stays as the draft. Returns whether there was any."""
    if item.held is None:
        return False
    close(uow, item)
    item.cosigning, item.held = "", None
    return True


def close(uow: UnitOfWork, item: WorkItem) -> None:
    """End all open requests: the step is finished, or the countersigning is decided."""
    for row in of_item(uow.session, item.id):
        if row.kind == ParticipantKind.COSIGN and row.status in (
            ParticipantStatus.WAITING,
            ParticipantStatus.LATER,
        ):
            row.status = ParticipantStatus.REMOVED


def by_id(session: Session, participant_id: int) -> Participant:
    """Return a participant; raises `NotFound`."""
    participant = session.get(Participant, participant_id)
    if participant is None:
        raise NotFound()
    return participant


def _answers_for(actor: Actor, item: WorkItem) -> frozenset[int | None]:
    """Accounts for which the actor may answer at a step: their own, and those of absent people within their
    limits."""
    away = (s.account_id for s in actor.stands_in if s.reaches(item.division, item.programme))
    return frozenset((actor.account_id, *away))


def waiting_for(session: Session, actor: Actor) -> list[tuple[Participant, WorkItem]]:
    """Return open requests to somebody, also as a substitute, oldest first, with the steps."""
    accounts = [actor.account_id, *(s.account_id for s in actor.stands_in)]
    query = (
        select(Participant, WorkItem)
        .join(WorkItem, WorkItem.id == Participant.item_id)
        .where(Participant.account_id.in_(accounts), Participant.status == ParticipantStatus.WAITING)
        .order_by(Participant.id)
    )
    return [
        (row, item) for row, item in session.execute(query) if row.account_id in _answers_for(actor, item)
    ]
