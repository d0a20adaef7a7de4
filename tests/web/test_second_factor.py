"""A second factor: enrolled with the password, asked for at sign-in, each code used once, lost ones helped by two people."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary, delete, select, type_coerce, update

from processes.access import account_states, accounts, passkeys, sessions, totp
from processes.access.factor_models import RecoveryCode, SecondFactor
from processes.access.models import Account, SignedIn
from processes.access.scope import Actor, AtDesk, system_actor
from processes.cases.models import Notice
from processes.errors import EnrolmentDue, FactorDue, RuleBroken, SettingInvalid
from processes.office import Office
from processes.office.accounts.accounts import ChangePassword
from processes.office.accounts.changes import AskFactorReset, DecideAccountChange
from processes.office.accounts.second_factors import BeginTotp, ResetFactors
from processes.office.personal.phrases import KeepPhrase
from processes.opening import open_office
from processes.rehearsal.county import PASSWORD
from processes.rehearsal.stage import Stage
from processes.storage.unit_of_work import current_instant
from tests.builders.desks import Person, colleague
from tests.builders.factors import arrive, code, enrol, entries, factors_of, make_real

# RFC 6238, appendix B: the SHA-1 secret "12345678901234567890", of whose eight digits an app shows the last six.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[timedelta]:
    """How much later it is by the wall clock; the first of its period, so that no test waits for one to end."""
    now = current_instant().replace(second=1, microsecond=0)
    passed = [timedelta(0)]
    monkeypatch.setattr(sessions, "wall", lambda: now + passed[0])
    return passed


def actor(stage: Stage, username: str) -> Actor:
    with stage.database.reading("") as session:
        return accounts.actor_of(session.scalars(select(Account).where(Account.username == username)).one())


def demanding(stage: Stage, *roles: str) -> None:
    """The office asks these roles for a second factor."""
    made = replace(stage.office.settings, second_factor_roles=frozenset(roles))
    stage.office = Office(made, stage.office.database)


@pytest.mark.parametrize(("at", "shown"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_the_codes_are_those_of_the_standard(at: int, shown: str) -> None:
    instant = current_instant().fromtimestamp(at, current_instant().tzinfo)
    assert totp.step_of(RFC_SECRET, shown, instant, 0) == at // 30


def test_one_period_early_or_late_counts__two_do_not__and_none_twice() -> None:
    at = current_instant().fromtimestamp(59, current_instant().tzinfo)  # period 1
    early, late = at + timedelta(seconds=30), at - timedelta(seconds=30)
    assert totp.step_of(RFC_SECRET, "287082", early, 0) == totp.step_of(RFC_SECRET, "287082", late, 0) == 1
    assert totp.step_of(RFC_SECRET, "287082", at + timedelta(seconds=60), 0) is None
    assert totp.step_of(RFC_SECRET, "287082", at, 1) is None
    assert totp.step_of(RFC_SECRET, " 287 082 ", at, 0) == 1
    assert totp.step_of(RFC_SECRET, "２８７０８２", at, 0) is None


def test_enrolled_with_the_password__then_asked_for(stage: Stage, later: list[timedelta]) -> None:
    clerk = Person(stage, "window_clerk")
    wrong = clerk.post("/factors/totp", {"password": "x"})
    assert (wrong.status_code, factors_of(stage, "t1_clerk")) == (403, [])
    secret, codes = enrol(clerk)
    assert len(set(codes)) == 10
    assert clerk.get("/worklist").status_code == 200
    assert entries(stage, "factor_added") == ["t1_clerk totp"]

    back = arrive(stage, "t1_clerk")
    assert back.get("/worklist").headers["Location"] == "/sign-in/factor?next=/worklist"
    assert back.get("/sign-in/state").json["account"] is None
    refused = back.post("/sign-in/factor", {"code": "000000"})
    assert refused.status_code == 403
    before = back.client.get_cookie("yimen")
    back.post("/sign-in/factor", {"code": code(secret)})
    assert back.get("/worklist").status_code == 200
    after = back.client.get_cookie("yimen")
    assert before is not None and after is not None and before.value != after.value
    # A copy of the cookie of before opens nothing.
    stale = Person(stage)
    stale.client.set_cookie("yimen", before.value)
    assert stale.get("/worklist").status_code == 302


def test_the_secret_lies_sealed_and_codes_as_hashes(stage: Stage, later: list[timedelta]) -> None:
    secret, codes = enrol(Person(stage, "window_clerk"))
    with stage.database.reading("") as session:
        raw = session.scalars(select(type_coerce(SecondFactor.secret, LargeBinary))).one()
        digests = session.scalars(select(RecoveryCode.digest)).all()
    assert secret.encode() not in bytes(raw)
    assert not any(one in d or one.replace("-", "") in d for one in codes for d in digests)


def test_before_the_second_factor_the_door_takes_nothing(stage: Stage, later: list[timedelta]) -> None:
    enrol(Person(stage, "window_clerk"))
    back = arrive(stage, "t1_clerk")
    told = back.send("/unsaved", {"sheet": "s", "place": "/x", "label": "甲", "data": {}, "seen": 0})
    assert (told.status_code, told.json["code"]) == (403, "factor_due")
    # Neither is enrolling another factor, or changing the password, a way round it.
    for address in ("/factors/totp", "/password"):
        assert back.post(address, {"password": PASSWORD, "old": PASSWORD}).status_code == 302
    with stage.database.reading("") as session:
        row = session.scalars(select(SignedIn).order_by(SignedIn.id.desc()).limit(1)).one()
    waiting = replace(
        actor(stage, "t1_clerk"), at_desk=AtDesk(row.id, row.verified_at, row.proof, row.awaits)
    )
    for command in (BeginTotp(PASSWORD), ChangePassword(PASSWORD, "x" * 12), KeepPhrase("x", True)):
        with pytest.raises(FactorDue):
            stage.office.perform(command, waiting)


def test_a_code_is_used_once(stage: Stage, later: list[timedelta]) -> None:
    secret, _ = enrol(Person(stage, "window_clerk"))
    used = code(secret)
    arrive(stage, "t1_clerk").post("/sign-in/factor", {"code": used})
    again = arrive(stage, "t1_clerk").post("/sign-in/factor", {"code": used})
    assert again.status_code == 403
    assert "已经用过" in again.text
    # Nor is the one of the period before, which somebody may have seen.
    assert arrive(stage, "t1_clerk").post("/sign-in/factor", {"code": code(secret, -1)}).status_code == 403


def test_a_recovery_code_is_used_once_and_told(stage: Stage, later: list[timedelta]) -> None:
    _, codes = enrol(Person(stage, "window_clerk"))
    typed = codes[0].lower().replace("-", " ")
    assert arrive(stage, "t1_clerk").post("/sign-in/factor", {"code": typed}).status_code == 302
    assert arrive(stage, "t1_clerk").post("/sign-in/factor", {"code": typed}).status_code == 403
    assert entries(stage, "recovery_code_used") == ["t1_clerk"]
    with stage.database.reading("") as session:
        told = [n.text for n in session.scalars(select(Notice).where(Notice.kind == "account"))]
    assert [t for t in told if "使用了一个恢复码，还剩 9 个" in t] != []


def test_new_recovery_codes_end_the_old_ones(stage: Stage, later: list[timedelta]) -> None:
    clerk = Person(stage, "window_clerk")
    _, old = enrol(clerk)
    assert clerk.post("/factors/codes", {"password": "x"}).status_code == 403
    assert "恢复码（只显示这一次）" in clerk.post("/factors/codes", {"password": PASSWORD}).text
    assert arrive(stage, "t1_clerk").post("/sign-in/factor", {"code": old[0]}).status_code == 403


def test_wrong_codes_are_delayed__and_the_password_wipes_none_of_them_out(
    stage: Stage, later: list[timedelta]
) -> None:
    secret, _ = enrol(Person(stage, "window_clerk"))
    for _ in range(5):
        # Each from a session of its own: the right password before it does not begin the count anew.
        assert arrive(stage, "t1_clerk").post("/sign-in/factor", {"code": "000000"}).status_code == 403
    refused = Person(stage).post("/sign-in", {"username": "t1_clerk", "password": PASSWORD})
    assert "登录失败次数过多" in refused.text
    stage.clock.now += timedelta(minutes=16)
    assert arrive(stage, "t1_clerk").post("/sign-in/factor", {"code": code(secret)}).status_code == 302


def test_an_enrolment_that_takes_too_long_begins_anew(stage: Stage, later: list[timedelta]) -> None:
    clerk = Person(stage, "window_clerk")
    clerk.post("/factors/totp", {"password": PASSWORD})
    secret = factors_of(stage, "t1_clerk")[0].secret or ""
    wrong = clerk.post("/factors/totp/confirm", {"code": "000000"})
    assert wrong.status_code == 403 and "完成登记" in wrong.text
    # What was shown and not tried opens nothing and is asked for by nobody.
    assert Person(stage, "window_clerk").get("/worklist").status_code == 200
    later[0] = timedelta(minutes=16)
    assert "已经过时" in clerk.post("/factors/totp/confirm", {"code": code(secret)}).text


def test_where_the_role_asks_for_it__nothing_opens_before_it_is_enrolled(
    stage: Stage, later: list[timedelta]
) -> None:
    demanding(stage, "supervisor")
    assert Person(stage, "supervisor").get("/worklist").status_code == 200, "the demonstration needs none"
    make_real(stage, "supervisor")
    person = arrive(stage, "supervisor")
    assert person.get("/studio").headers["Location"] == "/factors"
    told = person.send("/unsaved", {"sheet": "s", "place": "/x", "label": "甲", "data": {}, "seen": 0})
    assert told.json["code"] == "enrolment_due"
    person.csrf = person._token("/factors")
    assert person.get("/identity/state").json["due"] is False, "enrolling asks for the password itself"
    assert "您的岗位须使用双因素认证" in person.get("/factors").text
    enrol(person)
    assert person.get("/studio").status_code == 200
    # The last one stays.
    factor = factors_of(stage, "supervisor")[0].id
    kept = person.post("/factors/remove", {"factor": factor, "password": PASSWORD})
    assert (kept.status_code, len(factors_of(stage, "supervisor"))) == (409, 1)
    assert arrive(stage, "t1_clerk").get("/worklist").status_code == 200, "other roles are not asked"


def test_the_door_asks_for_enrolment_too(stage: Stage) -> None:
    here = AtDesk(1, sessions.wall(), "password", "enrolment")
    with pytest.raises(EnrolmentDue):
        stage.office.perform(KeepPhrase("x", True), replace(actor(stage, "supervisor"), at_desk=here))


def test_one_gives_ones_own_factor_up(stage: Stage, later: list[timedelta]) -> None:
    clerk = Person(stage, "window_clerk")
    enrol(clerk)
    factor = factors_of(stage, "t1_clerk")[0].id
    other = Person(stage, "investigator")
    assert other.post("/factors/remove", {"factor": factor, "password": PASSWORD}).status_code == 404
    assert clerk.post("/factors/remove", {"factor": factor, "password": "x"}).status_code == 403
    assert "已取消" in clerk.post("/factors/remove", {"factor": factor, "password": PASSWORD}).text
    assert Person(stage, "window_clerk").get("/worklist").status_code == 200
    with stage.database.reading("") as session:
        assert session.scalars(select(RecoveryCode)).all() == []


def test_a_lost_telephone_takes_two_administrators(stage: Stage, later: list[timedelta]) -> None:
    colleague(stage, "admin", "admin2", "钱管理")
    clerk = Person(stage, "window_clerk")
    enrol(clerk)
    admin, second = Person(stage, "administrator"), Person(stage, "admin2")
    assert "清除双因素认证" in admin.get("/accounts/t1_clerk").text
    admin.post("/accounts/t1_clerk/reset-factors", {"reason": "手机丢失"})
    assert "清除双因素认证待确认" in second.get("/accounts").text
    with stage.database.reading("") as session:
        change = accounts.changes(session)[actor(stage, "t1_clerk").account_id or 0].id
    with pytest.raises(RuleBroken, match="另一名管理员"):
        stage.office.perform(DecideAccountChange(change, accept=True), actor(stage, "admin"))
    assert len(factors_of(stage, "t1_clerk")) == 1
    second.post("/accounts/t1_clerk/decide", {"change": change, "accept": "yes"})
    assert factors_of(stage, "t1_clerk") == []
    assert actor(stage, "t1_clerk").roles == {"window_clerk"}
    assert clerk.get("/worklist").status_code == 302, "the session goes on"
    assert Person(stage, "window_clerk").get("/worklist").status_code == 200
    assert entries(stage, "factors_reset") == ["t1_clerk"]
    with pytest.raises(RuleBroken, match="没有登记"):
        stage.office.perform(AskFactorReset("t1_clerk", "手机丢失"), actor(stage, "admin"))


def test_whoever_runs_the_machine_helps_the_only_administrator(stage: Stage, later: list[timedelta]) -> None:
    enrol(Person(stage, "administrator"))
    assert stage.office.perform(ResetFactors("admin"), system_actor()).removed == 1
    assert Person(stage, "administrator").get("/accounts").status_code == 200
    from processes.errors import PermissionMissing

    with pytest.raises(PermissionMissing):
        stage.office.perform(ResetFactors("t1_clerk"), actor(stage, "admin"))


@pytest.mark.parametrize("how", ["dropped", "exchanged", "altered"])
def test_a_factor_that_was_changed_past_the_program_is_found(
    stage: Stage, later: list[timedelta], how: str
) -> None:
    enrol(Person(stage, "window_clerk"))
    with stage.database.reading("") as session:
        assert account_states.differing(session) == []
    with stage.database.unit_of_work() as uow:
        if how == "dropped":
            uow.session.execute(delete(SecondFactor))
        elif how == "exchanged":
            uow.session.scalars(select(SecondFactor)).one().secret = totp.new_secret()
        else:
            uow.session.execute(update(SecondFactor).values({SecondFactor.secret: b"of another row" * 3}))
        uow.commit()
    with stage.database.reading("") as session:
        assert [
            "t1_clerk" in fault and "双因素认证" in fault for fault in account_states.differing(session)
        ] == [True]


def test_a_wrong_old_password_is_counted_as_at_sign_in(stage: Stage) -> None:
    make_real(stage, "t1_clerk")
    clerk = Person(stage, "window_clerk")
    new = "春风又绿江南岸，明月何时"
    for _ in range(5):
        refused = clerk.post("/password", {"old": "x", "new": new, "again": new})
        assert "原密码不正确" in refused.text
    assert "失败次数过多" in clerk.post("/password", {"old": PASSWORD, "new": new, "again": new}).text


def test_a_role_that_does_not_exist_stops_the_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIMEN_SECOND_FACTOR_ROLES", "administrator, auditer")
    with pytest.raises(SettingInvalid, match="auditer"):
        open_office()


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://yimen.example.gov.cn", "yimen.example.gov.cn"),
        ("https://yimen.example.gov.cn:8443", "yimen.example.gov.cn"),
        ("http://localhost:8000", "localhost"),
        ("http://yimen.example.gov.cn", None),
        ("https://10.1.2.3", None),
        ("https://[fd00::1]", None),
        ("http://127.0.0.1:8000", None),
    ],
)
def test_where_browsers_make_passkeys(address: str, host: str | None) -> None:
    found = passkeys.site(address, "某局")
    assert (None if found is None else found.host) == host


def test_passkeys__hostile_answers_prove_nothing(stage: Stage) -> None:
    made = replace(stage.office.settings, public_address="http://localhost:8000")
    stage.office = Office(made, stage.office.database)
    clerk = Person(stage, "window_clerk")
    asked = clerk.send("/factors/passkey/options", {"password": PASSWORD}).json["options"]
    assert asked["rp"]["id"] == "localhost"
    for answer in (
        "",
        "[]",
        "{",
        "null",
        '{"id": 1}',
        "[" * 30_000,
        '{"id":"x","rawId":"x","type":"public-key"}',
    ):
        told = clerk.send("/factors/passkey", {"answer": answer, "label": ""})
        assert (told.status_code, told.json["code"]) == (422, "invalid"), answer
    clerk.send("/identity/passkey/options", {})
    for answer in ("", "[]", "[" * 3_000, '{"id":"x"}'):
        assert clerk.send("/identity/passkey", {"answer": answer}).status_code == 403
    assert factors_of(stage, "t1_clerk") == []
