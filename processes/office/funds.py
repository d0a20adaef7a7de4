"""Commands on petty funds, and on what organisations offer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from processes import commands as c
from processes.access.permissions import Permission
from processes.access.scope import TOWNSHIP_DIGITS, Actor
from processes.coordination import offers
from processes.errors import NotFound
from processes.relief import fund_actions
from processes.relief.fund_models import FundEntry
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


def enter(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.EnterFundEntry) -> dict[str, Any]:
    """Write down a movement; answers the entry that waits."""
    actor.demand(Permission.FUND_WRITE)
    _demand_township(actor, command.township)
    entry = fund_actions.enter(
        uow, actor, command.township, command.kind, command.amount, command.memo, command.case_number
    )
    return {"entry": entry.id}


def reverse(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ReverseFundEntry) -> dict[str, Any]:
    """Write down a reversal; answers the entry that waits."""
    actor.demand(Permission.FUND_WRITE)
    _demand_in_ledger(uow, command.entry_id, command.township)
    return {"entry": fund_actions.reverse(uow, actor, command.entry_id, command.memo).id}


def confirm(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ConfirmFundEntry) -> dict[str, Any]:
    """Confirm another person's entry; answers its number in the ledger."""
    actor.demand(Permission.FUND_WRITE)
    _demand_in_ledger(uow, command.entry_id, command.township)
    return {"serial": fund_actions.confirm(uow, actor, command.entry_id).serial}


def refuse(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.RefuseFundEntry) -> dict[str, Any]:
    """Refuse an entry."""
    actor.demand(Permission.FUND_WRITE)
    _demand_in_ledger(uow, command.entry_id, command.township)
    fund_actions.refuse(uow, actor, command.entry_id)
    return {}


def close_month(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.CloseFundMonth
) -> dict[str, Any]:
    """Close a month; answers the statement's hash."""
    actor.demand(Permission.FUND_WRITE)
    _demand_township(actor, command.township)
    return {"digest": fund_actions.close_month(uow, actor, command.township, command.month).digest}


def add_offer(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.AddOffer) -> dict[str, Any]:
    """Write down an organisation's offer (C25)."""
    actor.demand(Permission.OFFER_WRITE)
    row = offers.add(
        uow, actor, command.organisation, command.kind, command.description, command.until, command.phone
    )
    return {"offer": row.id}


def close_offer(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.CloseOffer) -> dict[str, Any]:
    """Take an offer off the list."""
    actor.demand(Permission.OFFER_WRITE)
    offers.close(uow, actor, command.offer_id)
    return {}


def _demand_in_ledger(uow: UnitOfWork, entry_id: int, township: str) -> None:
    """An entry is acted on in the ledger that it stands in, and not under the address of another one."""
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
