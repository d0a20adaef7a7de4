"""Holiday notices as the State Council publishes them, and one for the year that the tests stand before."""

from __future__ import annotations

from processes.office.county.holidays import ConfirmHolidays, ProposeHolidays
from processes.policy.holidays import Plan, days
from processes.rehearsal.stage import Stage

OFF_2027 = (
    "2027-01-01至2027-01-03 2027-02-05至2027-02-11 2027-04-03至2027-04-05 2027-05-01至2027-05-05 "
    "2027-06-09 2027-09-15 2027-10-01至2027-10-07"
)
"""Week days among them: 1 + 5 + 1 + 3 + 1 + 1 + 5 = 17."""
WORKED_2027 = "2027-02-20 2027-05-08 2027-09-26 2027-10-09"
"""17 − 4 = 13, the statutory days."""
REAL = {
    2025: Plan(
        2025,
        days(
            "2025-01-01 2025-01-28至2025-02-04 2025-04-04至2025-04-06 2025-05-01至2025-05-05 "
            "2025-05-31至2025-06-02 2025-10-01至2025-10-08"
        ),
        days("2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11"),
        "国办发明电〔2024〕12号",
    ),
    2026: Plan(
        2026,
        days(
            "2026-01-01至2026-01-03 2026-02-15至2026-02-23 2026-04-04至2026-04-06 2026-05-01至2026-05-05 "
            "2026-06-19至2026-06-21 2026-09-25至2026-09-27 2026-10-01至2026-10-07"
        ),
        days("2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10"),
        "国办发明电〔2025〕7号",
    ),
}


def proposal(off: str = OFF_2027, worked: str = WORKED_2027, number: str = "") -> ProposeHolidays:
    """A plausible notice for 2027."""
    return ProposeHolidays(2027, days(off), days(worked), number or "国办发明电〔2026〕8号")


def other_proposal() -> ProposeHolidays:
    """Another one: 元旦 is one day longer, worked for on a Sunday (18 − 5 = 13)."""
    return proposal(f"{OFF_2027} 2027-01-04", f"{WORKED_2027} 2027-01-10", "国办发明电〔2026〕9号")


def propose(stage: Stage, command: ProposeHolidays | None = None) -> int:
    """Propose as the first supervisor."""
    one = stage.actor("supervisor", "340199")
    return int(stage.office.perform(command or proposal(), one).version)


def confirm(stage: Stage, version: int) -> int:
    """Confirm as the second one; answers how many limits were counted anew."""
    other = stage.actor("supervisor#2", "340199")
    return int(stage.office.perform(ConfirmHolidays(version), other).counted)
