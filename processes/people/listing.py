"""Which households a list shows, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, select

from processes.people.models import Household, Membership
from processes.storage.unit_of_work import within

ORDERS = ("-updated", "updated", "name", "-name", "number", "-number")


@dataclass(frozen=True, slots=True)
class HouseholdFilter:
    """Township, category and order of a list of households; empty conditions leave everything in."""

    township: str = ""
    category: str = ""
    order: str = "-updated"

    @property
    def is_filtered(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.township or self.category)

    def conditions(self) -> list[ColumnElement[bool]]:
        """As conditions on a query; a call that became no application left a file without members, which is none."""
        of_it = select(Membership.id).where(Membership.household_id == Household.id)
        found: list[ColumnElement[bool]] = [exists(of_it)]
        if self.township:
            found.append(within(Household.division, self.township))
        if self.category:
            found.append(Household.category == self.category)
        return found

    def ordered(self) -> list[Any]:
        """As the order of a query."""
        column = {
            "updated": Household.updated_at, "name": Household.householder_name, "number": Household.number,
        }[self.order.removeprefix("-")]  # fmt: skip
        if self.order.startswith("-"):
            return [column.desc(), Household.id.desc()]
        return [column, Household.id]


EVERY_HOUSEHOLD = HouseholdFilter()
