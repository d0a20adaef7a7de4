"""Commands on sessions: one is in use, one ends, all of an account end."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from processes import commands as c
from processes.access import account_states, audit, sessions
from processes.access.models import Account, SignedIn
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.errors import NotFound
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


def touch(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.TouchSession) -> dict[str, Any]:
    """Note that a session is in use; one that has ended stays ended."""
    actor.demand(Permission.SESSION)
    uow.session.execute(
        update(SignedIn)
        .where(
            SignedIn.id == command.session,
            SignedIn.account_id == actor.account_id,
            SignedIn.ended_at.is_(None),
        )
        .values(seen_at=sessions.wall())
    )
    return {}


def end(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.EndSession) -> dict[str, Any]:
    """End one of one's own sessions; with `others`, every one but this."""
    actor.demand(Permission.SESSION)
    own = (SignedIn.account_id == actor.account_id, SignedIn.ended_at.is_(None))
    which = SignedIn.id != command.session if command.others else SignedIn.id == command.session
    ended = uow.session.scalars(select(SignedIn).where(*own, which).with_for_update()).all()
    if not ended and not command.others:
        raise NotFound()
    for row in ended:  # one by one, so that each is noted
        row.ended_at = sessions.wall()
    audit.note(uow, actor, "sessions_ended" if command.others else "session_ended", actor.username)
    return {"ended": len(ended)}


def end_all(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.EndSessionsOf) -> dict[str, Any]:
    """End every session of somebody's account: a device was lost, or somebody else knows the password."""
    actor.demand(Permission.ACCOUNT_UNLOCK)
    account = uow.session.scalar(
        select(Account).where(Account.username == command.username).with_for_update()
    )
    if account is None:
        raise NotFound()
    account.session_epoch += 1
    audit.note(uow, actor, "sessions_ended", account.username)
    account_states.note(uow, actor, account)
    return {}
