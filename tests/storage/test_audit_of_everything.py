"""`yimen audit verify` finds any row that was altered, added or dropped past the program: every table once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from processes.access import account_states, audit, log_chain
from processes.access.models import AccessLog, Account, LogHead
from processes.access.scope import system_actor
from processes.cases import anchors, work_audit
from processes.cases.models import WorkItem
from processes.errors import SignInRefused
from processes.office.accounts.leaving import CloseAccount
from processes.office.accounts.sessions import EndSessionsOf
from processes.office.accounts.sign_in import SignIn
from processes.office.accounts.unlock import UnlockAccount
from processes.office.papers.export import NoteListExport
from processes.office.system.seals import AnchorChains
from processes.policy import values
from processes.rehearsal.county import PASSWORD
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import tied, untied
from tests.storage.test_transactions import together

Change = Callable[[Session], object]


def faults(stage: Stage) -> dict[str, list[str]]:
    with stage.database.snapshot("") as session:
        return {
            "log": log_chain.verify(session),
            "accounts": account_states.differing(session),
            "work": list(work_audit.differing(session)),
        }


def broken(stage: Stage) -> list[str]:
    return sorted(kind for kind, found in faults(stage).items() if found)


def changed(stage: Stage, change: Change) -> None:
    with stage.database.unit_of_work() as uow:
        change(uow.session)
        uow.session.commit()


def worked(stage: Stage) -> None:
    """An office in which somebody signed in, somebody failed, and a case was worked to the decision."""
    cases.a_case(stage, at="county_decision")
    for password in (PASSWORD, "wrong"):
        try:
            stage.office.perform(SignIn("t1_clerk", password), system_actor())
        except SignInRefused:
            continue
    stage.office.perform(UnlockAccount("t1_clerk"), stage.actor("administrator", "340199"))


ONE: Any = select(AccessLog.id).where(AccessLog.action == "sign_in").scalar_subquery()
LAST: Any = select(AccessLog.id).order_by(AccessLog.id.desc()).limit(1).scalar_subquery()
ITEM: Any = (
    select(WorkItem.id)
    .where(WorkItem.task == "township_opinion", WorkItem.status == "done")
    .scalar_subquery()
)
OTHER: Any = select(Account.id).where(Account.username == "admin").scalar_subquery()


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("log", lambda s: s.execute(update(AccessLog).where(AccessLog.id == ONE).values(target="x"))),
        ("log", lambda s: s.execute(update(AccessLog).where(AccessLog.id == ONE).values(account_id=OTHER))),
        ("log", lambda s: s.execute(delete(AccessLog).where(AccessLog.id == ONE))),
        ("log", lambda s: s.execute(delete(AccessLog).where(AccessLog.id == LAST))),
        ("log", lambda s: s.execute(delete(LogHead))),
        (
            "log",
            lambda s: s.execute(
                insert(AccessLog).from_select(
                    ["account_id", "at", "action", "target", "address", "position", "previous", "digest"],
                    select(
                        AccessLog.account_id,
                        AccessLog.at,
                        AccessLog.action,
                        AccessLog.target,
                        AccessLog.address,
                        AccessLog.position * 0,
                        AccessLog.previous,
                        AccessLog.digest,
                    ).where(AccessLog.id == ONE),
                )
            ),
        ),
        (
            "accounts",
            lambda s: s.execute(update(Account).where(Account.id == OTHER).values(roles=["supervisor"])),
        ),
        (
            "accounts",
            lambda s: s.execute(update(Account).where(Account.id == OTHER).values(password_hash="x")),
        ),
        ("accounts", lambda s: s.execute(update(Account).where(Account.id == OTHER).values(is_active=False))),
        (
            "accounts",
            lambda s: s.execute(update(Account).where(Account.id == OTHER).values(division="340199101")),
        ),
        (
            "accounts",
            lambda s: s.add(
                Account(
                    username="ghost",
                    name="影子",
                    password_hash="x",
                    roles=["administrator"],
                    division="340199",
                )
            ),
        ),
        (
            "work",
            lambda s: setattr(s.get_one(WorkItem, s.scalar(select(ITEM))), "submission", {"agree": False}),
        ),
        (
            "work",
            lambda s: s.execute(update(WorkItem).where(WorkItem.id == ITEM).values(completed_by="曹管理")),
        ),
        (
            "work",
            lambda s: s.execute(update(WorkItem).where(WorkItem.id == ITEM).values(completed_by_id=OTHER)),
        ),
        ("work", lambda s: s.execute(update(WorkItem).where(WorkItem.id == ITEM).values(ref="other#1"))),
        ("work", lambda s: s.execute(update(WorkItem).where(WorkItem.id == ITEM).values(completed_at=None))),
    ],
)
def test_what_somebody_changes_in_the_database_is_found(
    any_whole_stage: Stage, what: str, change: Change
) -> None:
    worked(any_whole_stage)
    assert broken(any_whole_stage) == [], faults(any_whole_stage)
    changed(any_whole_stage, change)
    assert broken(any_whole_stage) == [what]


def test_the_daily_seal_holds_the_log_when_its_chain_is_written_anew(
    any_whole_stage: Stage, tmp_path: Any
) -> None:
    stage, file = any_whole_stage, tmp_path / "anchors.txt"
    worked(stage)
    stage.move("2 days")
    stage.office.perform(AnchorChains(), system_actor())
    with stage.database.unit_of_work() as uow:
        anchors.write_down(uow.session, file)
        assert anchors.verify(uow.session, file) == []
        rows = uow.session.scalars(
            select(AccessLog).where(AccessLog.position > 0).order_by(AccessLog.id)
        ).all()
        mine = [r for r in rows if r.account_id == rows[-1].account_id]
        previous = ""
        for row in mine:
            row.target = "cleaned"
            row.previous = previous
            row.digest = previous = log_chain.digest(row)
        head = uow.session.get_one(LogHead, mine[0].account_id or 0)
        head.head = previous
        uow.session.commit()
    with stage.database.snapshot("") as session:
        assert log_chain.verify(session) == [], "whoever knows how can write a chain anew"
        assert any("访问记录被改动" in fault for fault in anchors.verify(session, file))


def test_many_entries_at_once_stand_in_one_order(any_stage: Stage) -> None:
    auditor = any_stage.actor("auditor", "340199")

    def note() -> object:
        return any_stage.office.perform(NoteListExport("办件"), auditor)

    results = together(*[note] * 8)
    assert results == [None] * 8
    assert broken(any_stage) == []


def test_changes_of_accounts_through_the_office_keep_the_books(any_stage: Stage) -> None:
    admin = any_stage.actor("administrator", "340199")
    tied(any_stage, "t1_clerk", "t1_investigator")
    untied(any_stage, "t1_clerk")
    any_stage.office.perform(CloseAccount("t1_leader", "调离"), admin)
    assert broken(any_stage) == []


@pytest.mark.parametrize(
    "change",
    [
        {"session_epoch": 7}, {"password_expires_at": datetime(2040, 1, 1, tzinfo=UTC)}, {"is_demo": False},
        {"added_by": OTHER},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_what_an_account_came_from_and_holds_until__is_compared(
    any_stage: Stage, change: dict[str, Any]
) -> None:
    any_stage.office.perform(EndSessionsOf("t1_clerk"), any_stage.actor("administrator", "340199"))
    assert broken(any_stage) == []
    changed(
        any_stage, lambda s: s.execute(update(Account).where(Account.username == "t1_clerk").values(change))
    )
    assert broken(any_stage) == ["accounts"]


def test_a_state_that_was_noted_before_covers_less__and_is_held_to_what_it_says(stage: Stage) -> None:
    """Forty figures without a beginning: what was compared of an account at first."""
    clerk = Account.username == "t1_clerk"
    with stage.database.unit_of_work() as uow:
        account = uow.session.scalars(select(Account).where(clerk)).one()
        said = [
            account.username, account.name, account.password_hash, sorted(account.roles), account.division,
            account.department, account.is_active, account.must_change_password, account.awaits_confirmation,
            account.person_id,
        ]  # fmt: skip
        state = hashlib.sha256(values.dumps(said)).hexdigest()[:40]
        audit.note(uow, system_actor(), account_states.ACTION, f"t1_clerk {state}")
        uow.commit()
    assert broken(stage) == []
    changed(stage, lambda s: s.execute(update(Account).where(clerk).values(session_epoch=7)))
    assert broken(stage) == []
    changed(stage, lambda s: s.execute(update(Account).where(clerk).values(name="他人")))
    assert broken(stage) == ["accounts"]
