from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from processes.cases.limits import CALENDAR_DAYS, WORKING_DAYS, Limit, Pause, explain, read
from processes.policy.calendar import WorkCalendar, YearNotice

CALENDAR = WorkCalendar()
YELLOW, RED = Decimal("0.5"), Decimal("0.2")


def test_read__thirty_working_days_across_qingming() -> None:
    # 2 March 2026 is a Monday; 3–6 (4), 9–13 (9), 16–20 (14), 23–27 (19), 30–3 April (24),
    # 6 April is Qingming, 7–10 (28), 13, 14 (30)
    reading = read(Limit(WORKING_DAYS, 30, date(2026, 3, 2)), date(2026, 3, 2), CALENDAR, YELLOW, RED)
    assert reading.due_on == date(2026, 4, 14)
    # half of 30 is 15 left: the 16th day is 24 March; a fifth is 6 left: the 25th day is 7 April
    assert (reading.yellow_on, reading.red_on) == (date(2026, 3, 24), date(2026, 4, 7))


def test_read__a_notice_of_seven_days_ends_with_the_seventh() -> None:
    reading = read(Limit(CALENDAR_DAYS, 7, date(2026, 9, 28)), date(2026, 9, 28), CALENDAR, YELLOW, RED)
    assert reading.due_on == date(2026, 10, 5)


def test_read__a_share_that_is_no_whole_day_warns_the_day_before() -> None:
    # The days are 3 to 9 March.  Half of 7 is 3.5: at the beginning of the 6th four are left, of the 7th three.
    # A fifth is 1.4: at the beginning of the 8th two are left.
    reading = read(Limit(CALENDAR_DAYS, 7, date(2026, 3, 2)), date(2026, 3, 2), CALENDAR, YELLOW, RED)
    assert (reading.yellow_on, reading.red_on, reading.due_on) == (
        date(2026, 3, 6), date(2026, 3, 8), date(2026, 3, 9),
    )  # fmt: skip


def test_read__an_open_pause_moves_the_due_date_with_today() -> None:
    limit = Limit(WORKING_DAYS, 2, date(2026, 3, 2), 0, (Pause(date(2026, 3, 2), None, "补正"),))
    assert read(limit, date(2026, 3, 4), CALENDAR, YELLOW, RED).due_on == date(2026, 3, 6)
    assert read(limit, date(2026, 3, 5), CALENDAR, YELLOW, RED).due_on == date(2026, 3, 9)


def test_read__an_unknown_year_is_provisional_until_its_notice_is_entered() -> None:
    limit = Limit(WORKING_DAYS, 10, date(2030, 12, 20))
    assert read(limit, date(2030, 12, 20), CALENDAR, YELLOW, RED).is_provisional
    known = WorkCalendar({y: YearNotice(y, frozenset(), frozenset(), "文") for y in (2030, 2031)})
    assert not read(limit, date(2030, 12, 20), known, YELLOW, RED).is_provisional


def test_explain__can_be_checked_with_a_wall_calendar() -> None:
    limit = Limit(
        WORKING_DAYS, 30, date(2026, 3, 2), 0, (Pause(date(2026, 3, 6), date(2026, 3, 13), "公示"),)
    )
    lines = explain(limit, date(2026, 3, 20), CALENDAR)
    assert lines[0] == "自2026年3月2日的次日起算，期限 30 个工作日"
    assert "不计 5 个工作日" in lines[1]
    assert lines[-1] == "截止日期 2026年4月21日"


@given(st.dates(date(2024, 1, 1), date(2026, 6, 1)), st.integers(1, 45), st.integers(0, 20))
def test_law__a_pause_of_n_working_days_moves_the_due_date_by_n(start: date, budget: int, n: int) -> None:
    until = CALENDAR.add_working_days(start, n)
    plain = read(Limit(WORKING_DAYS, budget, start), start, CALENDAR, YELLOW, RED).due_on
    paused = Limit(WORKING_DAYS, budget, start, 0, (Pause(start, until, "补正"),))
    assert read(paused, until, CALENDAR, YELLOW, RED).due_on == CALENDAR.add_working_days(plain, n)
