"""Tokens of executed commands, and their retention: the same token again returns the first result."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from processes.access.models import CommandToken
from processes.storage.unit_of_work import UnitOfWork

KEPT: Final = timedelta(days=30)
"""Longer than any command can be repeated: double clicks and lost responses within seconds; an open window
needs a new sign-in after ten hours; offline forms expire after 36 hours; form drafts after a week; a
response of the sign-in provider belongs to a request of a few minutes."""
AT_ONCE: Final = 500
"""Rows deleted in one transaction, so that it holds no lock that people would wait for."""


def is_outlived(session: Session, now: datetime) -> bool:
    """Return whether any token has exceeded its retention."""
    return session.scalar(select(CommandToken.token).where(CommandToken.at < now - KEPT).limit(1)) is not None


def sweep(uow: UnitOfWork) -> int:
    """Delete the oldest expired tokens in batches; return their number."""
    outlived = select(CommandToken.token).where(CommandToken.at < uow.now - KEPT)
    expired = uow.session.scalars(outlived.order_by(CommandToken.at).limit(AT_ONCE)).all()
    uow.session.execute(
        delete(CommandToken)
        .where(CommandToken.token.in_(expired))
        .execution_options(synchronize_session=False)
    )
    return len(expired)
