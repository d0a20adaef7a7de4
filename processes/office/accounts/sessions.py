"""Sessions: note their use, end one, end all of an account."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update

from processes.access import account_states, audit, sessions
from processes.access.models import Account, SignedIn
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.errors import NotFound
from processes.office.command import Command, Missing, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class TouchSession(Command[None]):
    """Note that a session is in use."""

    permission = Permission.SESSION
    allowed_without = frozenset(Missing)

    session: int


@handles(TouchSession)
def touch(settings: Settings, uow: UnitOfWork, actor: Actor, command: TouchSession) -> None:
    """Note that a session is in use; one that has ended stays ended."""
    uow.session.execute(
        update(SignedIn)
        .where(
            SignedIn.id == command.session,
            SignedIn.account_id == actor.account_id,
            SignedIn.ended_at.is_(None),
        )
        .values(seen_at=sessions.wall())
    )


@dataclass(frozen=True, slots=True)
class EndSessionResult:
    """The result of `EndSession`."""

    ended: int


@dataclass(frozen=True, slots=True)
class EndSession(Command[EndSessionResult]):
    """End one of one's own sessions; with `others`, every one but this."""

    permission = Permission.SESSION
    allowed_without = frozenset(Missing)

    session: int
    others: bool = False


@handles(EndSession)
def end(settings: Settings, uow: UnitOfWork, actor: Actor, command: EndSession) -> EndSessionResult:
    """End one of one's own sessions; with `others`, every one but this."""
    own = (SignedIn.account_id == actor.account_id, SignedIn.ended_at.is_(None))
    which = SignedIn.id != command.session if command.others else SignedIn.id == command.session
    ended = uow.session.scalars(select(SignedIn).where(*own, which).with_for_update()).all()
    if not ended and not command.others:
        raise NotFound()
    for row in ended:  # one by one, so that each is recorded
        row.ended_at = sessions.wall()
    audit.note(uow, actor, "sessions_ended" if command.others else "session_ended", actor.username)
    return EndSessionResult(ended=len(ended))


@dataclass(frozen=True, slots=True)
class EndSessionsOf(Command[None]):
    """An administrator ends every session of an account."""

    permission = Permission.ACCOUNT_UNLOCK

    username: str


@handles(EndSessionsOf)
def end_all(settings: Settings, uow: UnitOfWork, actor: Actor, command: EndSessionsOf) -> None:
    """End every session of an account, for a lost device or a known password."""
    account = uow.session.scalar(
        select(Account).where(Account.username == command.username).with_for_update()
    )
    if account is None:
        raise NotFound()
    account.session_epoch += 1
    audit.note(uow, actor, "sessions_ended", account.username)
    account_states.note(uow, actor, account)
