"""Changes of accounts that wait for a second administrator: one at a time for each account."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from processes.access import audit
from processes.access.models import Account, AccountChange
from processes.access.scope import Actor
from processes.access.status import ChangeVerdict
from processes.errors import RuleBroken
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr


def ask_for(uow: UnitOfWork, actor: Actor, account: Account, reason: str, **wanted: Any) -> AccountChange:
    """A change that leaves the account's work as it is and waits for a second administrator."""
    demand_none(uow, account)
    change = AccountChange(
        account_id=account.id, roles=sorted(account.roles), division=account.division,
        department=account.department, reason=reason, asked_by_id=actor.account_id, asked_by=actor.name,
        asked_at=uow.now, **wanted,
    )  # fmt: skip
    uow.add(change)
    uow.flush()
    audit.note(uow, actor, "account_change_asked", account.username)
    return change


def demand_none(uow: UnitOfWork, account: Account) -> None:
    """Raise `RuleBroken` while another change of the account waits."""
    waiting = select(AccountChange.id).where(
        AccountChange.account_id == account.id, AccountChange.verdict == ChangeVerdict.WAITING
    )
    if uow.session.scalar(waiting) is not None:
        raise RuleBroken(reason=tr("{name}已有一项待确认的变更", name=account.name))
