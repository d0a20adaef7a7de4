"""Increasing delays after failed sign-ins, by name and by source; nobody is locked out.

Attempts are counted for every typed name, with or without account, under a fingerprint: response and work are
the same for both, and what was typed by mistake (a password) is not stored. Counters exist

- for each browser that the account has signed in with before;
- for each address otherwise, so that a stranger delays only himself;
- for all unknown addresses of a name together, so that a distributed attack is slow too. Addresses from which
  the account has signed in before are not delayed by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from processes.access import marks
from processes.access.models import Account, SignedIn, SignInAttempts
from processes.access.networks import network
from processes.errors import DatabaseBusy, SignInDelayed
from processes.storage import keyring
from processes.storage.unit_of_work import UnitOfWork

FREE = 5
"""Failures of one source before a delay."""
FREE_OF_STRANGERS = 30
"""Failures of all unknown addresses together before a delay."""
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(minutes=15)
FORGOTTEN = timedelta(hours=1)
"""Time without a failure after which the counter is reset."""
_STRANGERS = "strangers"
_BROWSER = "browser "
_SWEPT_AT_ONCE = 200
_DOUBLINGS = 6
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Counted:
    """Counter rows of an attempt, locked until the end of the transaction."""

    rows: tuple[SignInAttempts, ...]
    limits: tuple[int, ...]


def begin(uow: UnitOfWork, username: str, account: Account | None, address: str, browser: str) -> Counted:
    """Lock the counters of an attempt; raises `SignInDelayed` while one of them imposes a delay.

    `browser` is the token in the browser's cookie, "" if there is none.
    """
    places = _places(uow.session, account, address, browser)
    rows = tuple(_row(uow, mark_of(username), place) for place, _ in places)
    _demand_over(rows, uow.now)
    return Counted(rows, tuple(limit for _, limit in places))


def demand_over(
    session: Session, username: str, account: Account | None, address: str, browser: str, now: datetime
) -> bool:
    """Raise `SignInDelayed` while a delay lasts, before the password is processed.

    Returns whether the browser is one that the account has signed in with before.
    """
    places = [place for place, _ in _places(session, account, address, browser)]
    which = (SignInAttempts.name_mark == mark_of(username), SignInAttempts.place.in_(places))
    _demand_over(session.scalars(select(SignInAttempts).where(*which)).all(), now)
    return places[0].startswith(_BROWSER)


def _places(session: Session, account: Account | None, address: str, browser: str) -> list[tuple[str, int]]:
    """Counters of an attempt, and how many failures are free in each."""
    is_known_browser, is_known_address = _familiar(session, account, address, browser)
    places = [
        (f"{_BROWSER}{marks.hashed(browser)}" if is_known_browser else f"address {network(address)}", FREE)
    ]
    if not is_known_browser and not is_known_address:
        places.append((_STRANGERS, FREE_OF_STRANGERS))
    return places


def _demand_over(rows: Sequence[SignInAttempts], now: datetime) -> None:
    until = max((r.blocked_until for r in rows if r.blocked_until is not None), default=now)
    if until > now:
        raise SignInDelayed(minutes=-((now - until) // timedelta(minutes=1)))


def known_browser(session: Session, username: str, browser: str) -> str:
    """Return the hash of a browser that the account has fully signed in with before, else ""."""
    account = session.scalar(select(Account).where(Account.username == username))
    is_known, _ = _familiar(session, account, "", browser)
    return marks.hashed(browser) if browser and is_known else ""


def left(session: Session, username: str, address: str, browser: str) -> int:
    """Return how many attempts are left before a delay; for a name without account as for any other."""
    account = session.scalar(select(Account).where(Account.username == username))
    (place, most), *_ = _places(session, account, address, browser)
    which = (SignInAttempts.name_mark == mark_of(username), SignInAttempts.place == place)
    return max(most - (session.scalar(select(SignInAttempts.failures).where(*which)) or 0), 0)


def count_failure(uow: UnitOfWork, counted: Counted) -> None:
    """Count a failure in each counter; beyond a limit the next attempt is delayed."""
    for row, limit in zip(counted.rows, counted.limits, strict=True):
        row.failures = 1 if uow.now - row.last_at > FORGOTTEN else row.failures + 1
        row.last_at = uow.now
        row.blocked_until = uow.now + _delay(row.failures - limit) if row.failures >= limit else None
    _sweep(uow, counted)


def forget(counted: Counted) -> None:
    """Reset the counters of this source after a correct password."""
    for row in counted.rows:
        row.failures, row.blocked_until = 0, None


def lift(uow: UnitOfWork, username: str) -> None:
    """Remove all delays for this name."""
    of_name = select(SignInAttempts).where(SignInAttempts.name_mark == mark_of(username)).with_for_update()
    for row in uow.session.scalars(of_name.order_by(SignInAttempts.id)):
        row.failures, row.blocked_until = 0, None


def waiting(session: Session, usernames: list[str], now: datetime) -> dict[str, datetime]:
    """Return delayed names, and until when at most."""
    marks = {mark_of(name): name for name in usernames}
    rows = session.scalars(select(SignInAttempts).where(SignInAttempts.blocked_until > now))
    until_by_name: dict[str, datetime] = {}
    for row in rows:
        name = marks.get(row.name_mark)
        if name is not None and row.blocked_until is not None:
            until_by_name[name] = max(row.blocked_until, until_by_name.get(name, row.blocked_until))
    return until_by_name


def mark_of(username: str) -> str:
    """Return the keyed fingerprint of a typed name."""
    return keyring.current().blind_index(f"sign-in {username}")


def _familiar(session: Session, account: Account | None, address: str, browser: str) -> tuple[bool, bool]:
    """Whether the account has fully signed in before with this browser or from this address, second factor
    included.

    A correct password alone does not count. Queried for names without account too, so that it takes as long.
    """
    known = session.execute(
        select(SignedIn.browser, SignedIn.address)
        .where(
            SignedIn.account_id == (0 if account is None else account.id),
            SignedIn.awaits == "",
            or_(SignedIn.browser == marks.hashed(browser), SignedIn.address == address[:60]),
        )
        .distinct()
    ).all()
    mark = marks.hashed(browser)
    return bool(mark) and any(b == mark for b, _ in known), any(a == address[:60] for _, a in known)


def _row(uow: UnitOfWork, mark: str, place: str) -> SignInAttempts:
    """The counter of a name and a source; two first attempts at once share one row."""
    which = (SignInAttempts.name_mark == mark, SignInAttempts.place == place)
    query = select(SignInAttempts).where(*which).with_for_update()
    for _ in range(_TRIES):
        found = uow.session.scalar(query)
        if found is not None:
            return found
        uow.insert_if_missing(SignInAttempts, name_mark=mark, place=place, failures=0, last_at=uow.now)
    # Deleted by another attempt each time between the two statements.
    raise DatabaseBusy()


def _delay(beyond: int) -> timedelta:
    return min(FIRST_DELAY * (1 << min(beyond, _DOUBLINGS)), LONGEST_DELAY)


def _sweep(uow: UnitOfWork, counted: Counted) -> None:
    """Delete counters that have expired; those of this attempt and those locked by another one are skipped."""
    # The database does not know yet that these have just counted a failure.
    just_counted = [row.id for row in counted.rows]
    old = (
        select(SignInAttempts)
        .where(SignInAttempts.last_at < uow.now - FORGOTTEN, SignInAttempts.id.not_in(just_counted))
        .limit(_SWEPT_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    for row in uow.session.scalars(old):
        uow.session.delete(row)
