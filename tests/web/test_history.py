"""A household on a past day: what was registered, drawn and under way then; what each saving changed."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sqlalchemy import delete

from processes.office.people.households import SaveHousehold
from processes.people.models import HouseholdVersion
from processes.rehearsal.registering import household_form
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import Person


def _form(**changes: Any) -> dict[str, Any]:
    return {**household_form(cases.HOUSEHOLD, cases.VILLAGE), **changes}


def test_every_saved_state_is_there_on_its_day(stage: Stage) -> None:
    stage.set_clock(datetime(2026, 3, 2, 9, 0))
    number = cases.a_household(stage)
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    stage.set_clock(datetime(2026, 5, 10, 9, 0))
    stage.office.perform(SaveHousehold(_form(address="西村五组8号"), number, 1), clerk)
    person = Person(stage, "window_clerk")
    before = person.get(f"/households/{number}/history?on=2026-05-09").text
    state = before[before.index("2026-05-09 的登记内容") : before.index("历次登记的变更")]
    assert "东村三组12号" in state
    assert "西村五组8号" not in state
    after = person.get(f"/households/{number}/history?on=2026-05-10").text
    assert "西村五组8号" in after[after.index("的登记内容") : after.index("历次登记的变更")]
    told = after[after.index("历次登记的变更") :]
    assert "东村三组12号" in told
    assert "当天还没有登记" in person.get(f"/households/{number}/history?on=2026-03-01").text
    assert "日期应写作" in person.get(f"/households/{number}/history?on=昨天").text
    assert Person(stage, "t2_clerk").get(f"/households/{number}/history").status_code == 404


def test_a_household_from_before_states_were_kept__stands_as_it_was_last_saved(stage: Stage) -> None:
    stage.set_clock(datetime(2026, 3, 2, 9, 0))
    number = cases.a_household(stage)
    with stage.database.unit_of_work() as uow:
        uow.session.execute(delete(HouseholdVersion))
        uow.commit()
    person = Person(stage, "window_clerk")
    assert "东村三组12号" in person.get(f"/households/{number}/history?on=2026-04-01").text
    assert "当天还没有登记" in person.get(f"/households/{number}/history?on=2026-03-01").text
    stage.set_clock(datetime(2026, 5, 10, 9, 0))
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    stage.office.perform(SaveHousehold(_form(address="西村五组8号"), number, 1), clerk)
    before = person.get(f"/households/{number}/history?on=2026-05-09").text
    assert "东村三组12号" in before[before.index("2026-05-09 的登记内容") : before.index("历次登记的变更")]


def test_awards_and_cases_of_the_day(stage: Stage) -> None:
    case = cases.a_case(stage, "serve_confirmation")
    person = Person(stage, "county_clerk")
    page = person.get(f"/cases/{case}").text
    household = page.split("/households/")[1].split('"')[0]
    march = person.get(f"/households/{household}/history?on=2026-03-20").text
    assert "当月没有" in march, "the award begins in April"
    april = person.get(f"/households/{household}/history?on=2026-04-20").text
    assert "每月 517.00 元" in april
    assert case in april
    assert "张建国" in april
    # The styles show white space in a value as it stands: none may come from the template.
    for page in (march, april):
        values = re.findall(r"<dd>(.*?)</dd>", page.split("历次登记的变更")[0], re.DOTALL)
        assert len(values) > 6
        assert [v for v in values if v != v.strip()] == []
