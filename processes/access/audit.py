"""The access log: every read of a full ID number and every sign-in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.access.models import AccessLog, Account
from processes.access.scope import Actor
from processes.storage.unit_of_work import UnitOfWork


def note(uow: UnitOfWork, actor: Actor, action: str, target: str, address: str = "") -> None:
    """Write who did what to which target; never the value that was read."""
    uow.add(AccessLog(account_id=actor.account_id, at=uow.now, action=action, target=target, address=address))


def latest(session: Session, limit: int = 200) -> Sequence[Any]:
    """The latest entries with the names of the accounts."""
    query = (
        select(AccessLog, Account.name)
        .outerjoin(Account, Account.id == AccessLog.account_id)
        .order_by(AccessLog.id.desc())
        .limit(limit)
    )
    return session.execute(query).all()
