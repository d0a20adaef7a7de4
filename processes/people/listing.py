"""Filter and order of household lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased

from processes.people.models import Household, Membership
from processes.storage.unit_of_work import within

ORDERS = ("-updated", "updated", "name", "-name", "number", "-number")


@dataclass(frozen=True, slots=True)
class HouseholdFilter:
    """Township, category and order; empty conditions do not filter."""

    township: str = ""
    category: str = ""
    order: str = "-updated"

    @property
    def is_filtered(self) -> bool:
        """Return whether anything filters the list."""
        return bool(self.township or self.category)

    def conditions(self, with_empty: bool = False) -> list[ColumnElement[bool]]:
        """Return conditions for a query; files without members (calls that led to no application) are
        excluded.

        `with_empty` includes them, for a search for the caller.
        """
        # Aliased, so that a query that joins the members is not affected.
        member = aliased(Membership)
        of_it = select(member.id).where(member.household_id == Household.id).correlate(Household)
        criteria: list[ColumnElement[bool]] = [] if with_empty else [exists(of_it)]
        if self.township:
            criteria.append(within(Household.division, self.township))
        if self.category:
            criteria.append(Household.category == self.category)
        return criteria

    def ordered(self) -> list[Any]:
        """Return the order for a query."""
        column = {
            "updated": Household.updated_at, "name": Household.householder_name, "number": Household.number,
        }[self.order.removeprefix("-")]  # fmt: skip
        if self.order.startswith("-"):
            return [column.desc(), Household.id.desc()]
        return [column, Household.id]


EVERY_HOUSEHOLD = HouseholdFilter()
