"""Second factors: which an account has, which it must have, and one-time use of codes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from processes.access import recovery, totp
from processes.access.factor_models import SecondFactor
from processes.access.models import Account
from processes.access.status import FactorKind
from processes.storage.unit_of_work import UnitOfWork

RECOVERY = "recovery"
FACTOR, ENROLMENT = "factor", "enrolment"
"""What a session may lack: presenting a second factor, or setting one up."""
MOST = 6
UNTRIED = timedelta(minutes=15)
"""How long a secret that was shown may be confirmed."""


def of_account(session: Session, account_id: int | None) -> Sequence[SecondFactor]:
    """Return the factors that an account can use, in the order in which they were added."""
    mine = select(SecondFactor).where(
        SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_not(None)
    )
    return session.scalars(mine.order_by(SecondFactor.id)).all()


def awaited(session: Session, account: Account, demanded: Collection[str]) -> str:
    """Return what a session that began with a password still lacks; `demanded` are roles that must have a
    factor.

    Accounts with a published password may have one and need none.
    """
    if of_account(session, account.id):
        return FACTOR
    return ENROLMENT if is_demanded(account, demanded) else ""


def is_demanded(account: Account, demanded: Collection[str]) -> bool:
    """Return whether an account must have a second factor."""
    return not account.is_demo and bool(set(account.roles) & set(demanded))


def use_code(uow: UnitOfWork, account_id: int, code: str, at: datetime) -> str:
    """Use up a code; return what it matched (`totp`, `recovery`), or "" if nothing."""
    for factor in of_account(uow.session, account_id):
        if factor.kind == FactorKind.TOTP and use_step(uow, factor, code, at):
            return FactorKind.TOTP
    return RECOVERY if recovery.use(uow, account_id, code, at) else ""


def use_step(uow: UnitOfWork, factor: SecondFactor, code: str, at: datetime) -> bool:
    """Return whether a code belongs to an unused period of this app; of two simultaneous uses only one succeeds."""
    step = totp.step_of(factor.secret or "", code, at, factor.used_step)
    if step is None:
        return False
    done = uow.session.execute(
        update(SecondFactor)
        .where(SecondFactor.id == factor.id, SecondFactor.used_step < step)
        .values(used_step=step, used_at=at)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def drop_untried(uow: UnitOfWork, account_id: int) -> None:
    """Delete secrets of an account that were shown and never confirmed."""
    uow.session.execute(
        delete(SecondFactor).where(SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_(None))
    )


def drop_all(uow: UnitOfWork, account_id: int) -> None:
    """Delete every factor of an account, and its recovery codes."""
    uow.session.execute(delete(SecondFactor).where(SecondFactor.account_id == account_id))
    recovery.drop(uow, account_id)
