"""Accounts have a life: other work with a second administrator, leaving at once, nothing left in the wrong hands."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from processes.access import accounts
from processes.access.models import Absence, Account, AccountChange
from processes.access.scope import Actor
from processes.cases.models import Notice, WorkItem
from processes.errors import AccountInvalid, RuleBroken
from processes.office.accounts.changes import ChangeAccount, DecideAccountChange
from processes.office.accounts.leaving import CloseAccount
from processes.office.accounts.same_person import DeclarePerson
from processes.office.steps.claim import ClaimTask
from processes.office.steps.delegate import DelegateTask
from processes.office.steps.draft import SaveDraft
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import Person, colleague, flat, tied
from tests.storage.test_transactions import together


def account(stage: Stage, username: str) -> Account:
    with stage.database.reading("") as session:
        return session.scalars(select(Account).where(Account.username == username)).one()


def actor(stage: Stage, username: str) -> Actor:
    return accounts.actor_of(account(stage, username))


def other_work(role: str = "window_clerk", division: str = "340199101") -> ChangeAccount:
    return ChangeAccount("t1_investigator", (role,), division, "", "轮岗")


def notices_of(stage: Stage, username: str) -> list[str]:
    with stage.database.reading("") as session:
        who = select(Account.id).where(Account.username == username).scalar_subquery()
        query = select(Notice).where(Notice.account_id == who, Notice.kind == "account")
        return [notice.text for notice in session.scalars(query)]


def investigating(stage: Stage) -> WorkItem:
    """An open investigation that the investigator has signed for, with a draft."""
    number = cases.a_case(stage, at="investigate_household")
    item = cases.item_at(stage, number, "investigate_household")
    who = actor(stage, "t1_investigator")
    version = stage.office.perform(ClaimTask(item.id, item.version), who).version
    stage.office.perform(SaveDraft(item.id, version, {"living": "两间平房"}, 0), who)
    return item


def test_other_work_needs_a_second_administrator(stage: Stage) -> None:
    colleague(stage, "admin", "admin2", "钱管理")
    first, second = actor(stage, "admin"), actor(stage, "admin2")
    change = stage.office.perform(other_work(), first).change
    assert account(stage, "t1_investigator").roles == ["investigator"]
    with pytest.raises(RuleBroken, match="另一名管理员"):
        stage.office.perform(DecideAccountChange(change, accept=True), first)
    person = Person(stage, "t1_investigator")
    stage.office.perform(DecideAccountChange(change, accept=True), second)
    assert account(stage, "t1_investigator").roles == ["window_clerk"]
    assert person.get("/worklist").status_code == 302, "the session goes on under the old roles"
    assert any("提出将赵调查的岗位变更为乡镇窗口受理员" in t for t in notices_of(stage, "auditor"))
    assert any("确认了赵调查的岗位变更" in t for t in notices_of(stage, "auditor"))


def test_two_accounts_of_one_person_are_not_two_administrators(stage: Stage) -> None:
    colleague(stage, "admin", "admin2", "钱管理")
    change = stage.office.perform(other_work(), actor(stage, "admin")).change
    tied(stage, "admin2", "admin")
    with pytest.raises(RuleBroken, match="另一名管理员"):
        stage.office.perform(DecideAccountChange(change, accept=True), actor(stage, "admin2"))


def persons_of(stage: Stage) -> dict[str, int]:
    with stage.database.reading("") as session:
        return {a.username: a.person_id or a.id for a in session.scalars(select(Account))}


def test_nobody_ties_more_than_three_accounts_together__one_at_a_time_or_in_groups(stage: Stage) -> None:
    colleague(stage, "admin", "admin2", "钱管理")
    first = actor(stage, "admin")
    tied(stage, "t1_clerk", "t1_leader")
    tied(stage, "t1_investigator", "t1_clerk")
    before = persons_of(stage)
    for names in (("supervisor", "t1_clerk"), ("t1_leader", "supervisor")):
        with pytest.raises(RuleBroken, match="将有 4 个账号，最多 3 个"):
            stage.office.perform(DeclarePerson(*names), first)
    tied(stage, "supervisor", "county_clerk")
    with pytest.raises(RuleBroken, match="将有 5 个账号"):
        stage.office.perform(DeclarePerson("supervisor", "t1_investigator"), actor(stage, "admin2"))
    now = persons_of(stage)
    assert now.pop("supervisor") == now["county_clerk"] == before["county_clerk"]
    assert {name: before[name] for name in now} == now, "a refusal changed somebody"


def test_of_two_accounts_that_become_one_person__everybody_concerned_is_told(stage: Stage) -> None:
    colleague(stage, "admin", "admin2", "钱管理")
    tied(stage, "t1_clerk", "t1_leader")
    for username in ("admin2", "auditor", "t1_clerk", "t1_leader"):
        assert any("登记为同一人" in told for told in notices_of(stage, username)), username


def test_nobody_confirms_a_change_of_their_own_account(stage: Stage) -> None:
    colleague(stage, "admin", "admin2", "钱管理")
    wanted = ChangeAccount("admin2", ("administrator", "supervisor"), "340199", "", "兼任")
    change = stage.office.perform(wanted, actor(stage, "admin")).change
    with pytest.raises(RuleBroken, match="另一名管理员"):
        stage.office.perform(DecideAccountChange(change, accept=True), actor(stage, "admin2"))


def test_the_database_keeps_one_open_change_and_two_people(stage: Stage) -> None:
    change = stage.office.perform(other_work(), actor(stage, "admin")).change
    with pytest.raises(RuleBroken, match="已有一项"):
        stage.office.perform(other_work("village_assistant", "340199101201"), actor(stage, "admin"))
    asker = account(stage, "admin").id
    with stage.database.unit_of_work() as uow, pytest.raises(IntegrityError):
        uow.session.execute(
            update(AccountChange)
            .where(AccountChange.id == change)
            .values(verdict="confirmed", decided_by_id=asker)
        )
    with stage.database.unit_of_work() as uow, pytest.raises(IntegrityError):
        row = uow.session.get_one(AccountChange, change)
        copy = {
            k: getattr(row, k)
            for k in ("account_id", "roles", "division", "asked_by_id", "asked_by", "asked_at")
        }
        uow.add(AccountChange(**copy))
        uow.flush()


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (ChangeAccount("t1_investigator", (), "340199101", "", "轮岗"), "1 至 4 个岗位"),
        (other_work("nobody"), "没有岗位"),
        (other_work("system"), "没有岗位"),
        (other_work("county_leader"), "县（6 位代码）"),
        (other_work(division="999999999"), "没有区划"),
        (other_work("investigator"), "没有变化"),
    ],
)
def test_impossible_work_is_refused(stage: Stage, wanted: ChangeAccount, why: str) -> None:
    with pytest.raises(AccountInvalid) as refused:
        stage.office.perform(wanted, actor(stage, "admin"))
    assert why in refused.value.message


def test_who_leaves_is_out_at_once_and_leaves_nothing_behind(any_whole_stage: Stage) -> None:
    stage = any_whole_stage
    item = investigating(stage)
    person = Person(stage, "t1_investigator")
    colleague(stage, "t1_investigator", "t1_second", "钱调查")
    today = date(2026, 11, 1)
    with stage.database.unit_of_work() as uow:
        who, other = account(stage, "t1_investigator").id, account(stage, "t1_second").id
        uow.add(
            Absence(
                account_id=other, substitute_id=who, from_on=today, until_on=today + timedelta(days=9),
                programmes=[], made_at=uow.now, made_by="钱调查",
            )
        )  # fmt: skip
        uow.commit()
    stage.office.perform(other_work(), actor(stage, "admin"))
    done = stage.office.perform(CloseAccount("t1_investigator", "调离"), actor(stage, "admin"))
    assert done.returned == 1
    assert person.get("/worklist").status_code == 302
    assert (
        "用户名或密码不正确"
        in Person(stage).post("/sign-in", {"username": "t1_investigator", "password": "yimen-2026"}).text
    )
    with stage.database.reading("") as session:
        row = session.get_one(WorkItem, item.id)
        assert (row.claimed_by_id, row.prepared_by, row.draft) == (None, "赵调查", {"living": "两间平房"})
        assert session.scalars(select(Absence.ended_at)).one() is not None
        assert session.scalars(select(AccountChange.verdict)).one() == "withdrawn"
    assert any("退回待签收" in t for t in notices_of(stage, "t1_second"))
    assert any("曹管理停用了赵调查的账号" in t for t in notices_of(stage, "auditor"))
    timeline = Person(stage, "t1_second").get(f"/cases/{row.case_number}").text
    assert "赵调查不再办理，“入户调查”退回待签收：赵调查离岗" in timeline


def test_what_was_delegated_goes_back_to_who_delegated_it(any_whole_stage: Stage) -> None:
    stage = any_whole_stage
    item = investigating(stage)
    helper = colleague(stage, "t1_investigator", "t1_second", "钱调查")
    with stage.database.reading("") as session:
        version = session.get_one(WorkItem, item.id).version
    delegate = DelegateTask(item.id, version, helper, "先去看看")
    stage.office.perform(delegate, actor(stage, "t1_investigator"))
    stage.office.perform(CloseAccount("t1_second", "调离"), actor(stage, "admin"))
    with stage.database.reading("") as session:
        row = session.get_one(WorkItem, item.id)
    assert (row.claimed_by, row.delegated_by_id, row.prepared_by) == ("赵调查", None, "钱调查")


def test_steps_that_the_new_work_includes_stay(any_whole_stage: Stage) -> None:
    stage = any_whole_stage
    item = investigating(stage)
    colleague(stage, "admin", "admin2", "钱管理")
    wanted = ChangeAccount("t1_investigator", ("investigator", "window_clerk"), "340199101", "", "兼任")
    change = stage.office.perform(wanted, actor(stage, "admin")).change
    assert (
        stage.office.perform(DecideAccountChange(change, accept=True), actor(stage, "admin2")).returned == 0
    )
    change = stage.office.perform(other_work(), actor(stage, "admin")).change
    assert (
        stage.office.perform(DecideAccountChange(change, accept=True), actor(stage, "admin2")).returned == 1
    )
    with stage.database.reading("") as session:
        assert session.get_one(WorkItem, item.id).claimed_by_id is None


def test_the_last_administrator_stays(stage: Stage) -> None:
    with pytest.raises(RuleBroken, match="自己的账号"):
        stage.office.perform(CloseAccount("admin", "调离"), actor(stage, "admin"))
    colleague(stage, "admin", "admin2", "钱管理")
    second = actor(stage, "admin2")
    stage.office.perform(CloseAccount("admin", "调离"), second)
    colleague(stage, "t1_clerk", "t1_extra", "钱窗口")
    with pytest.raises(RuleBroken, match="最后一名"):
        stage.office.perform(CloseAccount("admin2", "调离"), actor(stage, "admin"))


@pytest.mark.postgresql
@pytest.mark.parametrize("any_stage", ["postgresql"], indirect=True)
def test_two_administrators_who_close_each_other__one_stays(any_stage: Stage) -> None:
    colleague(any_stage, "admin", "admin2", "钱管理")
    first, second = actor(any_stage, "admin"), actor(any_stage, "admin2")
    results = together(
        lambda: any_stage.office.perform(CloseAccount("admin2", "调离"), first),
        lambda: any_stage.office.perform(CloseAccount("admin", "调离"), second),
    )
    assert sorted(type(r).__name__ for r in results) == ["CloseAccountResult", "RuleBroken"]
    with any_stage.database.reading("") as session:
        left = [a for a in accounts.listed(session) if a.is_active and "administrator" in a.roles]
    assert len(left) == 1


def test_on_screen(stage: Stage) -> None:
    colleague(stage, "admin", "admin2", "钱管理")
    admin, second = Person(stage, "administrator"), Person(stage, "admin2")
    page = admin.get("/accounts/t1_investigator").text
    assert "变更岗位、区划" in page
    form = {"role": "window_clerk", "division": "340199101", "department": "", "reason": ""}
    refused = admin.post("/accounts/t1_investigator/change", form)
    assert refused.status_code == 409
    assert re.search(r'value="window_clerk"\s+checked', refused.text)
    admin.post("/accounts/t1_investigator/change", form | {"reason": "轮岗"})
    assert "撤回" in admin.get("/accounts/t1_investigator").text
    assert "岗位变更待确认" in second.get("/accounts").text
    change = account_change(stage)
    second.post("/accounts/t1_investigator/decide", {"change": change, "accept": "yes"})
    assert "乡镇窗口受理员" in second.get("/accounts/t1_investigator").text
    second.post("/accounts/t1_investigator/close", {"reason": "调离"})
    assert '<dd class="col-sm-10">停用</dd>' in flat(second.get("/accounts/t1_investigator").text)
    assert Person(stage, "window_clerk").get("/accounts/t1_clerk").status_code == 403


def account_change(stage: Stage) -> int:
    with stage.database.reading("") as session:
        return session.scalars(select(AccountChange.id)).one()


def test_that_two_accounts_are_one_person_and_no_longer__on_the_pages(stage: Stage) -> None:
    colleague(stage, "admin", "admin2", "钱管理")
    admin, second = Person(stage, "administrator"), Person(stage, "admin2")
    asked = {"username": "t1_clerk", "same_as": "t1_leader", "reason": "兼任两岗"}
    assert admin.post("/accounts/person", asked).location == "/accounts/t1_clerk"
    page = second.get("/accounts/t1_clerk").text
    assert "登记为同一人：与" in page
    assert "登记同一人待确认" in second.get("/accounts").text
    second.post("/accounts/t1_clerk/decide", {"change": _change_on(page), "accept": "yes"})
    assert "（与 t1_leader 为同一人）" in second.get("/accounts").text
    assert second.post("/accounts/t1_clerk/untie", {"reason": " "}).status_code == 409
    second.post("/accounts/t1_clerk/untie", {"reason": "登记有误"})
    page = admin.get("/accounts/t1_clerk").text
    assert "取消同一人登记：此后与 t1_leader 不再按同一人计算" in page
    admin.post("/accounts/t1_clerk/decide", {"change": _change_on(page), "accept": "yes"})
    assert "为同一人）" not in admin.get("/accounts").text


def _change_on(page: str) -> str:
    found = re.search(r'name="change" value="(\d+)"', page)
    assert found is not None
    return found[1]
