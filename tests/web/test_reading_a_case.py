"""What a case page says of the decisions, in the words and figures of the office."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

from processes.office.cases.start import StartCase
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import Person

BURNT = {"event": "fire", "event_on": "2026-03-01", "persons": 1, "description": "厨房失火", "phone": "138"}


def test_a_choice_that_a_table_read__is_said_by_its_label(whole_stage: Stage) -> None:
    whole_stage.set_clock(datetime(2026, 3, 2, 9, 0))
    household = cases.a_household(whole_stage)
    clerk = whole_stage.actor("window_clerk", cases.VILLAGE)
    number = whole_stage.office.perform(StartCase("temporary_relief", household, BURNT), clerk).case
    page = Person(whole_stage, "county_clerk").get(f"/cases/{number}").text
    assert "急难事件：火灾" in page
    assert "急难事件：fire" not in page
    packed = Person(whole_stage, "county_clerk").post(f"/cases/{number}/export", {}).data
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        record = next(n for n in archive.namelist() if n.endswith("办理记录.html"))
        assert "急难事件：火灾" in archive.read(record).decode()


def test_a_computed_amount__is_shown_to_two_places(stage: Stage) -> None:
    """Three persons with 5,000 yuan a year of transfers: 5000 / 12 / 3 = 138.888… a month, shown as 138.89."""
    raw = {
        "members": [
            {
                "name": "冯一",
                "relation": "本人",
                "birth": "1970-01-02",
                "sex": "男",
                "income": {"transfer": 5000},
            },
            {"name": "冯二", "relation": "配偶", "birth": "1971-03-04", "sex": "女"},
            {"name": "冯三", "relation": "子女", "birth": "2012-05-06", "sex": "男"},
        ]
    }
    number = cases.a_case(stage, at="township_opinion", raw=raw)
    page = Person(stage, "county_clerk").get(f"/cases/{number}").text
    assert "138.89 元/人/月" in page
    assert "138.888" not in page
