"""Draws that are unpredictable and verifiable (抽签, C35): one mechanism for all of them.

Two people of different offices each commit to a number; only the hashes are shown. The lot of a case is
computed from the last daily seal, both numbers, and the case's number. Nothing is waited for: the numbers are
stored encrypted, and the last existing seal is used, even if the worker has not run for a while. When a round
is revealed, its numbers are published with the lots, it is closed, and everybody can recompute every lot.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from processes.access import persons
from processes.access.permissions import Role
from processes.access.scope import Actor
from processes.cases import anchors
from processes.cases.draw_models import DrawnLot, DrawNumber, DrawRound
from processes.cases.models import Case
from processes.cases.status import DrawStatus
from processes.errors import DutySeparation, Invalid, NotFound, RuleBroken
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

COUNTY_DIGITS = 6
SHORTEST, LONGEST = 6, 40
_NEEDED = 2
_RANGE = 10_000
_OFFICES = {Role.FINANCE_OFFICER: tr("财政"), Role.AUDITOR: tr("审计")}


def office_of(actor: Actor) -> str:
    """Return the office that somebody commits for: a department, finance, audit, or the civil affairs bureau."""
    if actor.department:
        return actor.department
    return next((title for role, title in _OFFICES.items() if role in actor.roles), tr("民政"))


def enter(uow: UnitOfWork, actor: Actor, number: str) -> DrawNumber:
    """Commit to a number; the second one, of another office, makes the round ready."""
    digits = number.strip()
    if not digits.isascii() or not digits.isdigit() or not SHORTEST <= len(digits) <= LONGEST:
        raise Invalid(reason=tr("请填写 {shortest} 至 {longest} 位数字", shortest=SHORTEST, longest=LONGEST))
    if len(actor.division) != COUNTY_DIGITS:
        raise RuleBroken(reason=tr("抽签数由县级两个不同部门的人员填写"), clause="C35")
    draw_round = _collecting(uow, actor)
    office, mine = office_of(actor), persons.accounts_of(uow.session, actor.account_id)
    if any(n.office == office or n.account_id in mine for n in draw_round.numbers):
        raise DutySeparation(earlier=tr("填写抽签数"), step=tr("填写第二个抽签数"))
    nonce = secrets.token_hex(16)
    row = DrawNumber(
        round_id=draw_round.id, account_id=actor.account_id, name=actor.name, office=office, number=digits,
        nonce=nonce, commitment=commitment(digits, nonce), at=uow.now,
    )  # fmt: skip
    draw_round.numbers.append(row)
    if len(draw_round.numbers) == _NEEDED:
        draw_round.status = DrawStatus.READY
    uow.flush()
    return row


def reveal(uow: UnitOfWork, actor: Actor, round_id: int) -> DrawRound:
    """Reveal the numbers of a round and close it."""
    draw_round = uow.session.scalar(
        select(DrawRound)
        .where(DrawRound.id == round_id)
        .with_for_update()
        .options(selectinload(DrawRound.numbers))
    )
    if draw_round is None or not actor.covers(draw_round.division):
        raise NotFound()
    if draw_round.status != DrawStatus.READY:
        raise RuleBroken(reason=tr("只能公开两人都已填写、还没有公开的轮次"), clause="C35")
    draw_round.status, draw_round.revealed_at, draw_round.revealed_by = (
        DrawStatus.REVEALED,
        uow.now,
        actor.name,
    )
    return draw_round


def draw(uow: UnitOfWork, case: Case, name: str, rate: Decimal) -> DrawnLot:
    """Return the lot of a case in a draw: the existing one, or a new one.

    If nobody has committed to numbers every case is chosen: a choice that cannot be verified exempts nobody.
    """
    standing = uow.session.scalar(select(DrawnLot).where(DrawnLot.case_id == case.id, DrawnLot.name == name))
    if standing is not None:
        return standing
    draw_round = _in_use(uow, case.division)
    last = anchors.latest(uow.session)
    seal = "" if last is None else last.digest
    lot = (
        None
        if draw_round is None
        else lot_of(name, seal, [(n.number, n.nonce) for n in draw_round.numbers], case.number)
    )
    row = DrawnLot(
        round_id=None if draw_round is None else draw_round.id, case_id=case.id, case_number=case.number,
        division=case.division, name=name, seal=seal, lot="" if lot is None else f"{lot:.4f}", rate=f"{rate:f}",
        is_chosen=lot is None or lot < rate, because="", at=uow.now,
    )  # fmt: skip
    uow.add(row)
    uow.flush()
    return row


def lot_of(name: str, seal: str, numbers: Sequence[tuple[str, str]], case_number: str) -> Decimal:
    """Compute a lot in [0, 1) with four places: the first eight bytes of the SHA-256 over all items, one a line."""
    items = [name, seal, *(f"{number}:{nonce}" for number, nonce in numbers), case_number]
    value = int.from_bytes(hashlib.sha256("\n".join(items).encode()).digest()[:8], "big")
    return Decimal(value % _RANGE) / _RANGE


def commitment(number: str, nonce: str) -> str:
    """Return the hash shown for a number before it is revealed."""
    return hashlib.sha256(f"{number}:{nonce}".encode()).hexdigest()


def rounds(session: Session) -> list[DrawRound]:
    """Return every round in scope, latest first."""
    query = select(DrawRound).order_by(DrawRound.id.desc()).options(selectinload(DrawRound.numbers))
    return list(session.scalars(query))


def one(session: Session, round_id: int) -> DrawRound:
    """Return a round in scope; raises `NotFound`."""
    query = select(DrawRound).where(DrawRound.id == round_id).options(selectinload(DrawRound.numbers))
    draw_round = session.scalar(query)
    if draw_round is None:
        raise NotFound()
    return draw_round


def lots(session: Session, round_id: int) -> list[DrawnLot]:
    """Return the lots drawn in a round, in order."""
    return list(session.scalars(select(DrawnLot).where(DrawnLot.round_id == round_id).order_by(DrawnLot.id)))


def differing(session: Session) -> list[str]:
    """Return lots that cannot be reproduced, and numbers that do not match their commitment."""
    faults = []
    for draw_round in rounds(session):
        numbers = [(n.number, n.nonce) for n in draw_round.numbers]
        faults += [
            tr("第 {id} 轮 {name} 的抽签数与承诺值不符", id=draw_round.id, name=n.name)
            for n in draw_round.numbers
            if commitment(n.number, n.nonce) != n.commitment
        ]
        faults += [
            tr("{case_number} 的签号不能复核", case_number=row.case_number)
            for row in lots(session, draw_round.id)
            if f"{lot_of(row.name, row.seal, numbers, row.case_number):.4f}" != row.lot
            or row.is_chosen != (Decimal(row.lot) < Decimal(row.rate))
        ]
    return faults


def _collecting(uow: UnitOfWork, actor: Actor) -> DrawRound:
    query = (
        select(DrawRound)
        .where(DrawRound.division == actor.division, DrawRound.status == DrawStatus.COLLECTING)
        .with_for_update()
        .options(selectinload(DrawRound.numbers))
    )
    draw_round = uow.session.scalar(query)
    if draw_round is None:
        draw_round = DrawRound(
            division=actor.division,
            status=DrawStatus.COLLECTING,
            opened_at=uow.now,
            revealed_by="",
            numbers=[],
        )
        uow.add(draw_round)
        uow.flush()
    return draw_round


def _in_use(uow: UnitOfWork, division: str) -> DrawRound | None:
    """The current round, locked so that it is not revealed before this lot is written."""
    return uow.session.scalar(
        select(DrawRound)
        .where(DrawRound.division == division[:COUNTY_DIGITS], DrawRound.status == DrawStatus.READY)
        .order_by(DrawRound.id)
        .limit(1)
        .with_for_update(read=True)
        .options(selectinload(DrawRound.numbers))
    )
