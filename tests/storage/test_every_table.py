"""Every table: what its rows are held against, and that a row altered, added or dropped past the program is found."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from typing import Any

import pytest
from sqlalchemy import PrimaryKeyConstraint, String, UniqueConstraint, select, text

from processes.access import row_states
from processes.access.models import AccessLog
from processes.access.scope import system_actor
from processes.cases import recorded_rows
from processes.cases.models import CaseEvent
from processes.cli import audit
from processes.compound import row_backlog
from processes.office.cases.control import ResumeCase, SuspendCase
from processes.office.system.keys import NoteRowStates
from processes.papers.models import IssuedPaper
from processes.rehearsal.stage import Stage
from processes.storage import sealing
from processes.storage.base import Row
from tests.builders import cases
from tests.builders.filled import ONE_ROW, with_stated, with_told

STATED = {kind.__tablename__: kind for kind in row_states.kinds()}
TOLD = {kind.__tablename__: kind for kind in (*recorded_rows.kinds(), *recorded_rows.parts())}
ROWS: dict[str, Any] = {**STATED, **TOLD}
COMPARED_ELSEWHERE = {
    "access_log": "chains and the daily seal (test_audit_of_everything)",
    "log_head": "the chains (test_audit_of_everything)",
    "account": "its states in the log (test_audit_of_everything)",
    "second_factor": "the states of its account (web/test_second_factor)",
    "case_event": "the chain of its case (test_transactions)",
    "chain_anchor": "the file of seals (test_anchors)",
    "award": "seal in the case's event (test_money_audit)",
    "award_member": "seal of the award (test_money_audit)",
    "relief_payment": "seal in the case's event (test_money_audit)",
    "fund": "sums and the last seal (test_money_audit)",
    "fund_posting": "seal of the entry (test_money_audit)",
    "household": "its last version (test_papers_and_registers)",
    "membership": "the household's last version (test_papers_and_registers)",
    "income": "the household's last version (test_papers_and_registers)",
    "expense": "the household's last version (test_papers_and_registers)",
    "property": "the household's last version (test_papers_and_registers)",
    "person": "the household's last version (test_papers_and_registers)",
    "household_version": "sealed to its row, one for each version (test_papers_and_registers)",
    "number_series": "the numbers that were given out of it (test_papers_and_registers)",
}
NOT_COMPARED = {
    "batch_action": "a convenience: what undoes a batch for an hour; each step's events tell",
    "command_token": "a memory of repeated clicks: it answers, and does nothing",
    "incident": "what failed and waits for a retry; a timer that is due is found by the case",
    "notice": "a line to somebody about what stands elsewhere",
    "outbox": "a queue: what has to be done is derived from rows, and each job looks at them again",
    "phrase": "a convenience: words that somebody writes often",
    "saved_filter": "a convenience",
    "sign_in_attempts": "a counter against guessing; every attempt stands in the log",
    "unsaved": "what nobody handed in",
    "watch": "a convenience: who follows a case",
}


def test_every_table_is_compared_or_has_a_reason() -> None:
    named = [*STATED, *TOLD, *COMPARED_ELSEWHERE, *NOT_COMPARED]
    assert len(named) == len(set(named))
    assert set(named) == set(Row.metadata.tables)


@pytest.fixture
def filled(stage: Stage) -> Stage:
    """An office with a row of each kind that is stated."""
    return with_stated(stage)


def _key(table: str) -> str:
    return str(ROWS[table].__table__.primary_key.columns.keys()[0])


def _altered(table: str) -> str:
    kind = ROWS[table]
    but = (*getattr(kind, "stated_but", ()), *getattr(kind, "unrecorded", ()))
    fixed = (_key(table), sealing.MARK, "mark", "status", "verdict", *but)
    free = [c.name for c in kind.__table__.columns if isinstance(c.type, String) and c.name not in fixed]
    if not free:  # of days and amounts alone
        return f'UPDATE "{table}" SET {_NUMBERS[table]} {_last(table)}'  # noqa: S608
    return f"""UPDATE "{table}" SET "{free[-1]}" = coalesce("{free[-1]}", '') || '改' {_last(table)}"""


def _added(table: str) -> str:
    """A copy of a row under other keys."""
    kind = ROWS[table].__table__
    parts = [c for c in kind.constraints if isinstance(c, UniqueConstraint | PrimaryKeyConstraint)]
    unique = {c.name for part in parts for c in part.columns} | {c.name for c in kind.columns if c.unique}
    told = [
        f'"{c.name}"'
        if c.name not in unique
        else f"\"{c.name}\" || '7'"
        if isinstance(c.type, String)
        else f'"{c.name}" + 700'
        for c in kind.columns
    ]
    names = ", ".join(f'"{c.name}"' for c in kind.columns)
    return f'INSERT INTO "{table}" ({names}) SELECT {", ".join(told)} FROM "{table}" {_last(table)}'  # noqa: S608


def _dropped(table: str) -> str:
    return f'DELETE FROM "{table}" {_last(table)}'  # noqa: S608


def _last(table: str) -> str:
    return f'WHERE "{_key(table)}" = (SELECT max("{_key(table)}") FROM "{table}")'  # noqa: S608


@pytest.mark.parametrize(
    ("change", "said"), [(_altered, "被改动"), (_added, "没有登记来源"), (_dropped, "缺失")]
)
def test_a_row_of_every_kind_that_is_changed_past_the_program__is_found(
    filled: Stage, change: Callable[[str], str], said: str
) -> None:
    known = set(_faults(filled))
    assert known == set()
    for table in STATED:
        if change is _added and table in ONE_ROW:
            continue
        with closing(sqlite3.connect(str(filled.database.engine.url.database))) as raw:
            for index in STATED[table].__table__.indexes:
                if index.unique:
                    raw.execute(f'DROP INDEX "{index.name}"')
            raw.execute(change(table))
            raw.commit()
        found = set(_faults(filled)) - known
        assert len(found) == 1, (table, found)
        known |= found
        (told,) = found
        assert (told.split(" ")[0], told.endswith(said)) == (table, True), told


def _faults(stage: Stage) -> list[str]:
    with stage.database.snapshot("") as session:
        return list(row_states.differing(session))


def test_an_office_that_works__has_noted_all_its_rows(any_whole_stage: Stage) -> None:
    cases.a_case(any_whole_stage, at="county_decision")
    with any_whole_stage.database.snapshot("") as session:
        found = audit.compared(session, any_whole_stage.office.settings)
        assert set(found) == set(audit.SECTIONS), "what is compared is said by name"
        assert {name: told for name, told in found.items() if told} == {}
        noted = session.scalars(select(AccessLog.target).where(AccessLog.action == "row_state")).all()
    assert {target.split(" ")[0] for target in noted} >= {"release", "parameter_value", "scenario_report"}


def test_an_office_from_before__is_noted_once(any_stage: Stage) -> None:
    cases.a_case(any_stage, at="county_decision")
    with any_stage.database.unit_of_work() as uow:
        uow.session.execute(text("DELETE FROM access_log WHERE action = 'row_state'"))
        for event in uow.session.scalars(select(CaseEvent)):
            event.payload = {k: v for k, v in event.payload.items() if k != recorded_rows.SAID}
        uow.session.commit()
    assert _faults(any_stage)
    assert _told_faults(any_stage)
    assert row_backlog.note_every_row(any_stage.office) > 0
    assert _faults(any_stage) == _told_faults(any_stage) == []
    assert any_stage.office.perform(NoteRowStates(), system_actor()).noted == 0


def test_a_row_of_a_kind_that_had_none_when_the_record_began__is_not_taken_for_old(stage: Stage) -> None:
    row_backlog.note_every_row(stage.office)
    with stage.database.unit_of_work() as uow:
        uow.session.execute(
            text(
                "INSERT INTO offer (organisation, kind, description, phone, status, taken, added_at, added_by, division)"
                " VALUES ('某会', 'x', 'x', '', 'open', 0, '2026-03-02 00:00:00', '某', '340199')"
            )
        )
        uow.session.commit()
    assert row_backlog.note_every_row(stage.office) == 0
    assert _faults(stage) == ["offer 第 1 行没有登记来源"]


_NUMBERS = {
    "suspension": "until_on = '2027-03-02'",
    "relief_claim_person": "is_concerned = NOT is_concerned",
    "case_file": "outcome_title = '改'",
    "migration_row": "version_after = version_after + 1",
}
"""How rows are altered that hold no open text."""
_IN_WHOSE_NAME = {"suspension": "clock", "relief_claim_person": "relief_claim"}


@pytest.fixture
def told(stage: Stage) -> Stage:
    """An office with a case that has a row of each kind which is told."""
    return with_told(stage)


@pytest.mark.parametrize("table", list(TOLD))
@pytest.mark.parametrize(
    ("change", "said"), [(_altered, "被改动"), (_added, "没有登记来源"), (_dropped, "缺失")]
)
def test_a_row_of_a_case_that_is_changed_past_the_program__is_found(
    told: Stage, table: str, change: Callable[[str], str], said: str
) -> None:
    assert _told_faults(told) == []
    statement = change(table)
    if table == "relief_claim" and change is _added:  # one of a case: a ghost is one of another case
        statement = statement.replace('"case_id" + 700', "2")
    if table == "drawn_lot":  # one of a case in each draw
        statement = statement.replace('"case_id" + 700', '"case_id"')
    statement = statement.replace('"claim_id" + 700', '"claim_id"')
    with closing(sqlite3.connect(str(told.database.engine.url.database))) as raw:
        for index in ROWS[table].__table__.indexes:
            if index.unique:
                raw.execute(f'DROP INDEX "{index.name}"')
        assert raw.execute(statement).rowcount == 1
        raw.commit()
    faults = _told_faults(told)
    owner = _IN_WHOSE_NAME.get(table)
    title = ROWS[owner or table].record_title
    assert [f for f in faults if title in f and f.endswith("被改动" if owner else said)], faults


def test_what_a_paper_says_rewritten_by_whoever_has_the_keys__is_found(stage: Stage) -> None:
    """The recipient, the issuer, the day and the file: none can be exchanged under the paper's number and code."""
    cases.a_case(stage, at="county_decision")
    forgeries: dict[str, Callable[[IssuedPaper], Any]] = {
        "recipient": lambda p: setattr(p, "contract", {**p.contract, "recipient": "李四"}),
        "issuer": lambda p: setattr(p, "issued_by", "他人"),
        "day": lambda p: setattr(p, "issued_on", date(2020, 1, 1)),
        "file": lambda p: setattr(p, "sha256", "0" * 64),
        "standing": lambda p: setattr(p, "standing", "withdrawn"),
    }
    for what, forge in forgeries.items():
        with stage.database.unit_of_work() as uow:
            paper = uow.session.scalars(select(IssuedPaper).order_by(IssuedPaper.id)).first()
            assert paper is not None
            forge(paper)
            uow.session.flush()
            session = uow.session
            assert any("文书" in f and f.endswith("被改动") for f in recorded_rows.differing(session)), what
            session.rollback()


def test_a_limit_that_moves_with_its_suspension__is_told_as_it_is_then(any_stage: Stage) -> None:
    number = cases.a_case(any_stage)
    leader = any_stage.actor("supervisor", "340199")
    any_stage.office.perform(SuspendCase(number, "等待核对"), leader)
    any_stage.move("20 days")
    any_stage.office.perform(ResumeCase(number, "核对完毕"), leader)
    assert _told_faults(any_stage) == []
    with any_stage.database.unit_of_work() as uow:
        uow.session.execute(text("UPDATE clock SET due_on = '2030-01-01' WHERE stopped_on IS NULL"))
        uow.session.commit()
    assert any("时限" in f and f.endswith("被改动") for f in _told_faults(any_stage))


def _told_faults(stage: Stage) -> list[str]:
    with stage.database.snapshot("") as session:
        return list(recorded_rows.differing(session))
