"""Absences judged with few rows: who stands in on which day, who may, who confirms, and what ends it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from processes.access import absences, accounts
from processes.access.models import Absence, AccountChange, NamedSubstitute
from processes.access.scope import StandIn
from processes.errors import NotFound, OwnProposal, RuleBroken
from processes.storage.unit_of_work import UnitOfWork
from tests.builders import few_rows
from tests.builders.few_rows import COUNTY, NOW, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, account, actor

TODAY = date(2026, 3, 2)
ME, COLLEAGUE, SUPERVISOR, SECOND, LEADER, ELSEWHERE = 1, 2, 3, 4, 5, 6
LONGEST = 30


@pytest.fixture
def uow() -> Iterator[UnitOfWork]:
    with few_rows.unit_of_work() as made:
        yield made


def absent(**more: object) -> Absence:
    """I am away from 1 to 5 March and a colleague acts for me; confirmed."""
    plain: dict[str, object] = {
        "account_id": ME, "substitute_id": COLLEAGUE, "from_on": date(2026, 3, 1), "until_on": date(2026, 3, 5),
        "programmes": [], "place": "", "reason": "出差", "made_at": NOW, "made_by": "职员1", "confirmed_at": NOW,
    }  # fmt: skip
    return Absence(**(plain | more))


def named(**more: object) -> NamedSubstitute:
    """A supervisor named the leader to act for me."""
    plain: dict[str, object] = {
        "account_id": ME, "substitute_id": LEADER, "reason": "人手不足", "named_by_id": SUPERVISOR, "named_by": "职员3",
        "named_at": NOW,
    }  # fmt: skip
    return NamedSubstitute(**(plain | more))


def office(uow: UnitOfWork, *rows: Any) -> UnitOfWork:
    """Two clerks of a township, two supervisors, the leader, and a clerk of another township."""
    few_rows.stored(
        uow, account(ME, "window_clerk"), account(COLLEAGUE, "investigator"),
        account(SUPERVISOR, "supervisor", division=COUNTY), account(SECOND, "supervisor", division=COUNTY),
        account(LEADER, "township_leader"), account(ELSEWHERE, "window_clerk", division=OTHER_TOWNSHIP), *rows,
    )  # fmt: skip
    return uow


@pytest.mark.parametrize("day", [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 5)])
def test_stand_ins__on_every_day_from_the_first_to_the_last(day: date) -> None:
    with few_rows.unit_of_work() as uow:
        office(uow, absent(programmes=["aid"]))
        expected = StandIn(ME, "职员1", frozenset({"window_clerk"}), TOWNSHIP, frozenset({"aid"}))
        assert absences.stand_ins(uow.session, COLLEAGUE, day) == (expected,)


@pytest.mark.parametrize(
    ("more", "substitute", "day"),
    [
        ({}, COLLEAGUE, date(2026, 2, 28)),
        ({}, COLLEAGUE, date(2026, 3, 6)),
        ({"ended_at": NOW}, COLLEAGUE, TODAY),
        ({"confirmed_at": None}, COLLEAGUE, TODAY),
        ({}, ME, TODAY),
        ({}, ELSEWHERE, TODAY),
    ],
)
def test_stand_ins__nobody_otherwise(more: dict[str, object], substitute: int, day: date) -> None:
    with few_rows.unit_of_work() as uow:
        assert absences.stand_ins(office(uow, absent(**more)).session, substitute, day) == ()


def test_stand_ins__for_a_part_of_the_division() -> None:
    with few_rows.unit_of_work() as uow:
        office(uow, absent(place=VILLAGE))
        (found,) = absences.stand_ins(uow.session, COLLEAGUE, TODAY)
        assert found.division == VILLAGE


def test_acting__the_actor_with_whom_they_stand_in_for() -> None:
    with few_rows.unit_of_work() as uow:
        office(uow, absent())
        colleague, nobody, program = actor(COLLEAGUE), actor(ELSEWHERE), actor(None)
        found = absences.acting(uow.session, colleague, TODAY)
        assert (found.account_id, [s.account_id for s in found.stands_in]) == (COLLEAGUE, [ME])
        assert absences.acting(uow.session, nobody, TODAY) is nobody
        assert absences.acting(uow.session, program, TODAY) is program


def test_listed__own_and_for_others_the_latest_first() -> None:
    with few_rows.unit_of_work() as uow:
        office(
            uow, absent(id=1), absent(id=2, account_id=COLLEAGUE, substitute_id=ME), absent(id=3, account_id=LEADER)
        )  # fmt: skip
        found = absences.listed(uow.session, ME)
        assert [(s.absence.id, s.name, s.substitute) for s in found] == [
            (2, "职员2", "职员1"), (1, "职员1", "职员2"),
        ]  # fmt: skip
        assert [s.absence.id for s in absences.listed(uow.session, LEADER)] == [3]
        assert absences.listed(uow.session, SECOND) == []


def test_listed__no_more_than_fifty() -> None:
    with few_rows.unit_of_work() as uow:
        office(uow, *(absent(id=i) for i in range(1, 53)))
        found = [s.absence.id for s in absences.listed(uow.session, ME)]
        assert (len(found), found[0], found[-1]) == (50, 52, 3)


def candidate_ids(uow: UnitOfWork, who: int, *roles: str, division: str = TOWNSHIP) -> list[int]:
    return [a.id for a in absences.candidates(uow.session, actor(who, *roles, division=division), NOW)]


def test_candidates__of_the_same_rank_or_named_by_the_office() -> None:
    with few_rows.unit_of_work() as uow:
        office(uow, account(7, "window_clerk"), account(8, "window_clerk", is_active=False))
        assert candidate_ids(uow, ME, "window_clerk") == [7, COLLEAGUE], (
            "the same role comes first, then by name"
        )
        few_rows.stored(uow, named())
        assert candidate_ids(uow, ME, "window_clerk") == [7, COLLEAGUE, LEADER]
        assert candidate_ids(uow, COLLEAGUE, "investigator") == [ME, 7], "named for somebody else"


def test_candidates__a_name_that_was_taken_off_the_list() -> None:
    with few_rows.unit_of_work() as uow:
        office(uow, named(ended_at=NOW))
        assert candidate_ids(uow, ME, "window_clerk") == [COLLEAGUE]


def test_candidates__not_another_account_of_the_same_person() -> None:
    with few_rows.unit_of_work() as uow:
        office(uow, account(7, "window_clerk", person_id=ME))
        assert candidate_ids(uow, ME, "window_clerk") == [COLLEAGUE]


def untied(*together: int, at: datetime) -> AccountChange:
    """These accounts were declared to be one person, and two administrators took it back."""
    return AccountChange(
        account_id=together[0], roles=[], division=COUNTY, unties=True, together=list(together), reason="录错", asked_by="甲",
        asked_at=at, verdict="confirmed", decided_at=at,
    )  # fmt: skip


def test_candidates__accounts_that_were_taken_for_one_person_and_are_not(uow: UnitOfWork) -> None:
    yesterday = NOW - timedelta(days=1)
    office(uow, *(untied(ME, other, at=yesterday) for other in (COLLEAGUE, LEADER, SUPERVISOR)))
    assert candidate_ids(uow, ME, "window_clerk") == [COLLEAGUE]
    name(uow, SUPERVISOR)
    begin(uow)


def test_candidates__whose_division_covers_that_of_the_absent_person() -> None:
    with few_rows.unit_of_work() as uow:
        office(uow, account(7, "village_assistant", division=VILLAGE))
        assert 7 not in candidate_ids(uow, ME, "window_clerk")
        assert candidate_ids(uow, 7, "village_assistant", division=VILLAGE) == [ME, COLLEAGUE]


def name(uow: UnitOfWork, by: int, who: int = ME, substitute: int = LEADER) -> NamedSubstitute:
    one, other = (accounts.by_id(uow.session, i) for i in (who, substitute))
    return absences.name_substitute(uow, actor(by, "supervisor", division=COUNTY), one, other, "人手不足")


def test_name_substitute__by_a_third_person() -> None:
    with few_rows.unit_of_work() as uow:
        made = name(office(uow), SUPERVISOR)
        uow.flush()
        assert (made.account_id, made.substitute_id, made.reason, made.named_by_id, made.named_by) == (
            ME, LEADER, "人手不足", SUPERVISOR, "职员3",
        )  # fmt: skip
        assert made.named_at == NOW and made.ended_at is None
        with pytest.raises(RuleBroken) as twice:
            name(uow, SECOND)
        assert twice.value.message == "不符合办理规定：职员5已在职员1的代办名单中"


@pytest.mark.parametrize(
    ("by", "who", "substitute"),
    [(ME, ME, LEADER), (LEADER, ME, LEADER), (SUPERVISOR, ME, ME), (SUPERVISOR, SUPERVISOR, LEADER), (7, ME, LEADER),
     (SUPERVISOR, ME, 7)],
)  # fmt: skip
def test_name_substitute__not_by_one_of_the_two(by: int, who: int, substitute: int) -> None:
    with few_rows.unit_of_work() as uow:
        office(uow, account(7, "township_leader", person_id=ME))  # 7 is another account of mine
        with pytest.raises(RuleBroken) as refused:
            name(uow, by, who, substitute)
        assert refused.value.message == (
            "不符合办理规定：代办名单由两人以外的流程管理员登记，外出人员和代办人不能是同一人"
        )


def test_name_substitute__whose_division_does_not_include_the_cases() -> None:
    with few_rows.unit_of_work() as uow:
        with pytest.raises(RuleBroken) as refused:
            name(office(uow), SUPERVISOR, ME, ELSEWHERE)
        assert refused.value.message == "不符合办理规定：职员6的管辖范围不包括职员1的办件，不能代办"


def test_end_named__once_and_by_whom() -> None:
    with few_rows.unit_of_work() as uow:
        office(uow, named(id=9))
        row = absences.end_named(uow, actor(SECOND), 9)
        assert (row.ended_at, row.ended_by) == (NOW, "职员4")
        uow.now = NOW + timedelta(days=1)
        row = absences.end_named(uow, actor(SUPERVISOR), 9)
        assert (row.ended_at, row.ended_by) == (NOW, "职员4"), "the first end stands"
        with pytest.raises(NotFound):
            absences.end_named(uow, actor(SECOND), 10)


def test_named_list__who_is_on_it_by_both_names(uow: UnitOfWork) -> None:
    office(uow, *(account(i, name=name) for i, name in ((7, "B"), (8, "A"), (9, "D"), (10, "C"))))
    pairs = [(7, 9), (8, 9), (7, 10), (8, 10)]
    few_rows.stored(uow, *(named(account_id=one, substitute_id=other) for one, other in pairs))
    few_rows.stored(uow, named(ended_at=NOW))
    found = absences.named_list(uow.session)
    assert [(one, other) for _, one, other in found] == [("A", "C"), ("A", "D"), ("B", "C"), ("B", "D")]
    assert [(row.account_id, row.substitute_id) for row, _, _ in found] == [(8, 10), (8, 9), (7, 10), (7, 9)]


def begin(uow: UnitOfWork, **more: Any) -> Absence:
    said: dict[str, Any] = {
        "substitute_id": COLLEAGUE, "from_on": TODAY, "until_on": TODAY, "programmes": ("aid",), "place": "",
        "reason": "出差", "today": TODAY, "longest": LONGEST,
    } | more  # fmt: skip
    return absences.begin(uow, actor(ME, "window_clerk"), **said)


def test_begin__waits_for_a_confirmation() -> None:
    with few_rows.unit_of_work() as uow:
        made = begin(office(uow), place=VILLAGE, until_on=TODAY + timedelta(days=29))  # 30 days in all
        uow.flush()
        assert (made.account_id, made.substitute_id, made.from_on, made.until_on) == (
            ME, COLLEAGUE, TODAY, date(2026, 3, 31),
        )  # fmt: skip
        assert (made.programmes, made.place, made.reason, made.made_at, made.made_by) == (
            ["aid"], VILLAGE, "出差", NOW, "职员1",
        )  # fmt: skip
        assert made.confirmed_at is None and made.id is not None


@pytest.mark.parametrize(
    ("more", "why"),
    [
        # 2 March to 1 April are 31 days
        ({"until_on": date(2026, 4, 1)}, "代办每次不超过 30 天，到期仍需代办的，请重新提出"),
        ({"from_on": date(2026, 3, 3)}, "结束日期不能早于开始日期，也不能早于今天"),
        ({"from_on": date(2026, 2, 27), "until_on": date(2026, 3, 1)}, "结束日期不能早于开始日期，也不能早于今天"),
        ({"place": COUNTY}, "代办范围不能超出本人的管辖范围"),
        ({"place": OTHER_TOWNSHIP}, "代办范围不能超出本人的管辖范围"),
        ({"substitute_id": ME}, "代办人不能是本人，也不能是本人的其他账号，请选择其他人员"),
        ({"substitute_id": 7}, "代办人不能是本人，也不能是本人的其他账号，请选择其他人员"),
        ({"substitute_id": LEADER}, "代办人应为本单位或上级单位同级别的在岗人员，或者代办名单中的人员，且不能是本人"),
        ({"substitute_id": ELSEWHERE}, "代办人应为本单位或上级单位同级别的在岗人员，或者代办名单中的人员，且不能是本人"),
    ],
)  # fmt: skip
def test_begin__refused(more: dict[str, Any], why: str) -> None:
    with few_rows.unit_of_work() as uow:
        office(uow, account(7, "window_clerk", person_id=ME))
        with pytest.raises(RuleBroken) as refused:
            begin(uow, **more)
        assert refused.value.message == f"不符合办理规定：{why}"


@pytest.mark.parametrize(
    ("standing", "is_free"),
    [
        ((date(2026, 3, 2), date(2026, 3, 4)), False),
        ((date(2026, 3, 10), date(2026, 3, 12)), False),  # from the last day of the new one
        ((date(2026, 3, 11), date(2026, 3, 12)), True),
        ((date(2026, 3, 1), date(2026, 3, 4)), False),  # until its first day
        ((date(2026, 3, 1), date(2026, 3, 3)), True),
    ],
)
def test_begin__one_at_a_time(standing: tuple[date, date], is_free: bool) -> None:
    with few_rows.unit_of_work() as uow:
        office(uow, absent(from_on=standing[0], until_on=standing[1], confirmed_at=None))
        days: dict[str, Any] = {"from_on": date(2026, 3, 4), "until_on": date(2026, 3, 10)}
        if is_free:
            begin(uow, **days)
            return
        with pytest.raises(RuleBroken) as refused:
            begin(uow, **days)
        assert refused.value.message == (
            "不符合办理规定：这段日期已有代办安排（或者正在等待确认），须先结束原来的安排"
        )


def test_begin__again_after_the_end_and_beside_that_of_others() -> None:
    with few_rows.unit_of_work() as uow:
        office(uow, absent(ended_at=NOW), absent(account_id=LEADER))
        begin(uow)


def test_waiting__what_somebody_else_has_to_confirm() -> None:
    with few_rows.unit_of_work() as uow:
        office(
            uow, absent(id=1, confirmed_at=None), absent(id=2), absent(id=3, confirmed_at=None, ended_at=NOW),
            absent(id=4, confirmed_at=None, account_id=LEADER, substitute_id=SECOND),
        )  # fmt: skip
        found = absences.waiting(uow.session, actor(SUPERVISOR))
        assert [(s.absence.id, s.name, s.substitute) for s in found] == [
            (1, "职员1", "职员2"), (4, "职员5", "职员4"),
        ]  # fmt: skip
        assert [s.absence.id for s in absences.waiting(uow.session, actor(SECOND))] == [1]
        assert [s.absence.id for s in absences.waiting(uow.session, actor(ME))] == [4]


def test_confirm__by_a_third_person() -> None:
    with few_rows.unit_of_work() as uow:
        office(uow, absent(id=1, confirmed_at=None))
        row = absences.confirm(uow, actor(SUPERVISOR), 1, accept=True)
        assert (row.confirmed_at, row.confirmed_by_id, row.confirmed_by, row.ended_at) == (
            NOW, SUPERVISOR, "职员3", None,
        )  # fmt: skip
        with pytest.raises(RuleBroken) as twice:
            absences.confirm(uow, actor(SUPERVISOR), 1, accept=False)
        assert twice.value.message == "不符合办理规定：这项代办已经处理"


def test_confirm__declined_it_is_over() -> None:
    with few_rows.unit_of_work() as uow:
        office(uow, absent(id=1, confirmed_at=None))
        row = absences.confirm(uow, actor(SUPERVISOR), 1, accept=False)
        assert (row.confirmed_at, row.ended_at) == (None, NOW)
        with pytest.raises(RuleBroken):
            absences.confirm(uow, actor(SUPERVISOR), 1, accept=True)
        with pytest.raises(NotFound):
            absences.confirm(uow, actor(SUPERVISOR), 2, accept=True)


@pytest.mark.parametrize("by", [ME, COLLEAGUE, 7, 8])
def test_confirm__by_neither_of_the_two_nor_their_other_accounts(by: int) -> None:
    with few_rows.unit_of_work() as uow:
        office(
            uow, absent(id=1, confirmed_at=None), account(7, "supervisor", person_id=ME),
            account(8, "supervisor", person_id=COLLEAGUE),
        )  # fmt: skip
        with pytest.raises(OwnProposal) as refused:
            absences.confirm(uow, actor(by), 1, accept=True)
        assert refused.value.message == "“外出代办”是您本人提出的，须由另一人确认。"


def test_confirm__one_person_when_it_was_requested() -> None:
    with few_rows.unit_of_work() as uow:
        made = datetime(2026, 3, 1, tzinfo=UTC)
        office(
            uow,
            absent(id=1, confirmed_at=None, made_at=made),
            untied(ME, SUPERVISOR, at=made + timedelta(hours=1)),
        )
        with pytest.raises(OwnProposal):
            absences.confirm(uow, actor(SUPERVISOR), 1, accept=True)
        few_rows.stored(uow, absent(id=2, confirmed_at=None, made_at=made + timedelta(hours=2)))
        absences.confirm(uow, actor(SUPERVISOR), 2, accept=True)


def test_confirm__not_by_whoever_named_the_substitute() -> None:
    with few_rows.unit_of_work() as uow:
        office(uow, absent(id=1, confirmed_at=None, substitute_id=LEADER), named())
        with pytest.raises(OwnProposal) as refused:
            absences.confirm(uow, actor(SUPERVISOR), 1, accept=True)
        assert refused.value.message == "“代办名单”是您本人提出的，须由另一人确认。"
        absences.confirm(uow, actor(SECOND), 1, accept=True)


@pytest.mark.parametrize("more", [{"ended_at": NOW}, {"account_id": COLLEAGUE}, {"substitute_id": SECOND}])
def test_confirm__a_substitute_who_is_on_the_list_no_more(more: dict[str, object]) -> None:
    with few_rows.unit_of_work() as uow:
        office(uow, absent(id=1, confirmed_at=None, substitute_id=LEADER), named(**more))
        with pytest.raises(RuleBroken) as refused:
            absences.confirm(uow, actor(SECOND), 1, accept=True)
        assert refused.value.message == "不符合办理规定：职员5已不在职员1的代办名单中，请重新提出"


def ends(uow: UnitOfWork) -> dict[int, datetime | None]:
    uow.flush()
    return {a.id: a.ended_at for a in uow.session.scalars(select(Absence))}


def test_end_all__every_absence_of_an_account() -> None:
    earlier = NOW - timedelta(days=1)
    with few_rows.unit_of_work() as uow:
        office(
            uow, absent(id=1), absent(id=2, account_id=LEADER, substitute_id=ME), absent(id=3, account_id=LEADER),
            absent(id=4, ended_at=earlier),
        )  # fmt: skip
        absences.end_all(uow, ME)
        assert ends(uow) == {1: NOW, 2: NOW, 3: None, 4: earlier}


@pytest.mark.parametrize("by", [ME, COLLEAGUE])
def test_end__by_one_of_the_two_and_once(by: int) -> None:
    with few_rows.unit_of_work() as uow:
        office(uow, absent(id=1))
        for stranger, which in ((SUPERVISOR, 1), (by, 2)):
            with pytest.raises(NotFound):
                absences.end(uow, actor(stranger), which)
        absences.end(uow, actor(by), 1)
        uow.now = NOW + timedelta(days=1)
        absences.end(uow, actor(by), 1)
        assert ends(uow) == {1: NOW}
