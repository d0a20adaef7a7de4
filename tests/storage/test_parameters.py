"""The county's book on both databases: two people, one value a day, what programmes and cases read of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from processes.cases.models import Case, Notice, WorkItem
from processes.compound import explaining
from processes.errors import DutySeparation, NotFound, PermissionMissing, RuleBroken, YimenError
from processes.office.county.parameters import (
    AdoptParameter,
    ConfirmParameter,
    ProposeParameter,
    RejectParameter,
    WithdrawParameter,
)
from processes.office.steps.recompute import Recompute
from processes.office.steps.send_back import ReturnTask
from processes.parameters import book
from processes.parameters.models import CaseParameter, ParameterValue
from processes.policy.parameters import Scalar
from processes.rehearsal.county import COUNTY
from processes.rehearsal.stage import Stage
from processes.releases import publish
from processes.releases.bundle import Bundle
from tests.builders import cases, releases
from tests.storage.test_transactions import together

NAME = "allowance.standard"
TOWN = "340199101"
RAISE = '{ value = "812.00", from = 2026-07-01, division = "", source = "建议值（低保标准调整）", confirmed = false },'
RAISED = {
    RAISE: RAISE
    + '\n  { value = "900.00", from = 2026-09-01, division = "", source = "草稿", confirmed = false },'
}


def propose(stage: Stage, value: str, since: str, who: str = "supervisor", **more: Any) -> int:
    entry = {"value": value, "since": since, "division": "", "source": "县政府文件", **more}
    command = ProposeParameter(NAME, entry, str(uuid4()))
    return int(stage.office.perform(command, stage.actor(who, COUNTY)).value)


def confirm(stage: Stage, value_id: int, who: str = "supervisor#2") -> None:
    stage.office.perform(ConfirmParameter(value_id), stage.actor(who, COUNTY))


def enter(stage: Stage, value: str, since: str, **more: Any) -> None:
    confirm(stage, propose(stage, value, since, **more))


def value(stage: Stage, programme: str, day: str, division: str = TOWN) -> Scalar:
    """What the newest release of a programme works with."""
    with stage.database.reading("") as session:
        release = publish.releases_of(session, programme)[0]
        return publish.open_release(session, release.id).policy.value(NAME, date.fromisoformat(day), division)


def rows(stage: Stage) -> list[ParameterValue]:
    with stage.database.reading("") as session:
        query = select(ParameterValue).where(ParameterValue.name == NAME).order_by(ParameterValue.id)
        return list(session.scalars(query))


BOTH = ("minimum_living_allowance", "temporary_relief")


def test_a_standard_raised_in_one_programmes_draft_counts_for_every_programme(
    whole_stage: Stage, every_bundle: list[Bundle]
) -> None:
    here = {b.id: b for b in every_bundle}
    raised = releases.changed(here["minimum_living_allowance"], "common/policy.toml", RAISED)
    releases.put_in_force(whole_stage, raised)
    assert [value(whole_stage, p, "2026-09-01") for p in BOTH] == [900, 900]
    assert [value(whole_stage, p, "2026-08-31") for p in BOTH] == [812, 812]
    # Another programme's draft, begun on the old values, changes something else: it moves nothing back.
    other = Bundle({**here["temporary_relief"].files, "README.md": "别的修改".encode()})
    releases.put_in_force(whole_stage, other)
    assert [value(whole_stage, p, "2026-09-01") for p in BOTH] == [900, 900]
    last = [r for r in rows(whole_stage) if r.since == date(2026, 9, 1)]
    assert [(r.status, r.is_confirmed, r.proposed_by) for r in last] == [("in_force", False, "测试")]


def test_a_publication_does_not_move_what_the_county_confirmed(stage: Stage, allowance: Bundle) -> None:
    enter(stage, "850", "2026-09-01")
    releases.put_in_force(stage, releases.changed(allowance, "common/policy.toml", RAISED))
    assert value(stage, BOTH[0], "2026-09-01") == 850
    waiting = [r for r in rows(stage) if r.status == "proposed"]
    assert [(r.value, r.proposed_by_id, r.release) for r in waiting] == [
        ("900.00", None, "最低生活保障第 2 版")
    ]
    confirm(stage, waiting[0].id)
    assert value(stage, BOTH[0], "2026-09-01") == 900


def test_one_proposes__another_confirms__what_counted_before_is_kept(any_stage: Stage) -> None:
    first = propose(any_stage, "900", "2026-07-01")
    assert value(any_stage, BOTH[0], "2026-07-01") == 812
    with pytest.raises(DutySeparation):
        confirm(any_stage, first, "supervisor")
    confirm(any_stage, first)
    assert value(any_stage, BOTH[0], "2026-07-01") == 900
    with pytest.raises(RuleBroken):
        confirm(any_stage, first, "county_leader")
    correction = propose(any_stage, "905", "2026-07-01", "county_clerk")
    confirm(any_stage, correction, "county_leader")
    assert value(any_stage, BOTH[0], "2026-07-01") == 905
    told = [(r.value, r.status, r.replaced_by_id) for r in rows(any_stage) if r.since == date(2026, 7, 1)]
    assert told == [("812.00", "replaced", first), ("900", "replaced", correction), ("905", "in_force", None)]
    with any_stage.database.reading("") as session:
        notices = [n.text for n in session.scalars(select(Notice).where(Notice.kind == "parameter"))]
    assert any("低保标准自 2026-07-01 起为 905 元/人/月，请确认" in n for n in notices)


def test_reject_and_withdraw(stage: Stage) -> None:
    one = propose(stage, "900", "2026-09-01")
    with pytest.raises(RuleBroken):
        propose(stage, "901", "2026-09-01", "county_clerk")
    with pytest.raises(RuleBroken):
        stage.office.perform(RejectParameter(one, " "), stage.actor("county_leader", COUNTY))
    stage.office.perform(RejectParameter(one, "文号不对"), stage.actor("county_leader", COUNTY))
    two = propose(stage, "901", "2026-09-01", "county_clerk")
    with pytest.raises(RuleBroken):
        stage.office.perform(WithdrawParameter(two), stage.actor("supervisor", COUNTY))
    stage.office.perform(WithdrawParameter(two), stage.actor("county_clerk", COUNTY))
    assert [r.status for r in rows(stage)][-2:] == ["rejected", "withdrawn"]
    assert value(stage, BOTH[0], "2026-09-01") == 812


def test_a_suggested_value_is_confirmed_as_it_is(stage: Stage) -> None:
    suggested = next(r for r in rows(stage) if r.since == date(2026, 7, 1))
    clerk = stage.actor("county_clerk", COUNTY)
    made = stage.office.perform(AdoptParameter(suggested.id, "民发〔2026〕8号"), clerk).value
    confirm(stage, made)
    with stage.database.reading("") as session:
        now = {v.since: v for v in book.standing(session)[NAME]}
    found = now[date(2026, 7, 1)]
    assert (found.value, found.source, found.confirmed) == (Decimal("812.00"), "民发〔2026〕8号", True)
    assert not now[date(2025, 1, 1)].confirmed
    with pytest.raises(RuleBroken):
        stage.office.perform(AdoptParameter(suggested.id, "民发〔2026〕8号"), clerk)


@pytest.mark.parametrize("who", ["window_clerk", "township_leader", "auditor", "county_leader"])
def test_who_may_not_propose(stage: Stage, who: str) -> None:
    entry = {"value": "900", "since": "2026-09-01", "source": "文件"}
    with pytest.raises((PermissionMissing, NotFound)):
        stage.office.perform(ProposeParameter(NAME, entry), stage.actor(who, cases.VILLAGE))


def test_the_clerk_may_not_confirm(stage: Stage) -> None:
    with pytest.raises(PermissionMissing):
        confirm(stage, propose(stage, "900", "2026-09-01"), "county_clerk")


def test_the_database_itself_wants_two_people_and_one_value_a_day(any_stage: Stage) -> None:
    enter(any_stage, "900", "2026-09-01")
    row = rows(any_stage)[-1]
    wrong: list[dict[str, Any]] = [
        {"confirmed_by_id": row.proposed_by_id},
        {"confirmed_by_id": None},
        {"status": "somehow"},
        {"since": date(2026, 7, 1)},
    ]
    for values in wrong:
        with pytest.raises(IntegrityError), any_stage.database.unit_of_work() as uow:
            uow.session.execute(update(ParameterValue).where(ParameterValue.id == row.id).values(**values))


def test_two_proposals_and_two_confirmations_at_once__one_of_each(any_stage: Stage) -> None:
    for n in range(4):
        day = f"2026-10-0{n + 1}"
        results = together(
            lambda d=day: propose(any_stage, "900", d), lambda d=day: propose(any_stage, "910", d, "county_clerk")
        )  # fmt: skip
        made = [r for r in results if isinstance(r, int)]
        assert (len(made), sum(isinstance(r, YimenError) for r in results)) == (1, 1), results
        results = together(
            lambda m=made: confirm(any_stage, m[0], "supervisor#2"),
            lambda m=made: confirm(any_stage, m[0], "county_leader"),
        )
        assert [type(r).__name__ for r in results if r is not None] == ["RuleBroken"], results
    assert [r.status for r in rows(any_stage)].count("in_force") == 2 + 4


def test_what_was_taken_back_is_never_kept_in_memory(stage: Stage) -> None:
    with stage.database.unit_of_work() as uow:
        book.lock(uow)
        uow.session.execute(update(ParameterValue).where(ParameterValue.name == NAME).values(value="1.00"))
        book.changed(uow)
        assert book.standing(uow.session)[NAME][0].value == 1
    assert value(stage, BOTH[0], "2026-08-01") == 812
    enter(stage, "900", "2026-09-01")
    assert [value(stage, BOTH[0], d) for d in ("2026-08-01", "2026-09-01")] == [812, 900]


# 张建国 and 李秀英, wages 15000, 2026-08-20: standard 812; cost min(3000, 0.3 × 812 × 12 = 2923.20) = 2923.20;
# 15000 − 2923.20 = 12076.80; 2 × 812 − 1006.40 = 617.60 → 618.  Under 900 from 2026-08-01: cost min(3000, 3240) = 3000;
# 2 × 900 − 1000 = 800.


def a_computed_case(stage: Stage) -> str:
    return cases.a_case(stage, at="township_opinion", on="2026-08-20T09:00")


def standard_of(stage: Stage, number: str) -> list[str]:
    with stage.database.reading("") as session:
        query = (
            select(CaseParameter.value)
            .join(Case, Case.id == CaseParameter.case_id)
            .where(Case.number == number, CaseParameter.name == NAME, CaseParameter.status == "standing")
        )
        return list(session.scalars(query))


def test_a_case_keeps_what_it_computed_with__and_is_told_what_the_book_says_now(any_stage: Stage) -> None:
    number = a_computed_case(any_stage)
    assert standard_of(any_stage, number) == ["812.00"]
    before = explaining.explain(any_stage.office, number)
    assert (before.rerun.same, before.today.moved) == (True, ())
    enter(any_stage, "900", "2026-08-01")
    after = explaining.explain(any_stage.office, number)
    assert after.rerun.same
    shown = next(p for p in after.parameters if p.name == NAME)
    assert (shown.value, shown.confirmed) == ("812", False)
    assert after.today.moved[0].startswith("低保标准：2026-08-20 这一天，办件用的是 812.00 元/人/月（建议值")
    differences = {title: (old, new) for k in after.today.compared for title, old, new in k.differences}
    assert differences["月保障金"] == ("618", "800"), differences
    assert "按参数簿现值" in "\n".join(after.as_text())


def test_sent_back_after_the_computation__a_case_still_computes_with_what_it_read(stage: Stage) -> None:
    number = cases.a_case(stage, at="county_check", on="2026-08-20T09:00")
    enter(stage, "900", "2026-08-01")
    item = cases.item_at(stage, number, "county_check")
    with stage.database.reading("") as session:
        query = select(WorkItem.ref).where(
            WorkItem.case_number == number, WorkItem.task == "township_opinion"
        )
        ref = session.scalars(query).one()
    clerk = stage.actor("county_clerk", COUNTY)
    stage.office.perform(ReturnTask(item.id, item.version, ref, "意见不清楚", str(uuid4())), clerk)
    assert cases.item_at(stage, number, "township_opinion")
    assert standard_of(stage, number) == ["812.00"]
    told = explaining.explain(stage.office, number)
    assert told.rerun.same
    assert "617.60" in told.as_json()["arithmetic"]  # the instance was built again with 812


def test_computed_anew__a_case_reads_the_book_again(stage: Stage) -> None:
    number = a_computed_case(stage)
    enter(stage, "900", "2026-08-01")
    item = cases.item_at(stage, number, "township_opinion")
    leader = stage.actor(item.role, cases.VILLAGE)
    stage.office.perform(Recompute(item.id, item.version), leader)
    assert standard_of(stage, number) == ["900"]  # computed anew on purpose: the book counts
    told = explaining.explain(stage.office, number)
    assert told.rerun.same
    assert next(p for p in told.parameters if p.name == NAME).confirmed


def test_a_suggestion_confirmed_as_it_is__confirms_it_for_cases_too(stage: Stage) -> None:
    number = a_computed_case(stage)
    enter(stage, "812", "2026-07-01")
    told = explaining.explain(stage.office, number)
    shown = next(p for p in told.parameters if p.name == NAME)
    assert (shown.value, shown.confirmed, told.today.moved) == ("812", True, ())


def test_a_case_opened_before_and_accepted_after_sees_the_new_value(any_stage: Stage) -> None:
    number = cases.a_case(any_stage, at="check_papers", on="2026-08-20T09:00")
    enter(any_stage, "900", "2026-08-21")
    any_stage.move("1 days")
    while (item := cases.open_items(any_stage, number)[0]).task != "township_opinion":
        cases.complete(any_stage, item)
    assert standard_of(any_stage, number) == ["900"]
