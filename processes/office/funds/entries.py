"""Entries of petty funds: movement, reversal, confirmation by a second person, closing of a month."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from processes.access.permissions import Permission
from processes.access.scope import TOWNSHIP_DIGITS, Actor
from processes.errors import NotFound
from processes.office.command import Command, Weighty, handles
from processes.relief import fund_actions
from processes.relief.fund_models import FundEntry
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class EnterFundEntryResult:
    """The result of `EnterFundEntry`."""

    entry: int


@dataclass(frozen=True, slots=True)
class EnterFundEntry(Command[EnterFundEntryResult]):
    """Record a movement of a township's petty fund; it waits for a second person."""

    permission = Permission.FUND_WRITE

    township: str
    kind: str
    amount: Decimal
    memo: str
    token: str = ""
    case_number: str = ""
    """For what a household gives back: the case in which it was paid."""


@handles(EnterFundEntry)
def enter(settings: Settings, uow: UnitOfWork, actor: Actor, command: EnterFundEntry) -> EnterFundEntryResult:
    """Record a movement; return the waiting entry."""
    _demand_township(actor, command.township)
    entry = fund_actions.enter(
        uow, actor, command.township, command.kind, command.amount, command.memo, command.case_number
    )
    return EnterFundEntryResult(entry=entry.id)


@dataclass(frozen=True, slots=True)
class ReverseFundEntryResult:
    """The result of `ReverseFundEntry`."""

    entry: int


@dataclass(frozen=True, slots=True)
class ReverseFundEntry(Command[ReverseFundEntryResult]):
    """Record the reversal of a posted entry; it waits for a second person. `township`: the ledger of the
    request, if given."""

    permission = Permission.FUND_WRITE

    entry_id: int
    memo: str
    token: str = ""
    township: str = ""


@handles(ReverseFundEntry)
def reverse(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: ReverseFundEntry
) -> ReverseFundEntryResult:
    """Record a reversal; return the waiting entry."""
    _demand_in_ledger(uow, command.entry_id, command.township)
    return ReverseFundEntryResult(entry=fund_actions.reverse(uow, actor, command.entry_id, command.memo).id)


@dataclass(frozen=True, slots=True)
class ConfirmFundEntryResult:
    """The result of `ConfirmFundEntry`."""

    serial: int | None


@dataclass(frozen=True, slots=True)
class ConfirmFundEntry(Weighty[ConfirmFundEntryResult]):
    """Confirm somebody else's entry; from now on it counts. `township`: the ledger of the request, if given."""

    permission = Permission.FUND_WRITE

    entry_id: int
    township: str = ""


@handles(ConfirmFundEntry)
def confirm(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: ConfirmFundEntry
) -> ConfirmFundEntryResult:
    """Confirm another person's entry; return its number in the ledger."""
    _demand_in_ledger(uow, command.entry_id, command.township)
    return ConfirmFundEntryResult(serial=fund_actions.confirm(uow, actor, command.entry_id).serial)


@dataclass(frozen=True, slots=True)
class RefuseFundEntry(Command[None]):
    """Refuse a waiting entry, or withdraw one's own. `township`: the ledger of the request, if given."""

    permission = Permission.FUND_WRITE

    entry_id: int
    township: str = ""


@handles(RefuseFundEntry)
def refuse(settings: Settings, uow: UnitOfWork, actor: Actor, command: RefuseFundEntry) -> None:
    """Refuse an entry."""
    _demand_in_ledger(uow, command.entry_id, command.township)
    fund_actions.refuse(uow, actor, command.entry_id)


@dataclass(frozen=True, slots=True)
class CloseFundMonthResult:
    """The result of `CloseFundMonth`."""

    digest: str


@dataclass(frozen=True, slots=True)
class CloseFundMonth(Command[CloseFundMonthResult]):
    """Close a month of a petty fund; it cannot be changed any more."""

    permission = Permission.FUND_WRITE

    township: str
    month: str


@handles(CloseFundMonth)
def close_month(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: CloseFundMonth
) -> CloseFundMonthResult:
    """Close a month; return the statement's hash."""
    _demand_township(actor, command.township)
    return CloseFundMonthResult(
        digest=fund_actions.close_month(uow, actor, command.township, command.month).digest
    )


def _demand_in_ledger(uow: UnitOfWork, entry_id: int, township: str) -> None:
    """An entry must belong to the ledger in the address."""
    stands_in = uow.session.scalar(select(FundEntry.division).where(FundEntry.id == entry_id))
    if township and stands_in != township:
        raise NotFound()


def _demand_township(actor: Actor, township: str) -> None:
    if (
        len(township) != TOWNSHIP_DIGITS
        or not (township.isascii() and township.isdigit())
        or not actor.covers(township)
    ):
        raise NotFound()
