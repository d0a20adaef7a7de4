"""Verbs that read the register (C28: no decision without a look-up)."""

from __future__ import annotations

from datetime import date
from typing import Any

from processes.people import queries
from processes.people.models import Household
from processes.verbs.registry import Context, verb


@verb("household.facts", "汇总家庭情况", "读取登记的家庭成员、收入、支出、财产，供计算表使用。")
def facts(context: Context) -> dict[str, Any]:
    """The household as it is registered now; ages on the day of acceptance."""
    household = context.uow.session.get_one(Household, context.case.household_id)
    accepted_on = context.data.get("accepted_on")
    on = accepted_on if isinstance(accepted_on, date) else context.clocks.today
    return queries.facts(household, on)
