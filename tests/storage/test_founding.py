"""A real office is founded without anything of the demonstration county, and the two are never mixed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from processes.access import accounts, founding, passwords
from processes.access.models import AccessLog, Account, AccountChange, Division
from processes.access.permissions import Role
from processes.access.scope import Actor, system_actor
from processes.demo import filling
from processes.errors import (
    AccountInvalid,
    AccountUnconfirmed,
    OfficeFounded,
    OfficeMissing,
    OfficeMixed,
    PasswordChangeDue,
    PasswordExpired,
    PasswordRefused,
    RuleBroken,
    SchemaNewer,
    SchemaOlder,
    YimenError,
)
from processes.office import Office
from processes.office.accounts.accounts import AddAccount, ChangePassword, ConfirmAccount, ReissuePassword
from processes.office.accounts.changes import ChangeAccount, DecideAccountChange
from processes.office.accounts.leaving import CloseAccount
from processes.office.accounts.sign_in import SignIn, SignInResult
from processes.office.system.founding import AddDivisions, CloseDemoAccounts, FoundOffice, FoundOfficeResult
from processes.opening import checked_office
from processes.rehearsal import blank, county
from processes.rehearsal.stage import MovableClock, Stage
from processes.settings import Settings
from processes.storage.unit_of_work import Database, current_instant
from tests.builders import cases
from tests.builders.databases import fresh_postgresql
from tests.builders.stages import blank_postgresql

PLACES = (("341599", "青山县"), ("341599101", "城关镇"), ("341599101201", "东村"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, settings_here: Settings, tmp_path: Path) -> Iterator[Office]:
    """An office whose database has its tables and no row."""

    def made(url: str) -> Office:
        settings = replace(settings_here, database_url=url)
        return Office(settings, Database(url, MovableClock(current_instant())))

    if request.param == "sqlite":
        blank.copy_to(tmp_path / "office.sqlite")
        yield made(f"sqlite:///{tmp_path}/office.sqlite")
        return
    with fresh_postgresql(blank_postgresql()) as url:
        office = made(url)
        yield office
        office.database.close()


def found(office: Office) -> FoundOfficeResult:
    return office.perform(FoundOffice(PLACES, "青山县民政局", "admin", "王管理"), system_actor())


def actor(office: Office, username: str) -> Actor:
    with office.database.reading("") as session:
        account = session.scalars(select(Account).where(Account.username == username)).one()
        return replace(accounts.actor_of(account), must_change_password=False)


def sign_in(office: Office, username: str, password: str) -> SignInResult:
    return office.perform(SignIn(username, password), system_actor())


def test_founding__divisions_one_administrator_and_nothing_of_the_demo(empty: Office) -> None:
    with pytest.raises(OfficeMissing):
        checked_office(empty)
    made = found(empty)
    assert checked_office(empty).settings.office_name == "青山县民政局"
    with empty.database.reading("") as session:
        rows = session.scalars(select(Account)).all()
        assert [(a.username, a.roles, a.is_demo, a.must_change_password) for a in rows] == [
            ("admin", ["administrator"], False, True)
        ]
        assert session.get_one(Division, "341599101201").full_name == "青山县城关镇东村"
        actions = session.scalars(select(AccessLog.action).order_by(AccessLog.id)).all()
        assert actions == ["office_founded", "account_added", "account_state", *["row_state"] * 4], (
            "three places and the installation"
        )
    assert sign_in(empty, "admin", made.first.password)
    with pytest.raises(YimenError):
        sign_in(empty, "admin", passwords.PUBLISHED)


def test_a_founded_office_is_not_founded_again__nor_made_a_demo(empty: Office) -> None:
    found(empty)
    with pytest.raises(OfficeFounded, match="office_founded"):
        found(empty)
    with pytest.raises(OfficeFounded):
        filling.found_county(empty)
    with empty.database.reading("") as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 1


def test_the_demo_county_is_not_founded_over(stage: Stage) -> None:
    with pytest.raises(OfficeFounded):
        found(stage.office)
    with pytest.raises(AccountInvalid):
        stage.office.perform(AddAccount("real", "真人", "window_clerk", "340199101"), system_actor())


def test_demo_accounts_in_a_real_office__stop_it_until_they_are_closed(empty: Office) -> None:
    """What an earlier version's upgrade planted."""
    found(empty)
    with empty.database.unit_of_work() as uow:
        county._account(uow, "supervisor", "许督查", Role.SUPERVISOR, "341599")
        uow.session.commit()
    with pytest.raises(OfficeMixed, match="supervisor"):
        checked_office(empty)
    assert empty.perform(CloseDemoAccounts(), system_actor()).closed == ["supervisor"]
    checked_office(empty)
    with pytest.raises(YimenError):
        sign_in(empty, "supervisor", passwords.PUBLISHED)


def test_the_first_administrator_acts_alone_once__then_two_are_needed(empty: Office) -> None:
    found(empty)
    first = actor(empty, "admin")
    empty.perform(AddAccount("clerk", "李窗口", "window_clerk", "341599101"), first)
    second = empty.perform(AddAccount("admin2", "赵管理", "administrator", "341599"), first)
    assert not second.awaits_confirmation
    third = empty.perform(AddAccount("leader", "周分管", "township_leader", "341599101"), first)
    assert third.awaits_confirmation
    with pytest.raises(AccountUnconfirmed):
        sign_in(empty, "leader", third.password)
    with pytest.raises(RuleBroken, match="另一名管理员"):
        empty.perform(ConfirmAccount("leader"), first)
    empty.perform(ConfirmAccount("leader"), actor(empty, "admin2"))
    assert sign_in(empty, "leader", third.password)
    with pytest.raises(RuleBroken, match="不在待确认状态"):
        empty.perform(ConfirmAccount("leader"), actor(empty, "admin2"))
    with empty.database.reading("") as session:
        log = session.scalars(select(AccessLog.action).where(AccessLog.action.like("account%"))).all()
    assert [a for a in log if a != "account_state"] == ["account_added"] * 4 + ["account_confirmed"]


def _given_another_password(empty: Office, first: Actor) -> None:
    empty.perform(ReissuePassword("admin2"), first)


def _let_go(empty: Office, first: Actor) -> None:
    empty.perform(CloseAccount("admin2", "调离"), first)


def _given_other_work(empty: Office, first: Actor) -> None:
    """By the third one, who is let go afterwards: nobody but the first one administers, none of the others is left."""
    asked = empty.perform(AddAccount("admin3", "孙管理", "administrator", "341599"), first)
    assert asked.awaits_confirmation
    empty.perform(ConfirmAccount("admin3"), actor(empty, "admin2"))
    for username in ("admin2", "admin3"):
        change = empty.perform(
            ChangeAccount(username, ("county_clerk",), "341599", "", "岗位调整"),
            actor(empty, "admin3" if username == "admin2" else "admin"),
        ).change
        decider = first if username == "admin2" else actor(empty, "admin4")
        empty.perform(DecideAccountChange(change, accept=True), decider)
        if username == "admin2":
            empty.perform(AddAccount("admin4", "吴管理", "administrator", "341599"), first)
            empty.perform(ConfirmAccount("admin4"), actor(empty, "admin3"))
    again = empty.perform(
        ChangeAccount("admin4", ("county_clerk",), "341599", "", "岗位调整"), actor(empty, "admin4")
    ).change
    empty.perform(DecideAccountChange(again, accept=True), first)


@pytest.mark.parametrize("gone", [_given_another_password, _let_go, _given_other_work])
def test_founding_never_comes_back__when_the_second_administrator_is_gone(
    empty: Office, gone: Callable[[Office, Actor], None]
) -> None:
    """Before the first case: one of two who gets rid of the other does not act alone again."""
    found(empty)
    first = actor(empty, "admin")
    empty.perform(AddAccount("admin2", "赵管理", "administrator", "341599"), first)
    gone(empty, first)
    added = empty.perform(AddAccount("leader", "周分管", "township_leader", "341599101"), first)
    assert added.awaits_confirmation
    with pytest.raises(RuleBroken, match="另一名管理员"):
        empty.perform(ConfirmAccount("leader"), first)
    again = empty.perform(ReissuePassword("leader"), first)
    assert again.awaits_confirmation
    # The way out: whoever runs the machine gives the password, the administrator who is left confirms it.
    helped = empty.perform(ReissuePassword("leader"), system_actor())
    empty.perform(ConfirmAccount("leader"), first)
    assert sign_in(empty, "leader", helped.password)


def test_the_command_line_needs_an_administrator_too_after_founding(empty: Office) -> None:
    found(empty)
    first = actor(empty, "admin")
    empty.perform(AddAccount("admin2", "赵管理", "administrator", "341599"), system_actor())
    added = empty.perform(AddAccount("leader", "周分管", "township_leader", "341599101"), system_actor())
    assert added.awaits_confirmation
    with pytest.raises(RuleBroken):
        empty.perform(ConfirmAccount("leader"), system_actor())
    empty.perform(ConfirmAccount("leader"), first)


def test_founding_ends_with_the_first_case(stage: Stage) -> None:
    """Played on the county of the stage as if it were a real one."""
    with stage.database.unit_of_work() as uow:
        uow.session.execute(text("UPDATE installation SET kind = 'office'"))
        uow.session.commit()
    before = stage.office.perform(AddAccount("early", "早到", "window_clerk", "340199101"), system_actor())
    cases.a_case(stage)
    after = stage.office.perform(AddAccount("late", "晚到", "window_clerk", "340199101"), system_actor())
    assert (before.awaits_confirmation, after.awaits_confirmation) == (False, True)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (("李", "李窗口", "window_clerk", "341599101", ""), "用户名"),
        (("clerk", " ", "window_clerk", "341599101", ""), "姓名"),
        (("admin", "李窗口", "window_clerk", "341599101", ""), "已有人使用"),
        (("clerk", "李窗口", "window", "341599101", ""), "没有岗位"),
        (("clerk", "李窗口", "system", "341599101", ""), "没有岗位"),
        (("clerk", "李窗口", "window_clerk", "341599", ""), "乡镇（9 位代码）"),
        (("clerk", "李窗口", "village_assistant", "341599101", ""), "村、社区（12 位代码）"),
        (("clerk", "李窗口", "county_leader", "341599101", ""), "县（6 位代码）"),
        (("clerk", "李窗口", "window_clerk", "341599109", ""), "没有区划"),
        (("clerk", "李窗口", "department_officer", "341599", ""), "须注明部门"),
        (("clerk", "李窗口", "window_clerk", "341599101", "medical"), "须注明部门"),
    ],
)  # fmt: skip
def test_an_account_that_cannot_be__is_refused_with_the_reason(
    empty: Office, fields: tuple[str, ...], said: str
) -> None:
    found(empty)
    with pytest.raises(AccountInvalid) as refused:
        empty.perform(AddAccount(*fields), system_actor())
    assert said in refused.value.message


def test_one_time_passwords__open_nothing_but_their_change_and_expire(empty: Office) -> None:
    made = found(empty)
    with empty.database.reading("") as session:
        account = session.scalars(select(Account)).one()
        fresh = accounts.actor_of(account)
    assert fresh.must_change_password
    with pytest.raises(PasswordChangeDue):
        empty.perform(AddAccount("clerk", "李窗口", "window_clerk", "341599101"), fresh)
    for old, new in ((made.first.password, "短"), ("错", "长长的一句话作为密码"), (made.first.password, made.first.password),
                     (made.first.password, "admin-is-my-name"), (made.first.password, passwords.PUBLISHED), (made.first.password, "aaaaaaaaaaaa")):  # fmt: skip
        with pytest.raises(PasswordRefused):
            empty.perform(ChangePassword(old, new), fresh)
    changed = empty.perform(ChangePassword(made.first.password, "春天的第一场雨落在城关"), fresh)
    with empty.database.reading("") as session:
        assert session.get_one(Account, account.id).session_epoch == account.session_epoch + 1
    assert changed.session
    with pytest.raises(YimenError):
        sign_in(empty, "admin", made.first.password)
    second = empty.perform(AddAccount("late", "晚到人", "administrator", "341599"), system_actor())
    clock = empty.database.clock
    assert isinstance(clock, MovableClock)
    clock.now += passwords.ONE_TIME_VALID + timedelta(minutes=1)
    with pytest.raises(PasswordExpired):
        sign_in(empty, "late", second.password)
    assert sign_in(empty, "admin", "春天的第一场雨落在城关")


def test_divisions_are_added_and_renamed__never_taken_away(empty: Office) -> None:
    found(empty)
    later = (("341599", "青山县"), ("341599101", "城关街道"), ("341599101202", "西村"))
    assert empty.perform(AddDivisions(later), system_actor()).added == 1
    with empty.database.reading("") as session:
        names = {d.code: d.full_name for d in session.scalars(select(Division))}
    assert names["341599101202"] == "青山县城关街道西村"
    assert names["341599101"] == "青山县城关街道"
    assert "341599101201" in names


@pytest.mark.parametrize(("revision", "error"), [("0016", SchemaOlder), ("9999", SchemaNewer)])
def test_another_version_s_schema_stops_the_office(
    empty: Office, revision: str, error: type[YimenError]
) -> None:
    found(empty)
    with empty.database.unit_of_work() as uow:
        uow.session.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
        uow.session.commit()
    with pytest.raises(error):
        checked_office(empty)


def test_the_demo_is_known_as_one(stage: Stage) -> None:
    with stage.database.reading("") as session:
        assert founding.is_demo(session)
        assert not founding.is_mixed(session)


def test_a_lost_password_is_reissued__and_confirmed_by_another_after_founding(empty: Office) -> None:
    found(empty)
    first = actor(empty, "admin")
    empty.perform(AddAccount("clerk", "李窗口", "window_clerk", "341599101"), first)
    again = empty.perform(ReissuePassword("clerk"), first)
    assert sign_in(empty, "clerk", again.password)
    empty.perform(AddAccount("admin2", "赵管理", "administrator", "341599"), first)
    later = empty.perform(ReissuePassword("clerk"), first)
    assert later.awaits_confirmation
    assert sign_in(empty, "clerk", again.password), "shut out before anybody confirmed it"
    with pytest.raises(YimenError):
        sign_in(empty, "clerk", later.password)
    change = waiting(empty)
    with pytest.raises(RuleBroken, match="另一名管理员"):
        empty.perform(DecideAccountChange(change, accept=True), first)
    empty.perform(DecideAccountChange(change, accept=True), actor(empty, "admin2"))
    assert sign_in(empty, "clerk", later.password)
    with pytest.raises(YimenError):
        sign_in(empty, "clerk", again.password)
    with pytest.raises(RuleBroken, match="不能为自己"):
        empty.perform(ReissuePassword("admin"), first)
    # The command line helps the administrator; the other administrator confirms it.
    helped = empty.perform(ReissuePassword("admin"), system_actor())
    assert helped.awaits_confirmation
    empty.perform(DecideAccountChange(waiting(empty), accept=True), actor(empty, "admin2"))
    assert sign_in(empty, "admin", helped.password)


def waiting(empty: Office) -> int:
    """The one change of an account that waits."""
    with empty.database.reading("") as session:
        return session.scalars(select(AccountChange.id).where(AccountChange.verdict == "")).one()


def _with_a_waiting_password(empty: Office) -> tuple[str, str, int]:
    """The clerk's own password, another one that was given out, and the change that waits."""
    found(empty)
    first = actor(empty, "admin")
    old = empty.perform(AddAccount("clerk", "李窗口", "window_clerk", "341599101"), first).password
    empty.perform(AddAccount("admin2", "赵管理", "administrator", "341599"), first)
    new = empty.perform(ReissuePassword("clerk"), first).password
    return str(old), str(new), waiting(empty)


def test_a_reissued_password_that_is_refused__nothing_happened(empty: Office) -> None:
    old, new, change = _with_a_waiting_password(empty)
    with pytest.raises(RuleBroken, match="已有一项待确认"):
        empty.perform(ReissuePassword("clerk"), actor(empty, "admin"))
    with empty.database.reading("") as session:
        before = session.scalars(select(Account).where(Account.username == "clerk")).one()
    empty.perform(DecideAccountChange(change, accept=False), actor(empty, "admin2"))
    with empty.database.reading("") as session:
        now = session.scalars(select(Account).where(Account.username == "clerk")).one()
        row = session.get_one(AccountChange, change)
    assert (now.password_hash, now.session_epoch, now.is_active) == (
        before.password_hash, before.session_epoch, True,
    )  # fmt: skip
    assert (row.verdict, row.password_hash) == ("refused", "")
    assert sign_in(empty, "clerk", old)
    with pytest.raises(YimenError):
        sign_in(empty, "clerk", new)


def test_a_reissued_password_that_waits__goes_when_its_owner_sets_an_own_one(empty: Office) -> None:
    old, new, change = _with_a_waiting_password(empty)
    own = "春天的第一场雨落在城关"
    empty.perform(ChangePassword(old, own), actor(empty, "clerk"))
    with pytest.raises(RuleBroken, match="已经处理"):
        empty.perform(DecideAccountChange(change, accept=True), actor(empty, "admin2"))
    assert sign_in(empty, "clerk", own)
    with pytest.raises(YimenError):
        sign_in(empty, "clerk", new)
