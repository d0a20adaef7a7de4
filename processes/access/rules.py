"""Who can be asked, stand in, or be given a step to prepare: a pure predicate."""

from __future__ import annotations

from collections.abc import Collection

from processes.access.models import Account
from processes.access.permissions import Permission, Role, may

_LEADERS = (Role.TOWNSHIP_LEADER, Role.COUNTY_LEADER)
_GO_ALONG = frozenset(
    {
        Role.VILLAGE_ASSISTANT, Role.WINDOW_CLERK, Role.INVESTIGATOR,
        Role.COUNTY_CLERK, Role.COMPARISON_OFFICER,
    }
)  # fmt: skip


def is_reachable(account: Account, division: str) -> bool:
    """Whether a person works on cases and their places include a place; departments have cases of their own."""
    works = may(frozenset(account.roles), Permission.TASK_WORK)
    return account.is_active and works and not account.department and division.startswith(account.division)


def may_go_along(account: Account, division: str) -> bool:
    """Whether somebody may be the second one on a visit: no leader, who would be excluded from the opinion for it."""
    return (
        is_reachable(account, division)
        and bool(_GO_ALONG & set(account.roles))
        and not set(_LEADERS) & set(account.roles)
    )


def is_of_rank(substitute: Collection[str], absent: Collection[str]) -> bool:
    """Whether a substitute may act in somebody's roles: a leader's only who is a leader of that level too."""
    return all(role in substitute for role in absent if role in _LEADERS) and not (
        set(_LEADERS) & set(substitute) and not set(_LEADERS) & set(absent)
    )
