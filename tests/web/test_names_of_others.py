"""A head whose file lies elsewhere is called as the household's place typed: no page, case or paper tells the name on file."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from processes.cases.models import Case
from processes.errors import DuplicateCase, HouseholdDoubtful
from processes.office.cases.start import StartCase
from processes.office.people.households import SaveHousehold
from processes.office.people.resolve import ResolveDifference
from processes.oversight import fingerprints
from processes.people import records
from processes.people.id_number import compose
from processes.people.models import Household, Person, PersonDifference
from processes.rehearsal.registering import household_form, save
from processes.rehearsal.stage import Stage
from processes.relief import queries as relief
from tests.builders import cases
from tests.builders.desks import Person as Browser
from tests.web.test_persons import TWO, everywhere, form, two_files
from tests.web.test_reads_logged import logged


@pytest.mark.parametrize("is_declined", [False, True], ids=["open", "declined"])
def test_a_number_typed_for_the_head__does_not_tell_the_name_on_file(stage: Stage, is_declined: bool) -> None:
    own, other = two_files(stage, name="吴某某")
    if is_declined:
        (row,) = everywhere(stage, PersonDifference)
        resolved = ResolveDifference(row.id, False, "以户口簿为准")
        stage.office.perform(resolved, stage.actor("window_clerk", cases.VILLAGE))
    clerk, guesser = stage.actor("window_clerk", TWO), Browser(stage, "t2_clerk")
    opened = stage.office.perform(
        StartCase("minimum_living_allowance", other, cases.APPLICATION, "typed"), clerk
    )
    for address in (
        "/households",
        f"/households/{other}",
        f"/households/{other}/history",
        f"/cases/{opened.case}",
        f"/search?q={other}",
    ):
        page = guesser.get(address).text
        assert "吴某某" in page, address
        assert "周单身" not in page, address
    with stage.database.reading("") as session:
        assert list(fingerprints.differing(session)) == []
        case = session.scalars(select(Case)).one()
        household = session.get_one(Household, case.household_id)
        assert (case.applicant, household.householder_name) == ("吴某某", "吴某某")
        told = records.record(session, household, date(2026, 3, 2))
        assert [m["name"] for m in told["members"]] == ["吴某某"]
    # The place of the file goes on as before, and who writes the file's own name calls the head by it from then on.
    assert "周单身" in Browser(stage, "window_clerk").get(f"/households/{own}").text
    save(stage.office, clerk, form(), other, 1)
    with stage.database.reading("") as session:
        assert list(session.scalars(select(Household.householder_name))) == ["周单身", "周单身"]
        assert list(fingerprints.differing(session)) == []


def test_the_audit_finds_a_householder_whom_nobody_called_so(stage: Stage) -> None:
    _, other = two_files(stage, name="吴某某")
    with stage.database.engine.begin() as connection:
        connection.execute(update(Household).where(Household.number == other).values(householder_name="别人"))
    with stage.database.reading("") as session:
        assert list(fingerprints.differing(session)) == [f"档案 {other}：户主姓名与户主的人员登记不符"]


_ONE = {"members": [{"name": "密名甲", "relation": "本人", "birth": "1961-04-05", "sex": "男"}]}
_OWN = {"name": "陈本地", "relation": "本人", "birth": "1970-05-01", "sex": "女"}


def _drawing(stage: Stage) -> tuple[str, str]:
    """Somebody of the first township who draws: the case and the number of the person."""
    case = cases.a_case(stage, at="serve_confirmation", raw=_ONE)
    (person,) = everywhere(stage, Person)
    return case, str(person.id_number)


def _guessed(number: str, *others: dict[str, str], **more: str) -> dict[str, Any]:
    """A family of the second township in which somebody typed the number under another name."""
    me = {
        "name": "不知名",
        "relation": "其他" if others else "本人",
        "birth": "1961-04-05",
        "sex": "男",
        "id_number": number,
    }
    return household_form({"members": [*others, me | more]}, TWO)


def test_who_draws_elsewhere__is_told_neither_by_name_nor_by_case(stage: Stage) -> None:
    case, number = _drawing(stage)
    clerk = stage.actor("window_clerk", TWO)
    own = save(stage.office, clerk, household_form({"members": [_OWN]}, TWO), confirm=True)
    with pytest.raises(HouseholdDoubtful) as dead:
        stage.office.perform(SaveHousehold(_guessed(number, _OWN, died_on="2026-03-01"), own, 1), clerk)
    assert any("不知名登记去世" in one for one in dead.value.sentences)
    save(stage.office, clerk, _guessed(number, _OWN), own, 1, confirm=True)
    with pytest.raises(HouseholdDoubtful) as leaving:
        stage.office.perform(SaveHousehold(household_form({"members": [_OWN]}, TWO), own, 2), clerk)
    assert any("不知名移出本户" in one for one in leaving.value.sentences)
    with pytest.raises(DuplicateCase) as twice:
        stage.office.perform(StartCase("minimum_living_allowance", own, cases.APPLICATION, "t"), clerk)
    assert "成员不知名已享受最低生活保障" in twice.value.message
    with stage.database.reading("") as session:
        drawn = relief.standing_benefits(session, [person.id for person in everywhere(stage, Person)])
        assert [s.name for s in relief.called(session, TWO, drawn)] == ["不知名"]
        assert [s.name for s in relief.called(session, cases.VILLAGE, drawn)] == ["密名甲"]
        assert [s.case_number for s in relief.shown_to(session, TWO, drawn)] == [""]
        assert [s.case_number for s in relief.shown_to(session, cases.VILLAGE, drawn)] == [case]
    said = "".join((*dead.value.sentences, *leaving.value.sentences, twice.value.message))
    assert "密名甲" not in said
    assert case not in said


def test_more_members_than_a_household_may_have__ask_the_register_for_nobody(stage: Stage) -> None:
    """31 rows: one more than are taken."""
    stage.set_clock(cases.noon())
    days = [date(1950, 1, 1 + n) for n in range(31)]
    rows = [{"name": "某人", "relation": "其他", "id_number": compose("340199", day, 11)} for day in days]
    body = {"form": household_form({"members": rows}, TWO), "version": 0}
    assert Browser(stage, "t2_clerk").send("/households/save", body).status_code == 422
    assert logged(stage, "look_up") == []
