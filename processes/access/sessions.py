"""Sessions at the desk: one row each, so that they can be listed and ended.

They use the system clock, not the office's clock, which rehearsals and tests move. The cookie holds a random
token, the row its hash: reading the database gives no access.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.access import absences, accounts, marks
from processes.access.models import Account, SignedIn
from processes.access.scope import Actor, AtDesk
from processes.storage import unit_of_work
from processes.storage.unit_of_work import UnitOfWork

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=10)
TOUCHED_EVERY = timedelta(minutes=1)
KEPT = timedelta(days=180)
"""How long an ended session is listed."""
PASSWORD, PROVIDER, DIRECTORY = "password", "oidc", "ldap"
"""How a session begins."""
_DEVICE = 120
_BROWSER = re.compile(rf"[A-Za-z0-9_-]{{{marks.LENGTH}}}")


def wall() -> datetime:
    """Return the instant of the system clock."""
    return unit_of_work.current_instant()


@dataclass(frozen=True, slots=True)
class Begun:
    """Tokens for the browser's cookies: of the session, and of the browser, by which it is recognised later."""

    mark: str
    browser: str


@dataclass(frozen=True, slots=True)
class Proven:
    """What somebody has proved so far, and what is still missing (`SignedIn.awaits`)."""

    proof: str = "password"
    awaits: str = ""
    way: str = PASSWORD
    verified_at: datetime | None = None
    """When it was proved, if another session knows that; None: just now."""


def begin(
    uow: UnitOfWork, account: Account, address: str, device: str, browser: str, proven: Proven
) -> Begun:
    """Open a session of an account; the cookie tokens are stored nowhere."""
    mark, now = marks.new(), wall()
    own = browser if _BROWSER.fullmatch(browser) else marks.new()
    outlived = select(SignedIn).where(SignedIn.account_id == account.id, SignedIn.began_at < now - KEPT)
    for row in uow.session.scalars(outlived):
        uow.session.delete(row)
    uow.add(
        SignedIn(
            mark=marks.hashed(mark), account_id=account.id, epoch=account.session_epoch, began_at=now, seen_at=now,
            address=address[:60], device=device[:_DEVICE], browser=marks.hashed(own),
            verified_at=proven.verified_at or now,
            proof=proven.proof, awaits=proven.awaits, way=proven.way,
        )
    )  # fmt: skip
    return Begun(mark, own)


def find(session: Session, mark: str, today: date) -> tuple[SignedIn, Actor] | None:
    """Return the session of a cookie and its actor, with the people they act for today; None if it has ended."""
    found = session.execute(
        select(SignedIn, Account)
        .join(Account, Account.id == SignedIn.account_id)
        .where(SignedIn.mark == marks.hashed(mark))
    ).first()
    if found is None or not _is_alive(found.SignedIn, found.Account, wall()):
        return None
    row = found.SignedIn
    here = AtDesk(row.id, row.verified_at, row.proof, row.awaits, row.way)
    actor = replace(accounts.actor_of(found.Account), at_desk=here)
    if row.way != PASSWORD:
        actor = replace(actor, must_change_password=False)  # a one-time password must be replaced first
    return row, absences.acting(session, actor, today)


def is_due(row: SignedIn) -> bool:
    """Return whether the last use of the session should be recorded again."""
    return wall() - row.seen_at >= TOUCHED_EVERY


def of_account(session: Session, account_id: int | None) -> Sequence[SignedIn]:
    """Return the active sessions of an account, the most recently used first."""
    rows = session.execute(
        select(SignedIn, Account)
        .join(Account, Account.id == SignedIn.account_id)
        .where(SignedIn.account_id == account_id, SignedIn.ended_at.is_(None))
        .order_by(SignedIn.seen_at.desc(), SignedIn.id.desc())
    )
    now = wall()
    return [row for row, account in rows if _is_alive(row, account, now)]


def _is_alive(row: SignedIn, account: Account, now: datetime) -> bool:
    return (
        row.ended_at is None
        and account.is_active
        and row.epoch == account.session_epoch
        and now - row.seen_at < IDLE
        and now - row.began_at < LONGEST
    )
