"""Tokens of executed commands, and their retention: the same token again returns the first result."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from processes.access.models import CommandToken
from processes.storage.unit_of_work import UnitOfWork

KEPT: Final = timedelta(days=30)
"""Longer than anybody can repeat a command.

A double click and a lost answer are repeated within seconds; a window that stays open asks for a new sign-in after ten
hours; what is carried along on a visit is over after 36 hours; what was typed and not handed in goes after a week; an
answer of the provider of sign-ins belongs to a request that lasts minutes.  After a month none of them can come again.
"""
AT_ONCE: Final = 500
"""So many go in one transaction: it holds no lock that somebody at the window would wait for."""


def is_outlived(session: Session, now: datetime) -> bool:
    """Return whether any token has exceeded its retention."""
    return session.scalar(select(CommandToken.token).where(CommandToken.at < now - KEPT).limit(1)) is not None


def sweep(uow: UnitOfWork) -> int:
    """Delete the oldest expired tokens in batches; return their number."""
    outlived = select(CommandToken.token).where(CommandToken.at < uow.now - KEPT)
    found = uow.session.scalars(outlived.order_by(CommandToken.at).limit(AT_ONCE)).all()
    uow.session.execute(
        delete(CommandToken).where(CommandToken.token.in_(found)).execution_options(synchronize_session=False)
    )
    return len(found)
