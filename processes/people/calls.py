"""Files opened for calls: a division, a telephone number and a description, nobody registered yet (C41)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.access import divisions
from processes.access.scope import TOWNSHIP_DIGITS, Actor
from processes.errors import RuleBroken
from processes.people import fingerprints
from processes.people.models import Household, Membership, Transfer
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

UNNAMED = tr("来电人")
"""Placeholder for a caller without a name."""
_FEW = 5


@dataclass(frozen=True, slots=True)
class Caller:
    """What is known of a caller; name and address may be empty."""

    place: str
    phone: str
    name: str
    address: str


def places(session: Session, division: str) -> list[dict[str, str]]:
    """Return divisions for a form: villages, and townships while the village is unknown."""
    found = divisions.all_of(session, division)
    return [{"value": d.code, "label": d.full_name} for d in found if len(d.code) >= TOWNSHIP_DIGITS]


def open_file(uow: UnitOfWork, actor: Actor, number: str, caller: Caller) -> Household:
    """Open a file without members, with the caller's name and telephone number."""
    household = Household(
        number=number, version=0, division=caller.place, address=caller.address, phone=caller.phone,
        phone_index=fingerprints.of_phone(caller.phone),
        householder_name=caller.name or UNNAMED, updated_at=uow.now, updated_by=actor.name, confirmed=[],
    )  # fmt: skip
    uow.add(household)
    uow.flush()
    return household


def drop_file(uow: UnitOfWork, household: Household) -> None:
    """Delete a file whose caller has one already; raises `RuleBroken` if somebody is registered in it."""
    moving = uow.session.scalar(select(Transfer.id).where(Transfer.household_id == household.id).limit(1))
    if household.members or moving is not None:
        raise RuleBroken(
            reason=tr("家庭档案 {number} 已登记成员或正在迁移，不能并入其他档案", number=household.number)
        )
    uow.session.delete(household)
    uow.flush()


def with_phone(session: Session, phone: str, but: int) -> Sequence[Household]:
    """Return households in scope with members and this telephone number, the latest first: perhaps the
    caller's own."""
    query = (
        select(Household)
        .where(
            Household.phone_index.in_(fingerprints.of_phones(phone)), Household.id != but,
            Household.id.in_(select(Membership.household_id)),
        )
        .order_by(Household.updated_at.desc(), Household.id.desc())
        .limit(_FEW)
    )  # fmt: skip
    return session.scalars(query).all() if phone else []
