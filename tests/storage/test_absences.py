"""Acting for somebody who is away: one standing absence at a time, same rank or a named list, and nobody who is excluded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from processes.access import absences, rules
from processes.access.accounts import actor_of
from processes.access.models import Absence, Account, NamedSubstitute
from processes.access.permissions import Role
from processes.access.scope import Actor
from processes.errors import DutySeparation, NotFound, OwnProposal, PermissionMissing, RuleBroken, YimenError
from processes.office.personal.absences import (
    BeginAbsence,
    ConfirmAbsence,
    EndAbsence,
    EndNamedSubstitute,
    NameSubstitute,
)
from processes.office.steps.claim import ClaimTask
from processes.office.steps.complete import CompleteTask
from processes.office.steps.delegate import DelegateTask
from processes.office.steps.draft import SaveDraft
from processes.office.steps.send_back import ReturnTask
from processes.policy.calendar import civil_date
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import Person, colleague, confirm_absences, tied

DAY = date(2026, 3, 2)


def _actor(stage: Stage, username: str) -> Actor:
    with stage.database.reading("") as session:
        account = session.scalars(select(Account).where(Account.username == username)).one()
        return absences.acting(session, actor_of(account), civil_date(stage.clock.now))


def _id(stage: Stage, username: str) -> int:
    return _actor(stage, username).account_id or 0


def _away(stage: Stage, who: str, substitute: str, first: int = 0, days: int = 5) -> None:
    begin = DAY + timedelta(days=first)
    command = BeginAbsence(_id(stage, substitute), begin, begin + timedelta(days=days - 1))
    stage.office.perform(command, _actor(stage, who))


def test_one_absence_at_a_time__the_next_begins_after_it_or_once_it_has_ended(any_stage: Stage) -> None:
    any_stage.set_clock(cases.noon())
    _away(any_stage, "t1_leader", "t1_leader2")  # 2 to 6 March
    for first in (0, 4, -3):
        with pytest.raises(RuleBroken, match="这段日期已有代办安排"):
            _away(any_stage, "t1_leader", "t1_leader2", first)
    _away(any_stage, "t1_leader", "t1_leader2", 5)
    with any_stage.database.reading("") as session:
        first_one = session.scalars(select(Absence.id).order_by(Absence.id)).first() or 0
    any_stage.office.perform(EndAbsence(first_one), _actor(any_stage, "t1_leader"))
    _away(any_stage, "t1_leader", "t1_leader2")


def test_the_database_holds_one_at_a_time(any_stage: Stage) -> None:
    any_stage.set_clock(cases.noon())
    _away(any_stage, "t1_leader", "t1_leader2")
    with pytest.raises(IntegrityError), any_stage.database.unit_of_work() as uow:
        uow.session.execute(
            insert(Absence).values(
                account_id=_id(any_stage, "t1_leader"), substitute_id=_id(any_stage, "t1_leader2"),
                from_on=DAY + timedelta(days=4), until_on=DAY + timedelta(days=9), programmes=[], made_at=uow.now,
                made_by="直接写入",
            )
        )  # fmt: skip


def test_asked_for_at_once_in_two_windows__one_stands(any_stage: Stage) -> None:
    any_stage.set_clock(cases.noon())
    together = Barrier(4)

    def ask(_: int) -> bool:
        together.wait()
        try:
            _away(any_stage, "t1_leader", "t1_leader2")
        except YimenError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        stood = sum(pool.map(ask, range(4)))
    with any_stage.database.reading("") as session:
        assert (stood, session.scalar(select(func.count()).select_from(Absence))) == (1, 1)


def test_another_rank__only_who_was_named_for_it__confirmed_by_another_than_who_named(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    with pytest.raises(RuleBroken, match="同级别"):
        _away(stage, "t1_leader", "t1_investigator2")
    name = NameSubstitute(_id(stage, "t1_leader"), _id(stage, "t1_investigator2"), "副职空缺，经县局同意")
    with pytest.raises(PermissionMissing):
        stage.office.perform(name, _actor(stage, "t1_leader"))
    stage.office.perform(name, _actor(stage, "supervisor"))
    with pytest.raises(RuleBroken, match="已在"):
        stage.office.perform(name, _actor(stage, "supervisor2"))
    _away(stage, "t1_leader", "t1_investigator2")
    with stage.database.reading("") as session:
        absence = session.scalars(select(Absence.id)).one()
        named = session.scalars(select(NamedSubstitute.id)).one()
    with pytest.raises(OwnProposal):
        stage.office.perform(ConfirmAbsence(absence, True), _actor(stage, "supervisor"))
    stage.office.perform(ConfirmAbsence(absence, True), _actor(stage, "supervisor2"))
    assert [s.name for s in _actor(stage, "t1_investigator2").stands_in] == ["赵分管"]
    stage.office.perform(EndNamedSubstitute(named), _actor(stage, "supervisor2"))
    with pytest.raises(RuleBroken, match="同级别"):
        _away(stage, "t1_leader", "t1_investigator2", 10)


def test_nobody_s_other_account_acts_for_them__nor_is_it_offered(stage: Stage) -> None:
    colleague(stage, "county_clerk", "county_clerk_b", "另一账号")
    tied(stage, "county_clerk_b", "county_clerk")
    other, who = _id(stage, "county_clerk_b"), Person(stage, "county_clerk")
    assert f'<option value="{other}"' not in who.get("/absences").text
    body = {"substitute": str(other), "from_on": "2026-03-10", "until_on": "2026-03-12", "reason": "开会"}
    refused = who.post("/absences", body)
    assert refused.status_code == 409 and "不能是本人的其他账号" in refused.text
    with stage.database.reading("") as session:
        assert session.scalar(select(func.count()).select_from(Absence)) == 0


def test_whoever_works_on_money_may_be_put_on_the_list(whole_stage: Stage) -> None:
    page = Person(whole_stage, "supervisor").get("/absences").text
    assert f'value="{_id(whole_stage, "finance")}"' in page


def test_every_role_has_a_rank() -> None:
    assert set(rules.RANKS) == set(Role)


@pytest.mark.parametrize("role", [r for r in Role if rules.RANKS[r] == r.value])
def test_who_decides_or_watches__acts_for_nobody_else_and_nobody_else_for_them(role: Role) -> None:
    assert rules.is_of_rank([role], [role])
    for other in set(Role) - {role}:
        assert not rules.is_of_rank([other], [role])
        assert not rules.is_of_rank([role], [other])
        assert not rules.is_of_rank([role, other], [other])
        assert not rules.is_of_rank([other], [role, other])


@pytest.mark.parametrize(
    ("away", "substitute"),
    [("t1_investigator", "supervisor"), ("supervisor", "county_clerk"), ("supervisor", "county_leader"),
     ("county_clerk", "supervisor"), ("t1_clerk", "county_clerk"), ("county_leader", "supervisor"),
     ("t1_clerk", "finance"), ("finance", "county_clerk")],
)  # fmt: skip
def test_an_absence_asked_for_across_ranks(stage: Stage, away: str, substitute: str) -> None:
    stage.set_clock(cases.noon())
    with pytest.raises(RuleBroken, match="同级别"):
        _away(stage, away, substitute)
    with stage.database.reading("") as session:
        assert session.scalars(select(Absence)).all() == []


@pytest.mark.parametrize(
    ("away", "substitute"),
    [("t1_investigator", "t1_clerk"), ("supervisor", "supervisor2"), ("county_clerk", "comparison")],
)
def test_an_absence_within_a_rank(stage: Stage, away: str, substitute: str) -> None:
    stage.set_clock(cases.noon())
    _away(stage, away, substitute)
    with stage.database.reading("") as session:
        assert session.scalars(select(Absence.substitute_id)).one() == _id(stage, substitute)


def test_who_was_taken_off_the_list_meanwhile__is_not_confirmed(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    name = NameSubstitute(_id(stage, "t1_leader"), _id(stage, "t1_investigator2"), "副职空缺")
    stage.office.perform(name, _actor(stage, "supervisor"))
    _away(stage, "t1_leader", "t1_investigator2")
    with stage.database.reading("") as session:
        absence = session.scalars(select(Absence.id)).one()
        named = session.scalars(select(NamedSubstitute.id)).one()
    stage.office.perform(EndNamedSubstitute(named), _actor(stage, "supervisor"))
    with pytest.raises(RuleBroken, match="已不在"):
        stage.office.perform(ConfirmAbsence(absence, True), _actor(stage, "supervisor2"))


@pytest.mark.parametrize(
    ("away", "substitute"),
    [("t1_leader", "t1_leader"), ("t1_leader", "t2_investigator"), ("supervisor", "supervisor2")],
)
def test_nobody_names_themselves_nor_somebody_of_another_place(
    stage: Stage, away: str, substitute: str
) -> None:
    command = NameSubstitute(_id(stage, away), _id(stage, substitute), "不行")
    with pytest.raises((RuleBroken, NotFound)):
        stage.office.perform(command, _actor(stage, "supervisor"))


def test_a_substitute_who_is_excluded__is_shown_the_refusal_and_no_form__and_does_nothing(
    stage: Stage,
) -> None:
    number = cases.a_case(stage, "township_opinion")
    name = NameSubstitute(_id(stage, "t1_leader"), _id(stage, "t1_investigator"), "副职空缺")
    stage.office.perform(name, _actor(stage, "supervisor"))
    begin = civil_date(stage.clock.now)
    away = BeginAbsence(_id(stage, "t1_investigator"), begin, begin)
    stage.office.perform(away, _actor(stage, "t1_leader"))
    with stage.database.reading("") as session:
        absence = session.scalars(select(Absence.id)).one()
    stage.office.perform(ConfirmAbsence(absence, True), _actor(stage, "supervisor2"))
    item = cases.item_at(stage, number, "township_opinion")
    shown = Person(stage, "t1_investigator").get(f"/cases/{number}/tasks/{item.id}")
    assert shown.status_code == 403
    assert "您已办理本办件的“入户调查”" in shown.text and 'id="form"' not in shown.text
    opinion = cases.ANSWERS["township_opinion"]
    for command in (
        ClaimTask(item.id, item.version),
        SaveDraft(item.id, item.version, opinion, 0),
        ReturnTask(item.id, item.version, "apply/check_papers#1", "重来", str(uuid4())),
        CompleteTask(item.id, item.version, opinion, str(uuid4())),
    ):
        with pytest.raises(DutySeparation, match="您已办理"):
            stage.office.perform(command, _actor(stage, "t1_investigator"))


def test_a_refusal_about_somebody_else__names_them(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    item = cases.item_at(stage, number, "township_opinion")
    with pytest.raises(DutySeparation, match="赵调查已办理本办件的“入户调查”"):
        stage.office.perform(
            DelegateTask(item.id, item.version, _id(stage, "t1_investigator"), "请代拟"),
            _actor(stage, "t1_leader"),
        )


def test_the_list_on_the_page(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    supervisor = Person(stage, "supervisor")
    form = {
        "away": str(_id(stage, "t1_leader")), "substitute": str(_id(stage, "t1_investigator2")), "reason": "副职空缺",
    }  # fmt: skip
    assert supervisor.post("/absences/named", form).status_code == 302
    assert "副职空缺" in supervisor.get("/absences").text
    assert "代办名单</h2>" not in Person(stage, "t1_leader").get("/absences").text
    with stage.database.reading("") as session:
        named = session.scalars(select(NamedSubstitute.id)).one()
    assert supervisor.post(f"/absences/named/{named}/end", {}).status_code == 302
    assert "副职空缺" not in supervisor.get("/absences").text
    _away(stage, "t1_leader", "t1_leader2")
    confirm_absences(stage)
