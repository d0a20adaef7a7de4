"""What this installation is, and whether it is still being founded."""

from __future__ import annotations

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from processes.access.models import Account, AccountChange, Installation
from processes.access.permissions import Role
from processes.access.status import ChangeVerdict

DEMO, OFFICE = "demo", "office"


def installation(session: Session) -> Installation | None:
    """The installation's row; None: nothing is founded yet."""
    return session.get(Installation, 1)


def is_demo(session: Session) -> bool:
    """Whether this is the demonstration county, whose passwords are published."""
    found = installation(session)
    return found is not None and found.kind == DEMO


def is_mixed(session: Session) -> bool:
    """Whether accounts with a published password stand beside real ones."""
    active = select(func.count()).select_from(Account).where(Account.is_active.is_(True))
    demo = session.scalar(active.where(Account.is_demo.is_(True))) or 0
    real = session.scalar(active.where(Account.is_demo.is_(False))) or 0
    found = installation(session)
    return demo > 0 and (real > 0 or (found is not None and found.kind == OFFICE))


def administrators(session: Session) -> list[Account]:
    """Accounts that can administer the office now, by name of the account."""
    active = session.scalars(select(Account).where(Account.is_active.is_(True)).order_by(Account.username))
    return [a for a in active if Role.ADMINISTRATOR in a.roles]


def had_two_administrators(session: Session) -> bool:
    """Whether the office has, or once had, a second administrator; what was once so stays so.

    Whoever left, waits for a confirmation or has another password on the way counts: otherwise one of two could make the
    other one inactive and act alone again.  A confirmed change tells of two who have other work by now.
    """
    real = or_(Account.is_demo.is_(False), Account.is_active.is_(True))
    everybody = session.scalars(select(Account.roles).where(real)).all()
    if sum(Role.ADMINISTRATOR in roles for roles in everybody) > 1:
        return True
    changed = select(AccountChange.id).where(AccountChange.verdict == ChangeVerdict.CONFIRMED).limit(1)
    return session.scalar(changed) is not None
