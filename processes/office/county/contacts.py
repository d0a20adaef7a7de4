"""Contact details of offices and appeal authorities, as printed on papers."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access import audit
from processes.access.models import Division, OfficeContact
from processes.access.permissions import Permission
from processes.access.scope import COUNTY_DIGITS, TOWNSHIP_DIGITS, Actor
from processes.errors import ContactInvalid, NotFound, Unreadable
from processes.office.command import Command, handles
from processes.policy import reading
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

_LONGEST = {
    "address": (tr("办公地址"), 120),
    "review_body": (tr("复议机关"), 60),
    "court": (tr("人民法院"), 60),
}


@dataclass(frozen=True, slots=True)
class RecordContactResult:
    """The result of `RecordContact`."""

    division: str


@dataclass(frozen=True, slots=True)
class RecordContact(Command[RecordContactResult]):
    """Set the contact details of a county or township, and the appeal authorities for its decisions."""

    permission = Permission.CONTACT_WRITE

    division: str
    phone: str
    address: str
    review_body: str
    court: str


@handles(RecordContact)
def record(settings: Settings, uow: UnitOfWork, actor: Actor, command: RecordContact) -> RecordContactResult:
    """Store the contact of a county or township in the actor's scope; raises `ContactInvalid` and `NotFound`."""
    place = command.division
    if len(place) not in (COUNTY_DIGITS, TOWNSHIP_DIGITS) or not place.startswith(actor.division):
        raise NotFound()
    if uow.session.get(Division, place) is None:
        raise NotFound()
    values = _read(command)
    row = uow.session.get(OfficeContact, place, with_for_update=True)
    if row is None:
        row = OfficeContact(division=place)
        uow.add(row)
    row.phone, row.address = values["phone"], values["address"]
    row.review_body, row.court = values["review_body"], values["court"]
    row.changed_by, row.changed_at = actor.name, uow.now
    audit.note(uow, actor, "contact_recorded", place)
    return RecordContactResult(division=place)


def _read(command: RecordContact) -> dict[str, str]:
    try:
        values = {"phone": reading.phone(command.phone)}
        values |= {name: reading.text(getattr(command, name)) for name in _LONGEST}
    except Unreadable as fault:
        raise ContactInvalid(reason=fault.reason) from fault
    for name, (title, longest) in _LONGEST.items():
        if len(values[name]) > longest:
            raise ContactInvalid(reason=tr("{title}不超过 {longest} 字", title=title, longest=longest))
    if values["court"] and not values["court"].endswith("法院"):
        raise ContactInvalid(reason=tr("人民法院请填写全称，例如“××县人民法院”"))
    return values
