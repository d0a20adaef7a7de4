"""Offers of help, and matching a need with one (C25)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from processes.access.scope import Actor
from processes.coordination.models import Offer
from processes.coordination.status import OfferStatus
from processes.errors import Invalid, NotFound, Unreadable
from processes.policy import reading
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

KINDS = {
    "money": tr("资金帮扶"), "goods": tr("物资帮扶"), "medical": tr("医疗帮扶"), "education": tr("助学帮扶"),
    "care": tr("照料陪护"), "work": tr("就业帮扶"), "counsel": tr("心理疏导、社工服务"),
}  # fmt: skip
LONGEST = 80


def add(
    uow: UnitOfWork,
    actor: Actor,
    organisation: str,
    kind: str,
    description: str,
    until: date | None,
    phone: str,
) -> Offer:
    """Add an offer for the actor's division."""
    name, text = reading.text(organisation), reading.text(description, lines=True)
    if not name or not text or kind not in KINDS or len(name) > LONGEST or len(text) > 4 * LONGEST:
        raise Invalid(reason=tr("请填写单位名称、帮扶类别和内容"))
    row = Offer(
        division=actor.division, organisation=name, kind=kind, description=text, phone=reading.phone(phone),
        until=until, status=OfferStatus.OPEN, taken=0, added_at=uow.now, added_by=actor.name,
    )  # fmt: skip
    uow.add(row)
    uow.flush()
    return row


def close(uow: UnitOfWork, actor: Actor, offer_id: int) -> None:
    """Close an offer; existing matches stay."""
    row = uow.session.get(Offer, offer_id, with_for_update=True)
    if row is None or not actor.covers(row.division):
        raise NotFound()
    row.status = OfferStatus.CLOSED


def take(uow: UnitOfWork, division: str, chosen: str) -> Offer:
    """Match a need with an offer available in its division; raises `NotFound` if it is closed."""
    try:
        offer_id = reading.whole(chosen)
    except Unreadable:
        raise NotFound() from None
    row = uow.session.scalar(select(Offer).where(Offer.id == offer_id).with_for_update())
    if row is None or row.status != OfferStatus.OPEN or not division.startswith(row.division):
        raise NotFound()
    row.taken += 1
    return row


def give_back(uow: UnitOfWork, offer_id: int) -> None:
    """Undo a match that was sent back."""
    row = uow.session.scalars(select(Offer).where(Offer.id == offer_id).with_for_update()).one()
    row.taken = max(row.taken - 1, 0)


def listed(session: Session) -> list[Offer]:
    """Offers in scope, open ones first."""
    return list(session.scalars(select(Offer).order_by(Offer.status.desc(), Offer.id.desc())))


def reaching(session: Session, division: str, on: date) -> list[Offer]:
    """Return open offers for a household of a division: those of its township or county."""
    prefixes = [division[:digits] for digits in (6, 9, 12)]
    query = select(Offer).where(
        Offer.division.in_(prefixes),
        Offer.status == OfferStatus.OPEN,
        or_(Offer.until.is_(None), Offer.until >= on),
    )
    return list(session.scalars(query.order_by(Offer.id)))
