"""The colleague that a command on a step names."""

from __future__ import annotations

from processes.access.models import Account
from processes.errors import NotFound
from processes.storage.unit_of_work import UnitOfWork


def colleague(uow: UnitOfWork, account_id: int) -> Account:
    """An account that is in use; raises `NotFound`."""
    account = uow.session.get(Account, account_id)
    if account is None or not account.is_active:
        raise NotFound()
    return account
