"""Who may be asked, act as a substitute, or be given a step to prepare: pure predicates."""

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


_VILLAGE_OR_TOWNSHIP, _COUNTY = "township", "county"
RANKS: dict[Role, str] = {
    Role.VILLAGE_ASSISTANT: _VILLAGE_OR_TOWNSHIP,
    Role.WINDOW_CLERK: _VILLAGE_OR_TOWNSHIP,
    Role.INVESTIGATOR: _VILLAGE_OR_TOWNSHIP,
    Role.COUNTY_CLERK: _COUNTY,
    Role.COMPARISON_OFFICER: _COUNTY,
    **{
        role: role.value
        for role in (
            Role.TOWNSHIP_LEADER, Role.COUNTY_LEADER, Role.SUPERVISOR, Role.DEPARTMENT_OFFICER, Role.FINANCE_OFFICER,
            Role.AUDITOR, Role.ADMINISTRATOR, Role.SYSTEM,
        )
    },
}  # fmt: skip
"""Roles of one rank: people who handle cases of a division have one rank, whatever the desk; every other role
is its own."""


def is_reachable(account: Account, division: str) -> bool:
    """Return whether a person works on cases and their divisions include one; departments have cases of their own."""
    works = may(frozenset(account.roles), Permission.TASK_WORK)
    return account.is_active and works and not account.department and division.startswith(account.division)


def may_be_asked(account: Account, division: str) -> bool:
    """Return whether somebody may be asked, copied in or given a step: only people who may open the case."""
    return is_reachable(account, division) and may(frozenset(account.roles), Permission.CASE_READ)


def may_go_along(account: Account, division: str) -> bool:
    """Return whether somebody may be second on a visit: no leader, who would be excluded from the opinion on it."""
    return (
        may_be_asked(account, division)
        and bool(_GO_ALONG & set(account.roles))
        and not set(_LEADERS) & set(account.roles)
    )


def is_of_rank(substitute: Collection[str], absent: Collection[str]) -> bool:
    """Return whether a substitute may act in somebody's roles: their ranks must be equal.

    Deciding, supervising and administering money or accounts are ranks of their own: nobody gains or lends
    such powers through an absence.
    """
    return _ranks(substitute) == _ranks(absent)


def _ranks(roles: Collection[str]) -> set[str]:
    return {RANKS[Role(role)] for role in roles}
