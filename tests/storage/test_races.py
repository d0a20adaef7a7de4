"""Every command that grants, pays, numbers or opens, at the same moment as itself: it happens once, the other is told why."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from processes.cases.models import Case, NumberSeries
from processes.errors import DuplicateCase, FactsChanged, RuleBroken, StaleTask, YimenError
from processes.office.cases.start import StartCase
from processes.office.funds.entries import CloseFundMonth, ConfirmFundEntry, EnterFundEntry, ReverseFundEntry
from processes.office.people.households import SaveHousehold
from processes.office.people.identify import IdentifyPerson
from processes.office.steps.complete import CompleteTask
from processes.office.studio.drafts import OpenDraft
from processes.people.id_number import compose
from processes.people.models import Membership, Person, PersonMerge
from processes.rehearsal.stage import Stage
from processes.releases.models import Draft
from processes.relief import audit, fund_queries
from processes.relief.claim_models import ReliefClaim, ReliefClaimPerson
from processes.relief.fund_models import Fund, FundEntry, FundMonth, ReliefPayment
from processes.relief.models import Award, AwardMember
from tests.builders import cases, reliefs
from tests.storage.test_transactions import together

ROUNDS = 4
"""Two at once may miss each other by chance; this often they do not."""


def faults(results: list[object]) -> list[YimenError]:
    return [r for r in results if isinstance(r, YimenError)]


def family(n: int, spouse: str = "妻") -> dict[str, Any]:
    """The same householder for the same n, with another spouse."""
    return {
        "members": [
            {"name": f"户主{n}", "relation": "本人", "birth": f"1960-01-{n + 1:02d}", "sex": "男"},
            {
                "name": f"{spouse}{n}",
                "relation": "配偶",
                "birth": f"196{len(spouse)}-02-{n + 1:02d}",
                "sex": "女",
            },
        ]
    }


def balanced(stage: Stage) -> None:
    with stage.database.reading("") as session:
        assert fund_queries.audit(session) == []
        assert audit.compare(session) == []


def test_two_leaders_confirm_two_cases_of_one_person__one_award(any_whole_stage: Stage) -> None:
    stage = any_whole_stage
    for n in range(ROUNDS):
        pair = [cases.a_case(stage, at="county_decision", raw=family(n, s)) for s in ("妻", "前妻")]
        items = [cases.item_at(stage, number, "county_decision") for number in pair]
        leader = stage.actor("county_leader", cases.VILLAGE)
        results = together(
            *(
                lambda i=i, a=leader: stage.office.perform(
                    CompleteTask(i.id, i.version, cases.ANSWERS["county_decision"], str(uuid4())), a
                )
                for i in items
            )
        )
        (fault,) = faults(results)
        assert isinstance(fault, DuplicateCase | FactsChanged)
        assert f"户主{n}" in fault.message
        with stage.database.reading("") as session:
            assert session.scalar(select(func.count()).select_from(Award)) == n + 1
    balanced(stage)


def test_the_database_itself_forbids_two_standing_awards(any_whole_stage: Stage) -> None:
    stage = any_whole_stage
    cases.a_case(stage, at="serve_confirmation")
    with pytest.raises(IntegrityError), stage.database.unit_of_work() as uow:
        first = uow.session.scalars(select(Award)).one()
        member = uow.session.scalars(select(AwardMember)).first()
        again = Award(
            **{k.key: getattr(first, k.key) for k in Award.__mapper__.column_attrs if k.key != "id"}
        )
        uow.add(again)
        uow.flush()
        uow.add(AwardMember(award_id=again.id, person_id=member.person_id, programme=again.programme))
        uow.flush()


def test_one_accident_reported_under_two_files_at_once__one_goes_to_the_county(
    any_whole_stage: Stage,
) -> None:
    stage = any_whole_stage
    stage.set_clock(cases.noon())
    for n in range(ROUNDS):
        places = (cases.VILLAGE, reliefs.OTHER_VILLAGE)
        files = [
            cases.a_household(stage, p, family(n, s)) for p, s in zip(places, ("妻", "前妻"), strict=True)
        ]
        clerks = [stage.actor("window_clerk", p) for p in places]
        results = together(
            *(
                lambda f=f, a=a: stage.office.perform(reliefs.opening(f), a).case
                for f, a in zip(files, clerks, strict=True)
            )
        )
        steps = sorted(step for number in results for step in reliefs.waiting(stage, str(number)))
        assert steps == ["county_repeat_decision", "township_decision"]


def test_two_funds_pay_one_person_at_once__one_is_stopped_and_goes_to_the_county(
    any_whole_stage: Stage,
) -> None:
    """As cases stand that were opened before claims were written down: nothing was found at their start."""
    stage = any_whole_stage
    stage.set_clock(cases.noon())
    places = (cases.VILLAGE, reliefs.OTHER_VILLAGE)
    for place in places:
        reliefs.money(stage, township=place[:9])
    for n in range(ROUNDS):
        pair = []
        for place, spouse in zip(places, ("妻", "前妻"), strict=True):
            household = cases.a_household(stage, place, family(n, spouse))
            pair.append(reliefs.emergency(stage, household, place))
            _forget_claims(stage, pair[-1])
        commands = [
            reliefs.completing(stage, number, "township_decision", reliefs.APPROVE) for number in pair
        ]
        leaders = [stage.actor("township_leader", place) for place in places]
        results = together(
            *(lambda k=k, a=a: stage.office.perform(k, a) for k, a in zip(commands, leaders, strict=True))
        )
        assert faults(results) == []
        steps = sorted(step for number in pair for step in reliefs.waiting(stage, number))
        assert steps == ["county_repeat_decision", "hand_over"]
    with stage.database.reading("") as session:
        held = fund_queries.funds(session)
        # 2 × 50000.00 − 4 × 1536.00 = 93856.00
        assert sum(f.cash for f in held) == Decimal("93856.00")
    balanced(stage)


def _forget_claims(stage: Stage, number: str) -> None:
    with stage.database.unit_of_work() as uow:
        of_case = select(ReliefClaim.id).join(Case).where(Case.number == number)
        ids = list(uow.session.scalars(of_case))
        uow.session.execute(delete(ReliefClaimPerson).where(ReliefClaimPerson.claim_id.in_(ids)))
        uow.session.execute(delete(ReliefClaim).where(ReliefClaim.id.in_(ids)))
        uow.commit()


def test_one_payment_decided_twice_at_once__is_one(any_whole_stage: Stage) -> None:
    stage = any_whole_stage
    stage.set_clock(cases.noon())
    reliefs.money(stage)
    number = reliefs.emergency(stage, cases.a_household(stage))
    command = reliefs.completing(stage, number, "township_decision", reliefs.APPROVE)
    leader = stage.actor("township_leader", cases.VILLAGE)
    twice = [CompleteTask(command.item_id, command.version, command.data, str(uuid4())) for _ in range(2)]
    results = together(*(lambda k=k: stage.office.perform(k, leader) for k in twice))
    assert [type(f) for f in faults(results)] == [StaleTask]
    with stage.database.reading("") as session:
        assert session.scalar(select(func.count()).select_from(ReliefPayment)) == 1
    balanced(stage)


def test_entries_of_a_fund_at_once(any_whole_stage: Stage) -> None:
    """The first entry makes the fund once; one is confirmed once; two that only fit alone do not both fit."""
    stage = any_whole_stage
    stage.set_clock(cases.noon())
    one, other = stage.actor("finance_officer", "340199"), stage.actor("finance_officer#2", "340199")
    entering = EnterFundEntry(reliefs.TOWNSHIP, "top_up", Decimal("30000.00"), "拨付")
    entries = [int(r.entry) for r in together(*[lambda: stage.office.perform(entering, one)] * 2)]  # type: ignore[attr-defined]
    with stage.database.reading("") as session:
        assert session.scalar(select(func.count()).select_from(Fund)) == 1
    same = together(*[lambda: stage.office.perform(ConfirmFundEntry(entries[0]), other)] * 2)
    assert len(faults(same)) == 1
    # 30000 + 30000 passes the level of 50000; two of 15000 pass what is left, 20000
    more = [
        int(
            stage.office.perform(
                EnterFundEntry(reliefs.TOWNSHIP, "top_up", Decimal("15000.00"), "拨付"), one
            ).entry
        )
        for _ in range(2)
    ]
    results = together(*(lambda e=e: stage.office.perform(ConfirmFundEntry(e), other) for e in more))
    assert len(faults(results)) == 1
    reversing = together(*[lambda: stage.office.perform(ReverseFundEntry(entries[0], "重复"), one)] * 2)
    assert len(faults(reversing)) == 1
    stage.set_clock(cases.noon().replace(month=4))
    closing = together(*[lambda: stage.office.perform(CloseFundMonth(reliefs.TOWNSHIP, "2026-03"), one)] * 2)
    assert len(faults(closing)) == 1
    with stage.database.reading("") as session:
        assert session.scalar(select(func.count()).select_from(FundMonth)) == 1
        assert session.scalar(select(func.sum(FundEntry.serial))) == 3  # 1 + 2
    balanced(stage)


def test_one_household_applies_twice_at_once__one_case(any_whole_stage: Stage) -> None:
    stage = any_whole_stage
    stage.set_clock(cases.noon())
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    for n in range(ROUNDS):
        household = cases.a_household(stage, raw=family(n))
        results = together(
            *(
                lambda h=household: stage.office.perform(
                    StartCase("minimum_living_allowance", h, cases.APPLICATION, str(uuid4())), clerk
                )
                for _ in range(2)
            )
        )
        assert [type(f) for f in faults(results)] == [DuplicateCase]


def test_the_window_and_an_application_at_once__one_case(any_whole_stage: Stage) -> None:
    """What opens a case out of another one waits for the household as the window does."""
    stage = any_whole_stage
    stage.set_clock(cases.noon())
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    needs = {
        "source": "counter", "residence": "local", "basic_living": "yes", "cause": "illness",
        "relative_of_official": "no", "urgent": "no", "rigid": "no", "description": "困难", "phone": "138",
    }  # fmt: skip
    for n in range(ROUNDS):
        household = cases.a_household(stage, raw=family(n))
        commands = [
            StartCase("one_window", household, needs, str(uuid4())),
            StartCase("minimum_living_allowance", household, cases.APPLICATION, str(uuid4())),
        ]
        results = together(*(lambda k=k: stage.office.perform(k, clerk) for k in commands))
        assert [type(f) for f in faults(results)] == [DuplicateCase]


def test_first_numbers_of_a_series_at_once__are_different(any_whole_stage: Stage) -> None:
    stage = any_whole_stage
    stage.set_clock(cases.noon())
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    forms = [cases.person_household(str(n)) for n in range(4)]
    from processes.rehearsal.registering import household_form

    results = together(
        *(
            lambda f=f: stage.office.perform(SaveHousehold(household_form(f, cases.VILLAGE)), clerk).household
            for f in forms
        )
    )
    assert sorted(map(str, results)) == [f"{reliefs.TOWNSHIP}-H-{n:06d}" for n in (1, 2, 3, 4)]
    with stage.database.reading("") as session:
        assert session.scalars(
            select(NumberSeries.last).where(NumberSeries.series.like("household/%"))
        ).all() == [4]


def test_one_person_identified_twice_at_once__is_one_person(any_whole_stage: Stage) -> None:
    stage = any_whole_stage
    stage.set_clock(cases.noon())
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    stranger = {
        "division": cases.VILLAGE, "address": "车站", "phone": "", "category": "",
        "members": [{"name": "不详", "relation": "本人", "id_number": "无", "sex": "男", "estimated_age": "60"}],
    }  # fmt: skip
    for n in range(ROUNDS):
        household = stage.office.perform(SaveHousehold(stranger), clerk).household
        with stage.database.reading("") as session:
            from processes.people.models import Household

            query = select(Membership.person_id).join(Household).where(Household.number == household)
            person = session.scalars(query).one()
        numbers = [compose("340199", date(1960, 1, 1 + n), serial) for serial in (201, 203)]
        results = together(
            *(
                lambda i=i, p=person: stage.office.perform(IdentifyPerson(p, i, "王大山", "辨认"), clerk)
                for i in numbers
            )
        )
        assert [type(f) for f in faults(results)] == [RuleBroken]
        with stage.database.reading("") as session:
            standing = select(func.count()).select_from(PersonMerge).where(PersonMerge.undone_at.is_(None))
            assert session.scalar(standing) == n + 1
            assert (
                session.scalar(select(func.count()).select_from(Person).where(Person.name == "王大山"))
                == n + 1
            )


def test_a_draft_opened_by_two_at_once__is_one(any_whole_stage: Stage) -> None:
    stage = any_whole_stage
    stage.set_clock(cases.noon())
    people = [stage.actor("supervisor", "340199"), stage.actor("supervisor#2", "340199")]
    results = together(*(lambda a=a: stage.office.perform(OpenDraft("temporary_relief"), a) for a in people))
    assert faults(results) == []
    with stage.database.reading("") as session:
        assert session.scalar(select(func.count()).select_from(Draft)) == 1
