"""Which households a list shows, and in which order."""

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
    """Township, category and order of a list of households; empty conditions leave everything in."""

    township: str = ""
    category: str = ""
    order: str = "-updated"

    @property
    def is_filtered(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.township or self.category)

    def conditions(self, with_empty: bool = False) -> list[ColumnElement[bool]]:
        """As conditions on a query; a call that became no application left a file without members, which is none.

        Whoever looks for the caller finds it all the same (`with_empty`).
        """
        # Under a name of its own, so that a query which joins the members stays another one.
        member = aliased(Membership)
        of_it = select(member.id).where(member.household_id == Household.id).correlate(Household)
        found: list[ColumnElement[bool]] = [] if with_empty else [exists(of_it)]
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
