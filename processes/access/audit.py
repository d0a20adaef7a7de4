"""The access log: every read of a full ID number and every sign-in."""

from __future__ import annotations

from processes.access.models import AccessLog
from processes.access.scope import Actor
from processes.storage.unit_of_work import UnitOfWork


def note(uow: UnitOfWork, actor: Actor, action: str, target: str, address: str = "") -> None:
    """Write who did what to which target; never the value that was read."""
    uow.add(
        AccessLog(account_id=actor.account_id, at=uow.now, action=action, target=target, address=address)
    )
