"""Identify a person who was registered without a document (C34)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from processes.access import audit
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.errors import (
    NotFound,
    ReleaseMissing,
    RuleBroken,
)
from processes.office.answers import reason_of
from processes.office.command import Command, handles
from processes.office.people import look_up
from processes.office.run import Opening, open_case
from processes.people import actions as people
from processes.people import identity
from processes.people.models import Household, Membership, PersonMerge
from processes.policy import reading
from processes.policy.calendar import civil_date
from processes.relief import queries as relief
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

DOUBLE_BENEFIT = "double_benefit"
"""The mechanism that verifies whether somebody draws twice (重复享受核查)."""
LONGEST_FOUND = 500


@dataclass(frozen=True, slots=True)
class IdentifyPersonResult:
    """The result of `IdentifyPerson`."""

    person: int
    case: str


@dataclass(frozen=True, slots=True)
class IdentifyPerson(Command[IdentifyPersonResult]):
    """Identify a person without an ID number (C34)."""

    permission = Permission.HOUSEHOLD_WRITE

    person_id: int
    id_number: str
    name: str
    reason: str

    def numbers_typed(self, today: date) -> tuple[str, ...]:
        """The document number given for the person."""
        return look_up.number_typed(identity.ID_CARD, self.id_number, today)


@handles(IdentifyPerson)
def identify_person(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: IdentifyPerson
) -> IdentifyPersonResult:
    """Record who a provisional person is; both histories stay (C34)."""
    found = identity.read(identity.ID_CARD, command.id_number, civil_date(uow.now))
    name = reading.name(command.name)
    merge = people.identify(uow, actor, command.person_id, found, name, reason_of(command.reason))
    audit.note(uow, actor, "person_identified", f"person/{merge.provisional_id}")
    return IdentifyPersonResult(person=merge.person_id, case=_verify_double_benefit(uow, actor, merge))


def _verify_double_benefit(uow: UnitOfWork, actor: Actor, merge: PersonMerge) -> str:
    """Open a case for the county if the two draw benefits that exclude each other; return its number."""
    today = civil_date(uow.now)
    found = relief.colliding(uow.session, merge.person_id, today)
    if not found:
        return ""
    household = uow.session.scalars(
        select(Household)
        .join(Membership, Membership.household_id == Household.id)
        .where(Membership.person_id == merge.provisional_id)
        .with_for_update(of=Household)
    ).first()
    if household is None:
        raise NotFound()
    reason = tr("临时登记的人查明身份后，同一人{found}。请核查，不得重复享受。", found=tr("，又").join(found))
    try:
        opening = Opening(DOUBLE_BENEFIT, "", {"found": reason[:LONGEST_FOUND]})
        return open_case(uow, actor, household, opening).number
    except ReleaseMissing:
        raise RuleBroken(
            reason=tr(
                "{reason}本县还没有发布“重复享受核查”流程，请先由流程管理员发布，再登记身份", reason=reason
            ),
            clause="C34",
        ) from None


@dataclass(frozen=True, slots=True)
class UndoIdentification(Command[None]):
    """Undo an identification."""

    permission = Permission.HOUSEHOLD_WRITE

    person_id: int


@handles(UndoIdentification)
def undo_identification(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: UndoIdentification
) -> None:
    """Undo an identification."""
    people.undo_identification(uow, actor, command.person_id)
    audit.note(uow, actor, "identification_undone", f"person/{command.person_id}")
