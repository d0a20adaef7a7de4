"""What this installation is, and whether it is still being founded."""

from __future__ import annotations

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from processes.access.models import Account, AccountChange, Installation
from processes.access.permissions import Role
from processes.access.status import ChangeVerdict

DEMO, OFFICE = "demo", "office"


def installation(session: Session) -> Installation | None:
    """Return the installation's row; None if nothing is founded yet."""
    return session.get(Installation, 1)


def is_demo(session: Session) -> bool:
    """Return whether this is the demo county, whose passwords are published."""
    row = installation(session)
    return row is not None and row.kind == DEMO


def is_mixed(session: Session) -> bool:
    """Return whether accounts with a published password exist beside real ones."""
    active = select(func.count()).select_from(Account).where(Account.is_active.is_(True))
    demo = session.scalar(active.where(Account.is_demo.is_(True))) or 0
    real = session.scalar(active.where(Account.is_demo.is_(False))) or 0
    row = installation(session)
    return demo > 0 and (real > 0 or (row is not None and row.kind == OFFICE))


def administrators(session: Session) -> list[Account]:
    """Return accounts that can administer the office now, by user name."""
    active = session.scalars(select(Account).where(Account.is_active.is_(True)).order_by(Account.username))
    return [a for a in active if Role.ADMINISTRATOR in a.roles]


def had_two_administrators(session: Session) -> bool:
    """Return whether the office has, or ever had, a second administrator.

    One who left, waits for a confirmation or is getting a new password counts: otherwise one of two could
    deactivate the other and act alone again. A confirmed change proves that there were two.
    """
    real = or_(Account.is_demo.is_(False), Account.is_active.is_(True))
    everybody = session.scalars(select(Account.roles).where(real)).all()
    if sum(Role.ADMINISTRATOR in roles for roles in everybody) > 1:
        return True
    changed = select(AccountChange.id).where(AccountChange.verdict == ChangeVerdict.CONFIRMED).limit(1)
    return session.scalar(changed) is not None
