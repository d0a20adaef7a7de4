"""Who can be asked, stand in, or be given a step to prepare: a pure predicate."""

from __future__ import annotations

from processes.access.models import Account
from processes.access.permissions import Permission, may


def is_reachable(account: Account, division: str) -> bool:
    """Whether a person works on cases and their places include a place; departments have cases of their own."""
    works = may(frozenset(account.roles), Permission.TASK_WORK)
    return account.is_active and works and not account.department and division.startswith(account.division)
