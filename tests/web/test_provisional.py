"""People without an ID number (流浪乞讨人员, C34): taken in at once, known later, and the note can be undone."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import select

from processes.cases.models import WorkItem
from processes.errors import DoubleBenefit, DuplicateCase, FormInvalid, RuleBroken
from processes.office.cases.start import StartCase
from processes.office.people.households import SaveHousehold
from processes.office.people.identify import IdentifyPerson, UndoIdentification
from processes.office.steps.complete import CompleteTask
from processes.people import queries
from processes.people.id_number import compose
from processes.people.models import Membership, Person, PersonMerge
from processes.rehearsal.stage import Stage
from processes.relief import audit, payroll
from tests.builders import cases
from tests.builders.desks import Person as Browser

NUMBER = compose("340199", date(1978, 6, 15), 201)


def member(**more: object) -> dict[str, object]:
    return {
        "name": "不详（自称老王）",
        "relation": "本人",
        "id_number": "无",
        "sex": "男",
        "estimated_age": "60",
        **more,
    }


def household(stage: Stage, **more: object) -> str:
    form = {
        "division": cases.VILLAGE, "address": "集镇车站", "phone": "", "category": "", "members": [member(**more)],
    }  # fmt: skip
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    return str(stage.office.perform(SaveHousehold(form, token=str(uuid4())), clerk).household)


def person_of(stage: Stage) -> Person:
    with stage.database.reading("") as session:
        return session.scalars(select(Person).where(Person.is_provisional)).one()


def test_taken_in_without_a_number__age_by_estimate(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    household(stage)
    person = person_of(stage)
    # about 60 in 2026: born in 1966
    assert (person.birth_on, person.sex, person.id_number) == (date(1966, 1, 1), "男", "")
    with pytest.raises(FormInvalid) as fault:
        household(stage, estimated_age="很老")
    assert "大约年龄" in str(fault.value.fields["members.0.estimated_age"])


def test_saving_again_keeps_the_same_person(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    number = household(stage)
    person = person_of(stage)
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    form = {
        "division": cases.VILLAGE, "address": "救助站", "phone": "", "category": "",
        "members": [member(name="老王", person_id=person.id)],
    }  # fmt: skip
    stage.office.perform(SaveHousehold(form, number, 1), clerk)
    again = person_of(stage)
    assert (again.id, again.name) == (person.id, "老王")


def test_known_later__histories_meet__and_part_again(stage: Stage) -> None:
    drawing = cases.a_case(stage, at="serve_confirmation")  # 张建国 draws the allowance
    unknown = household(stage)
    person = person_of(stage)
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    with stage.database.reading("") as session:
        known = session.scalars(
            select(Person).join(Membership).where(Person.name == "张建国")
        ).one()  # fmt: skip
        number = known.id_number
    stage.office.perform(IdentifyPerson(person.id, number, "张建国", "亲属辨认"), clerk)
    page = Browser(stage, "window_clerk").get(f"/households/{unknown}").text
    assert "已查明：张建国" in page
    assert "同一人的其他档案" in page
    assert number not in page
    with pytest.raises((DuplicateCase, DoubleBenefit)):  # drawn under the other file: not twice
        stage.office.perform(StartCase("minimum_living_allowance", unknown, cases.APPLICATION), clerk)
    with pytest.raises(RuleBroken):
        stage.office.perform(IdentifyPerson(person.id, number, "张建国", "再次"), clerk)
    stage.office.perform(UndoIdentification(person.id), clerk)
    started = stage.office.perform(StartCase("minimum_living_allowance", unknown, cases.APPLICATION), clerk)
    assert started.case != drawing
    with stage.database.reading("") as session:
        merge = session.scalars(select(PersonMerge)).one()
        assert merge.undone_by == clerk.name
    with pytest.raises(RuleBroken):
        stage.office.perform(UndoIdentification(person.id), clerk)


def test_a_number_that_nobody_has_yet__makes_the_registered_person(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    household(stage)
    person = person_of(stage)
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    stage.office.perform(IdentifyPerson(person.id, NUMBER, "王大山", "指纹比对"), clerk)
    with stage.database.reading("") as session:
        known = session.scalars(select(Person).where(Person.name == "王大山")).one()
    assert (known.birth_on, known.is_provisional) == (date(1978, 6, 15), False)


def drawing_twice(stage: Stage) -> tuple[str, str, int, str]:
    """A person who draws under a number, and again as somebody without one; the cases, the person, the number."""
    known = cases.a_case(stage, at="serve_confirmation", raw=cases.OTHER_HOUSEHOLD)
    unknown = household(stage, name="老周", work_ability="none")
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    again = str(
        stage.office.perform(StartCase("minimum_living_allowance", unknown, cases.APPLICATION), clerk).case
    )
    while not any(i.task == "serve_confirmation" for i in cases.open_items(stage, again)):
        item = cases.open_items(stage, again)[0]
        if item.task == "record_objection":
            stage.move("8 days")
        else:
            cases.complete(stage, item)
    with stage.database.reading("") as session:
        number = session.scalars(select(Person).where(Person.name == "周大海")).one().id_number
    return known, again, person_of(stage).id, number


def test_identified_as_one_who_draws_already__the_county_verifies_and_stops_one(whole_stage: Stage) -> None:
    stage = whole_stage
    known, again, person, number = drawing_twice(stage)
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    opened = stage.office.perform(IdentifyPerson(person, number, "周大海", "指纹比对"), clerk).case
    (item,) = cases.open_items(stage, opened)
    assert (item.task, item.role) == ("verify_double_benefit", "county_clerk")
    with stage.database.reading("") as session:
        found = session.scalars(
            select(WorkItem.case_number).where(WorkItem.task == "verify_double_benefit")
        ).all()
        assert found == [opened]
        # both are paid until somebody decides: the month after the decision is April
        assert len(payroll.lines(session, "minimum_living_allowance", "2026-04", "340199")) == 2
    page = Browser(stage, "county_clerk").get(f"/cases/{opened}").text
    assert known in page
    assert again in page
    for task, data in (
        ("verify_double_benefit", {"finding": "stop", "award": again, "statement": "同一人"}),
        ("confirm_stop", {"decision": "agree", "statement": "同意"}),
    ):
        at = cases.item_at(stage, opened, task)
        stage.office.perform(
            CompleteTask(at.id, at.version, data, str(uuid4())), stage.actor(at.role, cases.VILLAGE)
        )
    with stage.database.reading("") as session:
        for month, lines in (("2026-03", 0), ("2026-04", 1)):
            assert len(payroll.lines(session, "minimum_living_allowance", month, "340199")) == lines
        assert audit.compare(session) == []


def test_identified_while_an_application_runs__the_county_verifies_too(whole_stage: Stage) -> None:
    stage = whole_stage
    known = cases.a_case(stage, at="serve_confirmation", raw=cases.OTHER_HOUSEHOLD)
    unknown = household(stage, name="老周")
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    running = stage.office.perform(StartCase("minimum_living_allowance", unknown, cases.APPLICATION), clerk)
    with stage.database.reading("") as session:
        number = session.scalars(select(Person).where(Person.name == "周大海")).one().id_number
    opened = stage.office.perform(
        IdentifyPerson(person_of(stage).id, number, "周大海", "亲属辨认"), clerk
    ).case
    page = Browser(stage, "county_clerk").get(f"/cases/{opened}").text
    assert f"正在申请最低生活保障（{running.case}）" in page
    assert known in page


def test_identified_as_one_who_draws_nothing__nothing_is_opened(whole_stage: Stage) -> None:
    whole_stage.set_clock(cases.noon())
    household(whole_stage)
    clerk = whole_stage.actor("window_clerk", cases.VILLAGE)
    answer = whole_stage.office.perform(
        IdentifyPerson(person_of(whole_stage).id, NUMBER, "王大山", "辨认"), clerk
    )
    assert answer.case == ""


def test_a_known_person_is_computed_by_their_own_age(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    unknown = household(stage, estimated_age="70")
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    person = person_of(stage)
    stage.office.perform(IdentifyPerson(person.id, NUMBER, "王大山", "辨认"), clerk)
    with stage.database.reading("") as session:
        found = queries.facts(queries.household_by_number(session, unknown), date(2026, 3, 2))
        (member,) = found["members"]
        known = session.scalars(select(Person.id).where(Person.name == "王大山")).one()
    # born on 15 June 1978: 47 on 2 March 2026, not the estimated 70; granted to the person with the number
    assert (member["age"], member["id"]) == (47, known)
