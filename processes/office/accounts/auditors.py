"""The auditors, who are notified of findings in the log."""

from __future__ import annotations

from sqlalchemy import select

from processes.access.models import Account
from processes.access.permissions import Role
from processes.storage.unit_of_work import UnitOfWork


def auditors(uow: UnitOfWork) -> list[int]:
    """The accounts of the auditors, for notices."""
    active = uow.session.scalars(select(Account).where(Account.is_active.is_(True)))
    return [a.id for a in active if Role.AUDITOR in a.roles]
