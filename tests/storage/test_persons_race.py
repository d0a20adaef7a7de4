"""The register under two hands at once: one person, one home, one transfer, one difference."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy import func, select

from processes.cases.models import Case
from processes.errors import HouseholdDoubtful, HouseholdNotFound, RuleBroken, YimenError
from processes.office.cases.start import StartCase
from processes.office.people.households import SaveHousehold
from processes.office.people.resolve import ResolveDifference
from processes.office.people.transfers import AskTransfer, DecideTransfer
from processes.people.models import Household, Membership, Person, PersonDifference, PersonVersion, Transfer
from processes.rehearsal.registering import household_form, save
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.storage.test_transactions import together

TWO = "340199102201"
ALONE: dict[str, Any] = {
    "members": [{"name": "周单身", "relation": "本人", "birth": "1975-03-01", "sex": "男"}]
}


def number_of(stage: Stage, kind: type[Any]) -> int:
    with stage.database.reading("") as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def test_two_townships_register_somebody_new_at_once__one_person__the_second_is_asked(
    any_stage: Stage,
) -> None:
    any_stage.set_clock(cases.noon())
    results = together(
        *(
            lambda place=place: any_stage.office.perform(
                SaveHousehold(household_form(ALONE, place), token=str(uuid4())),
                any_stage.actor("window_clerk", place),
            )
            for place in (cases.VILLAGE, TWO)
        )
    )
    assert [type(r) for r in results if isinstance(r, YimenError)] == [HouseholdDoubtful]
    assert (number_of(any_stage, Person), number_of(any_stage, Household)) == (1, 1)


def test_two_households_take_in_one_person_at_once__the_second_is_asked(any_stage: Stage) -> None:
    any_stage.set_clock(cases.noon())
    clerk = any_stage.actor("window_clerk", cases.VILLAGE)
    number = cases.a_household(any_stage, raw=ALONE)
    other = {"members": [{"name": "吴长福", "relation": "本人", "birth": "1949-02-11", "sex": "男"}]}
    form = household_form(other, cases.VILLAGE)
    form["members"][0] |= {"person_id": None}
    save(any_stage.office, clerk, form, number, 1)  # the file is another's now: 周单身 is in none
    results = together(
        *(
            lambda place=place: any_stage.office.perform(
                SaveHousehold(household_form(ALONE, place), token=str(uuid4())),
                any_stage.actor("window_clerk", place),
            )
            for place in (cases.VILLAGE, TWO)
        )
    )
    assert [type(r) for r in results if isinstance(r, YimenError)] == [HouseholdDoubtful]
    with any_stage.database.reading("") as session:
        person = session.scalars(select(Person).where(Person.name == "周单身")).one()
        assert session.scalar(select(func.count()).where(Membership.person_id == person.id)) == 1


def test_one_difference_resolved_by_two__once(any_stage: Stage) -> None:
    any_stage.set_clock(cases.noon())
    cases.a_household(any_stage, raw=ALONE)
    there = any_stage.actor("window_clerk", TWO)
    told = {"members": [ALONE["members"][0] | {"grave_illness": True}]}
    save(any_stage.office, there, household_form(told, TWO), confirm=True)
    with any_stage.database.reading("") as session:
        difference = session.scalars(select(PersonDifference)).one()
    clerk = any_stage.actor("window_clerk", cases.VILLAGE)
    results = together(
        *(
            lambda accept=accept: any_stage.office.perform(
                ResolveDifference(difference.id, accept, "核实"), clerk
            )
            for accept in (True, False)
        )
    )
    assert len([r for r in results if isinstance(r, RuleBroken)]) == 1
    with any_stage.database.reading("") as session:
        row, person = session.scalars(select(PersonDifference)).one(), session.scalars(select(Person)).one()
    assert person.grave_illness == (row.status == "accepted")


def test_a_transfer_taken_over_twice__and_a_case_begun_meanwhile(any_stage: Stage) -> None:
    any_stage.set_clock(cases.noon())
    number = cases.a_household(any_stage)
    clerk, there = any_stage.actor("window_clerk", cases.VILLAGE), any_stage.actor("window_clerk", TWO)
    asked = together(
        *(
            lambda to=to: any_stage.office.perform(AskTransfer(number, to, "迁居"), clerk)
            for to in ("340199102", "340199103")
        )
    )
    assert len([r for r in asked if isinstance(r, RuleBroken)]) == 1
    with any_stage.database.reading("") as session:
        transfer = session.scalars(select(Transfer)).one()
    place = f"{transfer.to_place}201"
    receiver = there if place == TWO else any_stage.actor("window_clerk", place)
    results = together(
        *[lambda: any_stage.office.perform(DecideTransfer(transfer.id, True, "核实", place), receiver)] * 2,
        lambda: any_stage.office.perform(
            StartCase("minimum_living_allowance", number, cases.APPLICATION, str(uuid4())), clerk
        ),
    )
    faults = [r for r in results if isinstance(r, YimenError)]
    assert len([f for f in faults if isinstance(f, RuleBroken)]) == 1  # the second who took it over
    with any_stage.database.reading("") as session:
        assert session.scalars(select(Household.division)).one() == place
        # a case is where its household is, or it was not begun
        assert set(session.scalars(select(Case.division))) <= {place}
        moved = session.scalars(select(PersonVersion.source).where(PersonVersion.place == place)).all()
    assert len(moved) == 2  # each of the two persons once
    assert all(isinstance(f, RuleBroken | HouseholdNotFound) for f in faults)
