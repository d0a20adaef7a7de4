"""再次验证身份: signing, approving, revealing and exporting need a recent proof of identity, at the door and
on every route."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from processes.access import accounts, sessions
from processes.access.models import Account, SignedIn
from processes.access.scope import Actor, AtDesk
from processes.errors import RuleBroken, VerificationDue, YimenError
from processes.office.accounts.accounts import AddAccount, ChangePassword, ConfirmAccount, ReissuePassword
from processes.office.accounts.changes import DecideAccountChange
from processes.office.accounts.leaving import CloseAccount
from processes.office.accounts.same_person import DeclarePerson, UntiePerson
from processes.office.accounts.second_factors import BeginPasskey, BeginTotp, MakeRecoveryCodes, RemoveFactor
from processes.office.accounts.verifying import VerifyCode, VerifyPassword
from processes.office.cases.control import EndCase
from processes.office.cases.move import DecideMove
from processes.office.command import Command
from processes.office.county.holidays import ConfirmHolidays, DecideUndoHolidays
from processes.office.county.parameters import ConfirmParameter
from processes.office.door import HANDLERS
from processes.office.funds.entries import ConfirmFundEntry
from processes.office.papers.archive import DecideDestruction
from processes.office.papers.export import ExportFile, NoteListExport
from processes.office.papers.print_runs import TakeRun
from processes.office.papers.sign import SignPaper
from processes.office.papers.withdraw import WithdrawPaper
from processes.office.people.reveal import RevealIdNumber
from processes.office.personal.absences import ConfirmAbsence, NameSubstitute
from processes.office.steps.claim import ClaimTask
from processes.office.steps.complete import CompleteTask
from processes.office.studio.drafts import ApproveDraft
from processes.office.studio.migrating import RunMigration
from processes.office.studio.publish import PublishRelease
from processes.rehearsal.county import PASSWORD
from processes.rehearsal.stage import Stage
from processes.storage.unit_of_work import current_instant
from tests.builders import cases
from tests.builders.desks import Person, colleague
from tests.builders.factors import code, enrol, entries, make_real

NEW = "春风又绿江南岸，明月何时"
WEIGHTY: set[type[Command[Any]]] = {
    SignPaper, WithdrawPaper, ApproveDraft, PublishRelease, RevealIdNumber, ExportFile, NoteListExport,
    AddAccount, ConfirmAccount, ReissuePassword, ConfirmParameter, ConfirmHolidays, ConfirmFundEntry,
    RunMigration, BeginTotp, BeginPasskey, RemoveFactor, MakeRecoveryCodes, NameSubstitute, CloseAccount,
    EndCase, DeclarePerson, UntiePerson, DecideDestruction,
}  # fmt: skip
BY_WHAT_THEY_SAY: list[tuple[Command[Any], bool]] = [
    (TakeRun("x", for_bank=True), True),
    (TakeRun("x"), False),
    (DecideAccountChange(1, accept=True), True),
    (DecideAccountChange(1, accept=False), False),
    (ConfirmAbsence(1, accept=True), True),
    (ConfirmAbsence(1, accept=False), False),
    (DecideMove(1, accept=True), True),
    (DecideMove(1, accept=False), False),
    (DecideUndoHolidays(1, accept=True), True),
    (DecideUndoHolidays(1, accept=False), False),
]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[timedelta]:
    """How much later it is by the wall clock."""
    passed = [timedelta(0)]
    now = current_instant().replace(second=1, microsecond=0)
    monkeypatch.setattr(sessions, "wall", lambda: now + passed[0])
    return passed


def account(stage: Stage, username: str) -> Account:
    with stage.database.reading("") as session:
        return session.scalars(select(Account).where(Account.username == username)).one()


def stale(stage: Stage, username: str) -> Actor:
    """Somebody at the desk who proved who they are sixteen minutes ago."""
    here = AtDesk(1, sessions.wall() - timedelta(minutes=16), "password")
    return replace(accounts.actor_of(account(stage, username)), at_desk=here)


def blank(kind: type[Command[Any]]) -> Command[Any]:
    """A command of a kind with something in every field."""
    empty: dict[str, Any] = {"int": 0, "str": "", "bool": False, "tuple": (), "dict": {}}
    told = {
        f.name: empty.get(str(f.type).partition("[")[0].partition(" ")[0])
        for f in dataclasses.fields(kind)
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    }
    return kind(**told)


def test_which_commands_ask_for_a_fresh_proof() -> None:
    conditional = {type(command) for command, _ in BY_WHAT_THEY_SAY}
    asking = {kind for kind in HANDLERS if kind not in conditional and blank(kind).needs_verification()}
    assert asking == WEIGHTY
    for command, is_asked in BY_WHAT_THEY_SAY:
        assert command.needs_verification() is is_asked, command


def _name(kind: Any) -> str:
    return str(kind.__name__)


@pytest.mark.parametrize("kind", sorted(WEIGHTY, key=_name), ids=_name)
def test_the_door_asks__before_anything_is_looked_at(stage: Stage, kind: type[Command[Any]]) -> None:
    with pytest.raises(VerificationDue):
        stage.office.perform(blank(kind), stale(stage, "admin"))


def test_who_sits_nowhere_is_not_asked(stage: Stage) -> None:
    """Worker, command line, rehearsals: nobody is there who could answer."""
    admin = accounts.actor_of(account(stage, "admin"))
    with pytest.raises(YimenError) as refused:
        stage.office.perform(ConfirmAccount("t1_clerk"), admin)
    assert not isinstance(refused.value, VerificationDue)


def test_every_person_of_the_desk_comes_with_a_session() -> None:
    """`Actor.at_desk` is what the door goes by: nothing of the desk makes an actor without it."""
    from web import auth

    assert "sessions.find" in inspect.getsource(auth._read)
    assert "at_desk=here" in inspect.getsource(sessions.find)


def reveal(person: Person, stage: Stage) -> Any:
    from processes.people.models import Person as Someone

    with stage.database.reading("") as session:
        someone = session.scalars(select(Someone.id).order_by(Someone.id).limit(1)).one()
    return person.send(f"/people/{someone}/reveal", {})


def test_within_a_quarter_of_an_hour_of_signing_in_nothing_is_asked(
    stage: Stage, later: list[timedelta]
) -> None:
    cases.a_case(stage)
    clerk = Person(stage, "window_clerk")
    later[0] = timedelta(minutes=14)
    assert reveal(clerk, stage).status_code == 200
    assert clerk.get("/identity/state").json["due"] is True, "within the last minute it is asked beforehand"
    later[0] = timedelta(minutes=15)
    asked = reveal(clerk, stage)
    assert (asked.status_code, asked.json["code"]) == (403, "verification_due")
    assert entries(stage, "refused") == [], "nobody was refused anything"


def test_the_password_again__and_the_act_goes_on(stage: Stage, later: list[timedelta]) -> None:
    cases.a_case(stage)
    clerk = Person(stage, "window_clerk")
    later[0] = timedelta(minutes=20)
    assert reveal(clerk, stage).status_code == 403
    ways = clerk.get("/identity/state").json
    assert (ways["due"], ways["password"], ways["code"], ways["passkey"]) == (True, True, False, False)
    wrong = clerk.send("/identity/verify", {"password": "x"})
    assert (wrong.status_code, wrong.json["code"]) == (403, "verification_failed")
    assert "密码不正确" in wrong.json["message"]
    assert reveal(clerk, stage).status_code == 403
    assert clerk.send("/identity/verify", {"password": PASSWORD}).status_code == 200
    assert reveal(clerk, stage).status_code == 200
    assert entries(stage, "verified") == ["t1_clerk password"]
    assert entries(stage, "verification_failed") == ["t1_clerk"]
    later[0] = timedelta(minutes=34)
    assert reveal(clerk, stage).status_code == 200, "a decision maker is asked once in a quarter of an hour"


def test_whoever_has_a_second_factor_shows_that(stage: Stage, later: list[timedelta]) -> None:
    cases.a_case(stage)
    clerk = Person(stage, "window_clerk")
    secret, codes = enrol(clerk)
    later[0] = timedelta(minutes=20)
    assert clerk.send("/identity/verify", {"password": PASSWORD}).json["code"] == "rule_broken"
    assert reveal(clerk, stage).status_code == 403
    assert clerk.send("/identity/verify", {"code": code(secret)}).status_code == 200
    assert reveal(clerk, stage).status_code == 200
    later[0] = timedelta(minutes=40)
    assert clerk.send("/identity/verify", {"code": code(secret, -40)}).status_code == 403
    assert clerk.send("/identity/verify", {"code": codes[3]}).status_code == 200
    assert reveal(clerk, stage).status_code == 200


def test_guesses_at_it_are_delayed_like_passwords(stage: Stage, later: list[timedelta]) -> None:
    clerk = Person(stage, "window_clerk")
    for _ in range(5):
        clerk.send("/identity/verify", {"password": "x"})
    delayed = clerk.send("/identity/verify", {"password": PASSWORD})
    assert (delayed.status_code, delayed.json["code"]) == (403, "sign_in_delayed")


def test_a_new_password_is_no_second_factor(stage: Stage, later: list[timedelta]) -> None:
    """An open session and the password are not enough to take an account over that has an app."""
    cases.a_case(stage)
    make_real(stage, "t1_clerk")
    clerk = Person(stage, "window_clerk")
    secret, _ = enrol(clerk)
    later[0] = timedelta(minutes=20)
    asked = clerk.post("/password", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert asked.status_code == 403 and "再次验证身份" in asked.text
    assert "data-verify" in asked.text, "the page asks before it is sent again"
    guessed = clerk.post("/password", {"old": "x", "new": NEW, "again": NEW})
    assert "再次验证身份" in guessed.text, "whether a password was right is not told before"
    assert clerk.send("/identity/verify", {"code": code(secret)}).status_code == 200
    later[0] = timedelta(minutes=30)
    assert clerk.post("/password", {"old": PASSWORD, "new": NEW, "again": NEW}).status_code == 302
    clerk.csrf = clerk._token("/about")
    assert reveal(clerk, stage).status_code == 200
    later[0] = timedelta(minutes=36)
    assert reveal(clerk, stage).status_code == 403, "the app was shown sixteen minutes ago"
    made = clerk.post("/factors/codes", {"password": NEW})
    assert made.status_code == 403 and "<li><code>" not in made.text
    with stage.database.reading("") as session:
        last = session.scalars(select(SignedIn).order_by(SignedIn.id.desc()).limit(1)).one()
    assert (last.proof, last.awaits, last.verified_at) == (
        "totp",
        "",
        sessions.wall() - timedelta(minutes=16),
    )


def test_without_a_second_factor_the_password_alone_changes_it(stage: Stage, later: list[timedelta]) -> None:
    cases.a_case(stage)
    make_real(stage, "t1_clerk")
    clerk = Person(stage, "window_clerk")
    later[0] = timedelta(minutes=20)
    assert clerk.post("/password", {"old": PASSWORD, "new": NEW, "again": NEW}).status_code == 302
    clerk.csrf = clerk._token("/about")
    assert reveal(clerk, stage).status_code == 200, "the password is all that they have, and was just shown"


def test_a_session_that_nobody_sat_at_stands_for_no_second_factor(
    stage: Stage, later: list[timedelta]
) -> None:
    make_real(stage, "t1_clerk")
    enrol(Person(stage, "window_clerk"))
    stage.office.perform(ChangePassword(PASSWORD, NEW), accounts.actor_of(account(stage, "t1_clerk")))
    with stage.database.reading("") as session:
        last = session.scalars(select(SignedIn).order_by(SignedIn.id.desc()).limit(1)).one()
    assert (last.proof, last.awaits) == ("password", "factor")


def test_it_holds_for_one_session_alone(stage: Stage, later: list[timedelta]) -> None:
    cases.a_case(stage)
    clerk, elsewhere = Person(stage, "window_clerk"), Person(stage, "window_clerk")
    later[0] = timedelta(minutes=20)
    clerk.send("/identity/verify", {"password": PASSWORD})
    assert (reveal(clerk, stage).status_code, reveal(elsewhere, stage).status_code) == (200, 403)
    with stage.database.reading("") as session:
        assert len(set(session.scalars(select(SignedIn.verified_at)))) == 2


@pytest.mark.parametrize(
    ("role", "act"),
    [
        ("window_clerk", lambda p: p.post("/households/export", {})),
        ("county_clerk", lambda p: p.post("/cases/export", {})),
        ("window_clerk", lambda p: p.post("/worklist/export", {})),
        ("supervisor", lambda p: p.post("/oversight/export", {})),
        ("auditor", lambda p: p.post("/audit/export", {})),
        ("window_clerk", lambda p: p.post("/households/340199101-H-000001/export", {})),
        ("administrator", lambda p: p.post("/accounts/confirm", {"username": "t1_clerk"})),
        ("administrator", lambda p: p.post("/accounts/t1_clerk/close", {"reason": "离岗"})),
        (
            "administrator",
            lambda p: p.post("/accounts/person", {"username": "t1_clerk", "same_as": "t1_leader"}),
        ),
        ("supervisor", lambda p: p.post("/absences/named", {"away": "1", "substitute": "2", "reason": "x"})),
        ("supervisor", lambda p: p.post("/absences/1/confirm", {"accept": "1"})),
        (
            "supervisor",
            lambda p: p.post("/cases/340199101-DB-2026-00001/control/end", {"reason": "申请人放弃"}),
        ),
    ],
)
def test_routes_that_take_data_out_or_away(
    stage: Stage, later: list[timedelta], role: str, act: Callable[[Person], Any]
) -> None:
    cases.a_case(stage)
    person = Person(stage, role)
    later[0] = timedelta(minutes=20)
    refused = act(person)
    assert refused.status_code == 403, refused.text
    assert "再次验证身份" in refused.text


def test_a_leader_who_decides_is_asked__a_clerk_is_not(stage: Stage) -> None:
    number = cases.a_case(stage, at="check_papers")
    item = cases.item_at(stage, number, "check_papers")
    clerk = stale(stage, "t1_clerk")
    with pytest.raises(YimenError) as refused:  # an empty form; nobody asked who it is
        stage.office.perform(CompleteTask(item.id, item.version, {}), clerk)
    assert not isinstance(refused.value, VerificationDue)


def test_a_deciding_step(stage: Stage) -> None:
    number = cases.a_case(stage, at="township_opinion")
    item = cases.item_at(stage, number, "township_opinion")
    leader = stale(stage, "t1_leader")
    version = stage.office.perform(ClaimTask(item.id, item.version), leader).version
    data = cases.ANSWERS["township_opinion"]
    with pytest.raises(VerificationDue):
        stage.office.perform(CompleteTask(item.id, version, data), leader)
    fresh = replace(leader, at_desk=AtDesk(1, sessions.wall(), "password"))
    assert stage.office.perform(CompleteTask(item.id, version, data), fresh).case == number


def test_nobody_verifies_without_a_session(stage: Stage) -> None:
    colleague(stage, "admin", "admin2", "钱管理")
    for command in (VerifyPassword(PASSWORD), VerifyCode("000000"), BeginTotp(PASSWORD)):
        with pytest.raises(RuleBroken, match="没有在网页登录"):
            stage.office.perform(command, accounts.actor_of(account(stage, "admin2")))
