"""Every table: what its rows are held against, and that a row altered, added or dropped past the program is found."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import PrimaryKeyConstraint, String, UniqueConstraint, event, select, text

from processes import audit_cli
from processes import commands as c
from processes.access import row_states
from processes.access.models import AccessLog
from processes.access.scope import system_actor
from processes.rehearsal.stage import Stage
from processes.storage import sealing
from processes.storage.base import Row
from tests.builders import cases

STATED = {kind.__tablename__: kind for kind in row_states.kinds()}
COMPARED_ELSEWHERE = {
    "access_log": "chains and the daily seal (test_audit_of_everything)",
    "log_head": "the chains (test_audit_of_everything)",
    "account": "its states in the log (test_audit_of_everything)",
    "second_factor": "the states of its account (web/test_second_factor)",
    "case_file": "head and number of its events (test_transactions)",
    "case_event": "the chain of its case (test_transactions)",
    "chain_anchor": "the file of seals (test_anchors)",
    "work_item": "events of finished steps (test_audit_of_everything)",
    "award": "seal in the case's event (test_money_audit)",
    "award_member": "seal of the award (test_money_audit)",
    "relief_payment": "seal in the case's event (test_money_audit)",
    "fund": "sums and the last seal (test_money_audit)",
    "fund_entry": "each seals the one before (test_money_audit)",
    "fund_posting": "seal of the entry (test_money_audit)",
    "draw_round": "commitments (test_draws)",
    "draw_number": "commitments (test_draws)",
    "drawn_lot": "drawn again from the numbers (test_draws)",
    "issued_paper": "events of issuing (test_papers_and_registers)",
    "household": "its last version (test_papers_and_registers)",
    "membership": "the household's last version (test_papers_and_registers)",
    "income": "the household's last version (test_papers_and_registers)",
    "expense": "the household's last version (test_papers_and_registers)",
    "property": "the household's last version (test_papers_and_registers)",
    "person": "the household's last version (test_papers_and_registers)",
    "household_version": "sealed to its row, one for each version (test_papers_and_registers)",
}
NOT_COMPARED = {
    "batch_action": "a convenience: what undoes a batch for an hour; each step's events tell",
    "case_parameter": "a copy of the book with its day; the sheet's event has the values computed with",
    "clock": "computed anew from events and calendar when a case runs; events tell beginning, suspension and end",
    "command_token": "a memory of repeated clicks",
    "division": "names of places; whoever renames one alters no decision",
    "draft": "work that is not in force; what is published is a release, who changed it is a draft change",
    "fact_snapshot": "sealed to its row; the computation's event has what it read",
    "incident": "what failed and waits for a retry",
    "installation": "one row, checked at every start",
    "migration_batch": "a plan; what was done stands in each case's events",
    "migration_row": "a plan; what was done stands in each case's events",
    "notice": "a line to somebody about what stands elsewhere",
    "number_series": "the last number given out; a number twice is refused by the database",
    "offer": "what organisations offer, for whoever looks for help",
    "outbox": "work that is still to be done",
    "parameter_book": "a mark of the version for what is kept in memory",
    "person_version": "sealed to its row; for reading, nothing is decided on it",
    "phrase": "words that somebody writes often",
    "printing": "how often a paper was printed",
    "recovery_code": "used once by a conditional update; its making and its use stand in the log",
    "relief_claim": "written anew at every check; the decision's event has what was paid",
    "relief_claim_person": "written anew at every check",
    "restoration": "closed volumes of seals are read by it: test_anchors",
    "saved_filter": "a convenience",
    "sign_in_attempts": "a counter against guessing",
    "signed_in": "sessions",
    "suspension": "computed anew with its clock; events tell it",
    "unsaved": "what nobody handed in",
    "watch": "who follows a case",
}


def test_every_table_is_compared_or_has_a_reason() -> None:
    named = [*STATED, *COMPARED_ELSEWHERE, *NOT_COMPARED]
    assert len(named) == len(set(named))
    assert set(named) == set(Row.metadata.tables)


_VALUES: dict[str, Any] = {
    "case_move.status": "asked", "holiday_version.status": "superseded", "parameter_value.status": "proposed",
    "holiday_version.confirmed_by_id": None, "holiday_version.proposed_by_id": None, "account_change.verdict": "",
    "parameter_value.confirmed_by_id": None, "absence.confirmed_by_id": None, "parameter_value.proposed_by_id": 1,
    "named_substitute.account_id": 91, "named_substitute.substitute_id": 92, "holiday_version.undone_by_id": None, "holiday_version.undo_asked_by_id": None,
}  # fmt: skip
"""What the tables' own rules ask for."""


def _made_up(column: Any, n: int) -> Any:
    known = f"{column.table.name}.{column.name}"
    if known in _VALUES:
        return _VALUES[known]
    kind = column.type.python_type if not hasattr(column.type, "impl") else None
    named = type(column.type).__name__
    if named == "UtcDateTime":
        return datetime(2026, 3, 2, tzinfo=UTC)
    if named == "Yuan":
        return Decimal("10.00")
    if named == "ProcessData":
        return [str(n)]
    samples = {int: n, str: f"甲{n}", bool: True, date: date(2026, 3, 2), bytes: b"x"}
    return samples[kind]  # type: ignore[index]


@pytest.fixture
def filled(stage: Stage) -> Stage:
    """An office with a row of each kind that is stated, stored by the program; what they refer to need not be there."""
    stage.database.engine.dispose()
    event.listen(stage.database.engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys=OFF"))
    with stage.database.unit_of_work() as uow:
        for kind in STATED.values():
            left_out = ("id", sealing.MARK, *sealing.sealed_of(kind))
            columns = [column for column in kind.__table__.columns if column.name not in left_out]
            uow.add(kind(**{column.name: _made_up(column, 90) for column in columns}))
        uow.commit()
    return stage


def _key(table: str) -> str:
    return str(STATED[table].__table__.primary_key.columns.keys()[0])


def _altered(table: str) -> str:
    kind = STATED[table]
    fixed = (_key(table), sealing.MARK, "status", "verdict", *kind.stated_but)
    free = [c.name for c in kind.__table__.columns if isinstance(c.type, String) and c.name not in fixed]
    return f"""UPDATE "{table}" SET "{free[-1]}" = "{free[-1]}" || '改' {_last(table)}"""


def _added(table: str) -> str:
    """A copy of a row under other keys."""
    kind = STATED[table].__table__
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
        found = audit_cli.compared(session, any_whole_stage.office.settings)
        assert {name: told for name, told in found.items() if told} == {}
        noted = session.scalars(select(AccessLog.target).where(AccessLog.action == "row_state")).all()
    assert {target.split(" ")[0] for target in noted} >= {"release", "parameter_value", "scenario_report"}


def test_an_office_from_before__is_noted_once(any_stage: Stage) -> None:
    with any_stage.database.unit_of_work() as uow:
        uow.session.execute(text("DELETE FROM access_log WHERE action = 'row_state'"))
        uow.session.commit()
    assert _faults(any_stage)
    made = any_stage.office.perform(c.NoteRowStates(), system_actor())
    assert made["noted"] > 0
    assert _faults(any_stage) == []
    assert any_stage.office.perform(c.NoteRowStates(), system_actor()) == {"noted": 0}
