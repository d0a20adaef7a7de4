"""Asking for somebody's word at a step without giving it away: 会签 and 加签/减签, 沟通, 抄送."""

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
from processes.cases.colleague_models import Involvement
from processes.cases.models import Case, WorkItem
from processes.cases.status import CosignMode, CosignVerdict, InvolvementKind, InvolvementStatus
from processes.errors import NotAllowed, NotFound, RuleBroken
from processes.storage.unit_of_work import UnitOfWork


def of_item(session: Session, item_id: int) -> list[Involvement]:
    """Everybody who was asked at a step, in order."""
    query = select(Involvement).where(Involvement.item_id == item_id)
    return list(session.scalars(query.order_by(Involvement.id)))


def of_case(session: Session, case_id: int) -> list[Involvement]:
    """Everybody who was asked in a case, in order."""
    query = select(Involvement).where(Involvement.case_id == case_id)
    return list(session.scalars(query.order_by(Involvement.id)))


def this_round(found: Sequence[Involvement]) -> list[Involvement]:
    """The signers of the countersigning that is under way, or was last."""
    last = max((i.round for i in found if i.kind == InvolvementKind.COSIGN), default=0)
    return [
        i
        for i in found
        if i.kind == InvolvementKind.COSIGN and i.round == last and i.status != InvolvementStatus.REMOVED
    ]


def verdict(signers: Sequence[Involvement]) -> str:
    """What the signers have come to: `agree`, `object`, or nothing yet.

    All and in order: one objection ends it.  Any: one agreement is enough, and it fails when nobody is left.
    Quorum: so many agreements are enough, and it fails when they cannot be reached any more.
    """
    if not signers:
        return CosignVerdict.AGREE
    mode, agreed = signers[0].mode, sum(s.verdict == CosignVerdict.AGREE for s in signers)
    open_ones = sum(s.status in (InvolvementStatus.WAITING, InvolvementStatus.LATER) for s in signers)
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
) -> list[Involvement]:  # fmt: skip
    """Ask for signatures: a new countersigning, or more signers of the one under way (加签)."""
    found = of_item(uow.session, item.id)
    current = this_round(found) if item.cosigning else []
    if current:
        mode, quorum = current[0].mode, current[0].quorum
    number = current[0].round if current else max((i.round for i in found), default=0) + 1
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
            raise RuleBroken(reason=f"{account.name}与所选的另一账号登记为同一人，只能选一个")
        known |= persons.accounts_of(uow.session, account.id, case.opened_at)
    if not fresh:
        raise RuleBroken(reason="请选择还没有会签的人员（不能选本人）")
    queued = mode == CosignMode.ORDER and any(
        s.status in (InvolvementStatus.WAITING, InvolvementStatus.LATER) for s in current
    )
    made = []
    for n, account in enumerate(fresh):
        made.append(
            _involve(
                uow, actor, case, item, InvolvementKind.COSIGN, account, question,
                status=InvolvementStatus.LATER if mode == CosignMode.ORDER and (queued or n) else InvolvementStatus.WAITING, round=number, mode=mode,
                quorum=quorum,
            )
        )  # fmt: skip
    events.append(
        uow, case, actor, "cosign_asked", item.title, ref=item.ref, mode=mode, names=[a.name for a in fresh]
    )
    return made


def remove(
    uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem, involvement_id: int
) -> list[Involvement]:
    """Take a signer out who has not spoken yet (减签); answers who is left."""
    found = of_item(uow.session, item.id)
    row = next((i for i in this_round(found) if i.id == involvement_id), None)
    if row is None or row.status not in (InvolvementStatus.WAITING, InvolvementStatus.LATER):
        raise RuleBroken(reason="该会签人已经表态，不能减去")
    row.status = InvolvementStatus.REMOVED
    events.append(uow, case, actor, "cosigner_removed", item.title, ref=item.ref, name=row.name)
    left = this_round(found)
    _next_in_order(left)
    return left


def ask(uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem, to: Account, question: str) -> Involvement:
    """Ask somebody something; the step stays where it is."""
    row = _involve(uow, actor, case, item, InvolvementKind.ASK, to, question)
    events.append(uow, case, actor, "asked", item.title, ref=item.ref, to=to.name, question=question)
    return row


def copy(uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem, to: Sequence[Account], note: str) -> None:
    """Let people know; that they have read it is noted."""
    for account in to:
        _involve(uow, actor, case, item, InvolvementKind.COPY, account, note)
    events.append(uow, case, actor, "copied", item.title, ref=item.ref, names=[a.name for a in to])


def _involve(
    uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem, kind: InvolvementKind, to: Account, question: str,
    status: InvolvementStatus = InvolvementStatus.WAITING, **more: Any,
) -> Involvement:  # fmt: skip
    if not may_be_asked(to, case.division):
        raise RuleBroken(reason=f"{to.name}的管辖范围不包括本办件")
    row = Involvement(
        case_id=case.id, item_id=item.id, kind=kind, account_id=to.id, name=to.name,
        asked_by_id=actor.account_id, asked_by=actor.name, asked_at=uow.now, question=question,
        status=status, **more,
    )  # fmt: skip
    uow.add(row)
    uow.flush()
    return row


def answer(
    uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem, row: Involvement, said: str, verdict_given: str
) -> list[Involvement]:
    """Somebody's word: an answer, a reading, or a signature; answers who belongs to the countersigning."""
    if row.account_id not in _answers_for(actor, item):
        raise NotAllowed()
    if row.status != InvolvementStatus.WAITING:
        raise RuleBroken(reason="现在不需要您表态（已经表态、被减去，或者尚未轮到）")
    row.status, row.answer, row.verdict = (
        InvolvementStatus.DONE,
        said,
        verdict_given if row.kind == InvolvementKind.COSIGN else "",
    )
    row.answered_at = uow.now
    row.answered_by = in_name_of(actor.name, None if actor.account_id == row.account_id else row.name)
    if row.kind == InvolvementKind.COPY:
        return []
    events.append(
        uow, case, actor, "cosigned" if row.kind == InvolvementKind.COSIGN else "answered", item.title, ref=item.ref,
        name=row.answered_by, verdict=row.verdict, said=said,
    )  # fmt: skip
    if row.kind != InvolvementKind.COSIGN:
        return []
    signers = this_round(of_item(uow.session, item.id))
    _next_in_order(signers)
    return signers


def _next_in_order(signers: Sequence[Involvement]) -> None:
    if any(s.status == InvolvementStatus.WAITING for s in signers) or any(
        s.verdict == CosignVerdict.OBJECT for s in signers
    ):
        return
    waiting = next((s for s in signers if s.status == InvolvementStatus.LATER), None)
    if waiting is not None:
        waiting.status = InvolvementStatus.WAITING


def drop_held(uow: UnitOfWork, item: WorkItem) -> bool:
    """What was submitted and waits for signatures is not carried out; it stays as the draft.  Answers whether there was any."""
    if item.held is None:
        return False
    close(uow, item)
    item.cosigning, item.held = "", None
    return True


def close(uow: UnitOfWork, item: WorkItem) -> None:
    """Nobody is asked any more: the step is over, or the countersigning has come to its end."""
    for row in of_item(uow.session, item.id):
        if row.kind == InvolvementKind.COSIGN and row.status in (
            InvolvementStatus.WAITING,
            InvolvementStatus.LATER,
        ):
            row.status = InvolvementStatus.REMOVED


def by_id(session: Session, involvement_id: int) -> Involvement:
    """Who was asked; raises `NotFound`."""
    found = session.get(Involvement, involvement_id)
    if found is None:
        raise NotFound()
    return found


def _answers_for(actor: Actor, item: WorkItem) -> frozenset[int | None]:
    """The accounts in whose name the actor speaks at a step: their own, and of those away whose limits include it."""
    away = (s.account_id for s in actor.stands_in if s.reaches(item.division, item.programme))
    return frozenset((actor.account_id, *away))


def waiting_for(session: Session, actor: Actor) -> list[tuple[Involvement, WorkItem]]:
    """What somebody is asked for now, themselves or as a substitute, oldest first, with the steps."""
    accounts = [actor.account_id, *(s.account_id for s in actor.stands_in)]
    query = (
        select(Involvement, WorkItem)
        .join(WorkItem, WorkItem.id == Involvement.item_id)
        .where(Involvement.account_id.in_(accounts), Involvement.status == InvolvementStatus.WAITING)
        .order_by(Involvement.id)
    )
    return [
        (row, item) for row, item in session.execute(query) if row.account_id in _answers_for(actor, item)
    ]
