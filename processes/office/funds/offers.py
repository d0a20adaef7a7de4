"""What organisations offer to households in need (C25)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.coordination import offers
from processes.office.command import Command, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AddOfferResult:
    """The result of `AddOffer`."""

    offer: int


@dataclass(frozen=True, slots=True)
class AddOffer(Command[AddOfferResult]):
    """Write down what an organisation offers to households in need (C25)."""

    permission = Permission.OFFER_WRITE

    organisation: str
    kind: str
    description: str
    until: date | None
    phone: str = ""


@handles(AddOffer)
def add_offer(settings: Settings, uow: UnitOfWork, actor: Actor, command: AddOffer) -> AddOfferResult:
    """Write down an organisation's offer (C25)."""
    row = offers.add(
        uow, actor, command.organisation, command.kind, command.description, command.until, command.phone
    )
    return AddOfferResult(offer=row.id)


@dataclass(frozen=True, slots=True)
class CloseOffer(Command[None]):
    """An offer is used up or withdrawn."""

    permission = Permission.OFFER_WRITE

    offer_id: int


@handles(CloseOffer)
def close_offer(settings: Settings, uow: UnitOfWork, actor: Actor, command: CloseOffer) -> None:
    """Take an offer off the list."""
    offers.close(uow, actor, command.offer_id)
