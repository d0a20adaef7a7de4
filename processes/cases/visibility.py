"""Who may see a case: permission, division and department, as one predicate for rows and for queries."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false

from processes.access import accounts
from processes.access.models import Account
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases.models import Case
from processes.storage.unit_of_work import within


def may_see(account: Account, case: Case) -> bool:
    """Return whether a person may open a case."""
    who = accounts.actor_of(account)
    return (
        account.is_active
        and who.may(Permission.CASE_READ)
        and who.covers(case.division)
        and who.department in (None, case.department)
    )


def seen_by(who: Actor) -> ColumnElement[bool]:
    """Return the same condition for a query of cases."""
    if not who.may(Permission.CASE_READ):
        return false()
    place = within(Case.division, who.division)
    return place if who.department is None else and_(place, Case.department == who.department)
