"""Commands of the petty fund and of offers of help."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from processes.commands.base import Command, Weighty


@dataclass(frozen=True, slots=True)
class EnterFundEntry(Command):
    """Write down a movement of a township's petty fund; it waits for a second person."""

    township: str
    kind: str
    amount: Decimal
    memo: str
    token: str = ""
    case_number: str = ""
    """For what a household gives back: the case in which it was paid."""


@dataclass(frozen=True, slots=True)
class ReverseFundEntry(Command):
    """Write down the reversal of a posted entry; it waits for a second person.  `township`: of whose ledger it was asked, if said."""

    entry_id: int
    memo: str
    token: str = ""
    township: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmFundEntry(Weighty):
    """Confirm somebody else's entry; from now on it counts.  `township`: of whose ledger it was asked, if said."""

    entry_id: int
    township: str = ""


@dataclass(frozen=True, slots=True)
class RefuseFundEntry(Command):
    """Refuse an entry that waits, or take back one's own.  `township`: of whose ledger it was asked, if said."""

    entry_id: int
    township: str = ""


@dataclass(frozen=True, slots=True)
class CloseFundMonth(Command):
    """Close a month of a petty fund; it cannot be changed any more."""

    township: str
    month: str


@dataclass(frozen=True, slots=True)
class AddOffer(Command):
    """Write down what an organisation offers to households in need (C25)."""

    organisation: str
    kind: str
    description: str
    until: date | None
    phone: str = ""


@dataclass(frozen=True, slots=True)
class CloseOffer(Command):
    """An offer is used up or withdrawn."""

    offer_id: int
