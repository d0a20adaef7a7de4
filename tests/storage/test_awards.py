"""Benefits in the register, judged with few rows: granting, stopping, double benefits, and what is paid in a month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from processes.access.models import Division
from processes.cases.models import Case
from processes.errors import DoubleBenefit, DuplicateCase, ReleaseMissing, RuleBroken
from processes.people.models import Person, PersonDifference, PersonMerge
from processes.policy.periods import Month
from processes.releases import publish
from processes.relief import actions, payroll, queries
from processes.relief.models import Award, AwardMember
from processes.relief.rules import Benefit
from processes.storage import keyring
from processes.storage.unit_of_work import UnitOfWork
from tests.builders import few_rows
from tests.builders.few_rows import NOW, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, case_of

D = Decimal
TODAY = date(2026, 3, 2)
APRIL = Month(2026, 4)
HEAD, WIFE, CHILD, STRANGER = 1, 2, 3, 4
CODES = {"allowance": "DB", "extreme": "TK", "temporary": "LS", "margin": "BY"}
EXCLUDES = {"allowance": (), "extreme": ("DB",), "temporary": ()}
"""By its release: who draws `extreme` may not draw `allowance`. `margin` is published nowhere."""


class Programme:
    """As much of a bundle as awards read."""

    def __init__(self, programme: str, *excludes: str) -> None:
        self.id = programme
        self.programme: dict[str, Any] = {"code": CODES[programme]}
        if named := excludes or EXCLUDES.get(programme, ()):
            self.programme["excludes"] = list(named)


def _current(session: Any, programme: str, on: date) -> int:
    assert session is not None
    if programme not in EXCLUDES or on != TODAY:
        raise ReleaseMissing(programme=programme)
    return list(EXCLUDES).index(programme)


def _opened(session: Any, release_id: int) -> Programme:
    assert session is not None
    return Programme(list(EXCLUDES)[release_id])


@pytest.fixture
def uow(monkeypatch: pytest.MonkeyPatch) -> Iterator[UnitOfWork]:
    """A family of three, and a stranger in another township; cases 1 and 2 of the family, 3 of the stranger."""
    monkeypatch.setattr(publish, "current_id", _current)
    monkeypatch.setattr(publish, "open_release", _opened)
    with few_rows.unit_of_work() as made:
        few_rows.stored(
            made, *(few_rows.person(i) for i in (HEAD, WIFE, CHILD)),
            few_rows.person(STRANGER, home=OTHER_TOWNSHIP), *few_rows.household(10, HEAD, WIFE, CHILD),
            *few_rows.household(20, WIFE), *few_rows.household(30, STRANGER, division=f"{OTHER_TOWNSHIP}201", householder_name="丁四"),
            case_of(1, number="DB-1", programme="allowance", programme_title="最低生活保障", release_id=0),
            case_of(2, number="DB-2", programme="allowance", programme_title="最低生活保障", release_id=0),
            case_of(3, number="LS-3", division=f"{OTHER_TOWNSHIP}201", release_id=2),
            Division(code=VILLAGE, name="村", full_name="县镇村"),
            Division(code=f"{OTHER_TOWNSHIP}201", name="村", full_name="县他镇村"),
        )  # fmt: skip
        yield made


def grant(
    uow: UnitOfWork,
    case_id: int = 1,
    members: tuple[int, ...] = (HEAD, WIFE),
    amount: str = "1208.00",
    programme: str = "allowance",
    **more: Any,
) -> Award:
    case = uow.session.get_one(Case, case_id)
    case.programme = programme
    said: dict[str, Any] = {"question": "decide#1", "from_month": APRIL, "grade": "A", "cover": "household"}
    return actions.grant(uow, case, Programme(programme), members=members, amount=D(amount), **(said | more))


def members_of(uow: UnitOfWork, award: Award) -> list[tuple[int, str, bool]]:
    rows = uow.session.scalars(select(AwardMember).where(AwardMember.award_id == award.id))
    return [(m.person_id, m.programme, m.is_standing) for m in rows]


def test_grant__what_was_decided_and_for_whom(uow: UnitOfWork) -> None:
    award = grant(uow, members=(WIFE, HEAD, WIFE), account="6222021234567890")
    assert (award.case_id, award.household_id, award.division, award.programme, award.programme_title) == (
        1, 10, VILLAGE, "allowance", "最低生活保障",
    )  # fmt: skip
    assert (award.programme_code, award.monthly_amount, award.from_month, award.grade, award.cover) == (
        "DB", D("1208.00"), "2026-04", "A", "household",
    )  # fmt: skip
    assert (award.question, award.granted_at, award.status, award.until_month) == (
        "decide#1",
        NOW,
        "standing",
        None,
    )
    assert award.account == "6222021234567890"
    assert (award.account_index,) == actions.fingerprints_of("6222021234567890")
    assert members_of(uow, award) == [(HEAD, "allowance", True), (WIFE, "allowance", True)]
    assert actions.people_of(uow, award) == [HEAD, WIFE]


def test_grant__without_an_account(uow: UnitOfWork) -> None:
    award = grant(uow)
    assert (award.account, award.account_index) == (None, "")


@pytest.mark.parametrize("amount", ["0", "-1"])
def test_grant__more_than_nothing(uow: UnitOfWork, amount: str) -> None:
    with pytest.raises(RuleBroken):
        grant(uow, amount=amount)


def test_grant__not_twice_to_one_of_the_family(uow: UnitOfWork) -> None:
    grant(uow)
    with pytest.raises(DuplicateCase) as refused:
        grant(uow, 2, (WIFE, CHILD))
    assert refused.value.message == "该家庭成员居民2已享受最低生活保障（DB-1），不能重复申请。"
    grant(uow, 2, (CHILD,))


def test_grant__not_under_the_row_of_an_identified_person(uow: UnitOfWork) -> None:
    grant(uow, members=(HEAD,))
    few_rows.stored(
        uow, PersonMerge(provisional_id=STRANGER, person_id=HEAD, reason="查明", at=NOW, by="职员1")
    )
    with pytest.raises(DuplicateCase):
        grant(uow, 3, (STRANGER,))


def test_grant__not_beside_one_that_excludes_it_or_that_it_excludes(uow: UnitOfWork) -> None:
    case = uow.session.get_one(Case, 1)
    award = grant(uow, members=(HEAD,), programme="extreme")
    assert (award.programme, award.programme_code) == ("extreme", "TK")
    award.programme_title, case.programme_title = "特困人员", "特困人员"
    uow.flush()
    with pytest.raises(DoubleBenefit) as refused:
        grant(uow, 2, (HEAD,))
    assert refused.value.message.startswith("居民1已享受特困人员")
    actions.withdraw(uow, case, "decide#1")
    grant(uow, 2, (HEAD,))
    with pytest.raises(DoubleBenefit):
        grant(uow, 1, (HEAD,), programme="extreme")
    grant(uow, 1, (HEAD,), programme="temporary")


def test_double_benefit__a_case_elsewhere_is_not_named(uow: UnitOfWork) -> None:
    grant(uow, 3, (STRANGER,))
    told = PersonDifference(
        person_id=STRANGER, field="name", place=TOWNSHIP, household_id=10, values={"told": "李四"}, at=NOW, by="职员1",
        due_on=TODAY, status="open",
    )  # fmt: skip
    few_rows.stored(uow, told)
    with pytest.raises(DuplicateCase) as refused:
        queries.demand_no_double_benefit(uow.session, [STRANGER], Programme("allowance"), TODAY, VILLAGE)
    assert refused.value.message == "该家庭成员李四已享受临时救助，不能重复申请。", "by the name known here"
    with pytest.raises(DuplicateCase) as refused:
        queries.demand_no_double_benefit(
            uow.session, [STRANGER], Programme("allowance"), TODAY, OTHER_TOWNSHIP
        )
    assert refused.value.message == "该家庭成员居民4已享受临时救助（LS-3），不能重复申请。"


def test_double_benefit__a_programme_that_is_published_nowhere_excludes_none(uow: UnitOfWork) -> None:
    grant(uow, members=(HEAD,), programme="margin")
    queries.demand_no_double_benefit(uow.session, [HEAD], Programme("allowance"), TODAY, VILLAGE)
    with pytest.raises(DoubleBenefit):
        queries.demand_no_double_benefit(uow.session, [HEAD], Programme("temporary", "BY"), TODAY, VILLAGE)


def test_standing_benefits__of_these_people_now(uow: UnitOfWork) -> None:
    grant(uow, members=(HEAD, WIFE))
    (one,) = queries.standing_benefits(uow.session, [HEAD, CHILD])
    assert one == Benefit(HEAD, "居民1", "allowance", "最低生活保障", "DB", "DB-1")
    assert queries.standing_benefits(uow.session, [CHILD]) == []
    assert [b.person_id for b in queries.standing_benefits(uow.session, [], [HEAD, WIFE])] == [HEAD, WIFE]
    actions.withdraw(uow, uow.session.get_one(Case, 1), "decide#1")
    assert queries.standing_benefits(uow.session, [HEAD]) == []


def test_withdraw__the_award_of_the_step_and_its_people(uow: UnitOfWork) -> None:
    award, other = grant(uow), grant(uow, 2, (CHILD,))
    case = uow.session.get_one(Case, 1)
    actions.withdraw(uow, case, "decide#2")
    assert award.status == "standing"
    actions.withdraw(uow, case, "decide#1")
    assert (award.status, other.status) == ("withdrawn", "standing")
    assert members_of(uow, award) == [(HEAD, "allowance", False), (WIFE, "allowance", False)]
    assert members_of(uow, other) == [(CHILD, "allowance", True)]


def test_stop_and_resume__the_award_of_a_case(uow: UnitOfWork) -> None:
    award = grant(uow)
    grant(uow, 2, (CHILD,))
    assert actions.stop(uow, "DB-1", Month(2026, 5)) == (award, uow.session.get_one(Case, 1))
    assert (award.status, award.until_month) == ("ended", "2026-05")
    assert {m[2] for m in members_of(uow, award)} == {False}
    with pytest.raises(RuleBroken) as twice:
        actions.stop(uow, "DB-1", Month(2026, 5))
    assert twice.value.message == "不符合办理规定：办件 DB-1 的救助待遇已经变更，请刷新后再办"
    assert twice.value.clause == "C40"
    assert actions.resume(uow, "DB-1") == (award, uow.session.get_one(Case, 1))
    assert (award.status, award.until_month) == ("standing", None)
    assert {m[2] for m in members_of(uow, award)} == {True}
    with pytest.raises(RuleBroken):
        actions.resume(uow, "DB-1")


def test_resume__not_if_its_people_draw_something_else_meanwhile(uow: UnitOfWork) -> None:
    grant(uow)
    actions.stop(uow, "DB-1", Month(2026, 5))
    actions.withdraw(uow, uow.session.get_one(Case, 1), "decide#1")
    assert queries.of_household(uow.session, 10)[0].status == "ended", "what was paid stays"
    grant(uow, 2, (WIFE,))
    with pytest.raises(DuplicateCase):
        actions.resume(uow, "DB-1")
    actions.withdraw(uow, uow.session.get_one(Case, 2), "decide#1")
    grant(uow, 2, (WIFE,), programme="extreme")
    with pytest.raises(DoubleBenefit):
        actions.resume(uow, "DB-1")


def test_stop__the_latest_of_several(uow: UnitOfWork) -> None:
    first = grant(uow, members=(HEAD,))
    second = grant(uow, members=(WIFE,))
    assert queries.of_case(uow.session, 1) is second
    actions.stop(uow, "DB-1", Month(2026, 5))
    assert (first.status, second.status) == ("standing", "ended")
    assert queries.of_case(uow.session, 1) is first
    assert [a.id for a in queries.of_household(uow.session, 10)] == [second.id, first.id]
    assert queries.of_case(uow.session, 2) is None


def test_reindex__fingerprints_under_the_newest_key(uow: UnitOfWork, monkeypatch: pytest.MonkeyPatch) -> None:
    awards = [grant(uow, members=(HEAD,), account="6222"), grant(uow, members=(WIFE,))]
    assert actions.reindex(uow, 0) == (None, 0)
    old = keyring.current()
    keyring.use(keyring.Keyring(old.encryption, (b"n" * 32, *old.index), old.session))
    assert actions.reindex(uow, awards[0].id) == (None, 0), "those after it"
    assert actions.reindex(uow, 0) == (None, 1)
    assert awards[0].account_index == actions.fingerprints_of("6222")[0] and awards[1].account_index == ""
    assert len(actions.fingerprints_of("6222")) == 2
    monkeypatch.setattr(actions, "_AT_ONCE", 1)
    assert actions.reindex(uow, 0) == (awards[0].id, 0)


def colliding(uow: UnitOfWork, who: int = HEAD) -> list[str]:
    return queries.colliding(uow.session, who, TODAY)


def test_colliding__awards_of_which_one_excludes_the_other(uow: UnitOfWork) -> None:
    grant(uow, members=(HEAD,))
    assert colliding(uow) == []
    case = uow.session.get_one(Case, 3)
    case.programme_title = "特困人员"
    other = Award(
        case_id=3, household_id=30, division=case.division, programme="extreme", programme_title="特困人员",
        programme_code="TK", monthly_amount=D(900), from_month="2026-04", grade="A", cover="household", question="q",
        granted_at=NOW, status="standing",
    )  # fmt: skip
    few_rows.stored(uow, other)
    few_rows.stored(uow, AwardMember(award_id=other.id, person_id=HEAD, programme="extreme"))
    case.status = uow.session.get_one(Case, 1).status = uow.session.get_one(Case, 2).status = "closed"
    uow.flush()
    assert colliding(uow) == ["享受最低生活保障（DB-1）", "享受特困人员（LS-3）"]
    other.programme, other.programme_code = "temporary", "LS"
    uow.flush()
    assert colliding(uow) == []
    other.programme, other.programme_code = "allowance", "DB"
    uow.flush()
    assert colliding(uow) == ["享受最低生活保障（DB-1）", "享受特困人员（LS-3）"], "one programme twice"


def test_colliding__an_award_and_another_open_case_of_its_programme(uow: UnitOfWork) -> None:
    grant(uow, members=(WIFE,))
    assert colliding(uow, WIFE) == ["享受最低生活保障（DB-1）", "正在申请最低生活保障（DB-2）"]
    assert colliding(uow, CHILD) == []
    uow.session.get_one(Case, 2).status = "closed"
    uow.flush()
    assert colliding(uow, WIFE) == []


MONTHS: list[tuple[str, str | None, str, str, bool]] = [
    ("2026-04", None, "standing", "2026-04", True), ("2026-04", None, "standing", "2026-05", True),
    ("2026-05", None, "standing", "2026-04", False), ("2026-01", "2026-04", "ended", "2026-04", True),
    ("2026-01", "2026-03", "ended", "2026-04", False), ("2026-01", None, "withdrawn", "2026-04", False),
]  # fmt: skip


@pytest.mark.parametrize(("begins", "ends", "status", "month", "is_paid"), MONTHS)
def test_payroll__from_its_first_to_its_last_month(
    uow: UnitOfWork, begins: str, ends: str | None, status: str, month: str, is_paid: bool
) -> None:
    award = grant(uow)
    award.from_month, award.until_month, award.status = begins, ends, status
    uow.flush()
    assert [a.id for a in payroll.of_household(uow.session, 10, month)] == ([award.id] if is_paid else [])
    assert len(payroll.lines(uow.session, "allowance", month, "")) == is_paid
    assert len(payroll.sums(uow.session, month, 9)) == is_paid
    assert payroll.of_household(uow.session, 20, month) == []


def test_payroll__a_line_for_each_award_by_village_and_householder(uow: UnitOfWork) -> None:
    uow.session.get_one(Person, STRANGER).id_number = ""  # not identified yet
    grant(uow, 3, (STRANGER,), "300.00", grade="B")
    grant(uow, 2, (CHILD,), "604.50")
    grant(uow, members=(HEAD, WIFE), account="6222")
    found = payroll.lines(uow.session, "allowance", "2026-04", "")
    assert [(n.village, n.householder, n.persons, n.grade, n.amount, n.account, n.case_number) for n in found] == [
        ("县镇村", "居民1", 2, "A", D("1208.00"), "6222", "DB-1"),
        ("县镇村", "居民2", 1, "A", D("604.50"), "", "DB-2"),
        ("县他镇村", "丁四", 1, "B", D("300.00"), "", "LS-3"),
    ]  # fmt: skip
    assert (found[0].id_number, found[0].id_head, found[0].id_tail) == ("340199197001010001", "3401", "0001")
    assert found[2].id_number == ""
    here = payroll.lines(uow.session, "allowance", "2026-04", TOWNSHIP)
    assert [n.case_number for n in here] == ["DB-1", "DB-2"]
    assert payroll.lines(uow.session, "extreme", "2026-04", "") == []


def test_payroll__sums_by_programme_and_township(uow: UnitOfWork) -> None:
    grant(uow, members=(HEAD,), account="6222")
    grant(uow, 2, (CHILD,), "604.50")
    grant(uow, 2, (WIFE,), "0.50")
    grant(uow, 3, (STRANGER,), "300.00", programme="extreme")
    found = payroll.sums(uow.session, "2026-04", 9)
    # 1208.00 + 604.50 + 0.50 = 1813.00; two of the three have no account
    assert found == [
        payroll.PaySum("allowance", "最低生活保障", TOWNSHIP, 3, D("1813.00"), 2),
        payroll.PaySum("extreme", "临时救助", OTHER_TOWNSHIP, 1, D("300.00"), 1),
    ]
    assert [s.township for s in payroll.sums(uow.session, "2026-04", 6)] == ["340199", "340199"]
