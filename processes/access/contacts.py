"""Contact details of offices and of their appeal authorities, as printed on papers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from processes.access.models import Division, OfficeContact
from processes.access.scope import COUNTY_DIGITS, TOWNSHIP_DIGITS
from processes.storage.unit_of_work import within
from processes.texts import tr


@dataclass(frozen=True, slots=True)
class Contact:
    """Contact details on papers of an office; empty if nobody entered them."""

    phone: str = ""
    address: str = ""
    review_body: str = ""
    court: str = ""

    @property
    def missing(self) -> list[str]:
        """Return titles of missing details."""
        titles = {
            "phone": tr("联系电话"),
            "address": tr("办公地址"),
            "review_body": tr("复议机关"),
            "court": tr("人民法院"),
        }
        return [title for name, title in titles.items() if not getattr(self, name)]


def of_office(session: Session, place: str) -> Contact:
    """Return the contact of a county (6 digits) or township (9).

    A township without an appeal authority uses the county's.
    """
    codes = {place[:COUNTY_DIGITS], place[:TOWNSHIP_DIGITS]}
    query = select(OfficeContact).where(OfficeContact.division.in_(codes))
    rows = {row.division: row for row in session.scalars(query)}
    own, county = rows.get(place[:TOWNSHIP_DIGITS]), rows.get(place[:COUNTY_DIGITS])
    return Contact(
        own.phone if own else "",
        own.address if own else "",
        (own.review_body if own else "") or (county.review_body if county else ""),
        (own.court if own else "") or (county.court if county else ""),
    )


def offices(session: Session, prefix: str) -> list[tuple[Division, OfficeContact | None]]:
    """Return county and townships of a person's scope, by code, each with its contact."""
    query = (
        select(Division, OfficeContact)
        .outerjoin(OfficeContact, OfficeContact.division == Division.code)
        .where(within(Division.code, prefix[:TOWNSHIP_DIGITS]), func.length(Division.code) <= TOWNSHIP_DIGITS)
        .order_by(Division.code)
    )
    return [(place, contact) for place, contact in session.execute(query)]
