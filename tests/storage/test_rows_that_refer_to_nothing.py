"""A row that refers to nothing, or that cannot be read: `yimen audit verify` says so of any column, and never fails."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import event, func, select, text

from processes.cli import audit
from processes.rehearsal.stage import Stage
from processes.storage.base import Row
from processes.storage.types import ProcessData
from tests.builders import cases
from tests.builders.nightly import NIGHTLY
from tests.builders.rows import Rows

NOWHERE, NONSENSE, OTHERWISE = 987_654, "{", "5"
TABLES = [t for t in Row.metadata.sorted_tables if any(c.foreign_keys for c in t.columns)]
NESTED = [t for t in Row.metadata.sorted_tables if any(isinstance(c.type, ProcessData) for c in t.columns)]


@pytest.fixture
def filled(whole_stage: Stage) -> Stage:
    """An office that works, with a row in every table."""
    cases.a_case(whole_stage, at="serve_confirmation")
    whole_stage.database.engine.dispose()
    event.listen(whole_stage.database.engine, "connect", _lets_anything_in)
    with whole_stage.database.unit_of_work() as uow:
        rows = Rows(uow)
        for trigger in uow.session.scalars(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).all():
            uow.session.execute(text(f'DROP TRIGGER "{trigger}"'))
        for table in Row.metadata.sorted_tables:
            if not uow.session.scalar(select(func.count()).select_from(table)):
                rows.make(table)
        uow.session.commit()
    return whole_stage


def _lets_anything_in(raw: sqlite3.Connection, _: object) -> None:
    for rule in ("foreign_keys=OFF", "ignore_check_constraints=ON"):
        raw.execute(f"PRAGMA {rule}")


def faults(stage: Stage) -> list[str]:
    with stage.database.snapshot("") as session:
        _, broken = audit.chains(session)
        found = audit.compared(session, stage.office.settings)
    return [*broken.values(), *(fault for some in found.values() for fault in some)]


def altered(stage: Stage, table: str, values: dict[str, Any]) -> list[str]:
    """What is found while one row says otherwise; it is put back."""
    with closing(sqlite3.connect(str(stage.database.engine.url.database))) as raw:
        row = f'WHERE rowid = (SELECT min(rowid) FROM "{table}")'
        listed = ", ".join(f'"{c}"' for c in values)
        before = raw.execute(f'SELECT {listed} FROM "{table}" {row}').fetchone()  # noqa: S608
        told = ", ".join(f'"{c}" = ?' for c in values)
        change = f'UPDATE "{table}" SET {told} {row}'  # noqa: S608
        raw.execute("PRAGMA ignore_check_constraints=ON")
        raw.execute(change, list(values.values()))
        raw.commit()
        found = faults(stage)
        raw.execute(change, before)
        raw.commit()
    return found


def groups(columns: list[str]) -> list[list[str]]:
    """The columns of a table that are altered at once: all, by night each alone."""
    return [[c] for c in columns] if NIGHTLY else [columns]


@pytest.mark.slow
def test_every_foreign_key_that_points_nowhere__is_named(filled: Stage) -> None:
    for table in TABLES:
        for columns in groups([c.name for c in table.columns if c.foreign_keys]):
            found = altered(filled, table.name, dict.fromkeys(columns, NOWHERE))
            for column in columns:
                named = [f for f in found if f.startswith(f"{table.name} 第 ") and f" {column} " in f]
                assert [f for f in named if f.endswith("所指的记录不存在")], (table.name, column, found)


@pytest.mark.parametrize("value", [NONSENSE, OTHERWISE])
def test_every_nested_value_that_is_none__is_named(filled: Stage, value: str) -> None:
    for table in NESTED:
        for columns in groups([c.name for c in table.columns if isinstance(c.type, ProcessData)]):
            found = altered(filled, table.name, dict.fromkeys(columns, value))
            for column in columns:
                named = [f for f in found if f.startswith(f"{table.name} 第 ")]
                assert [f for f in named if f.endswith(f"的 {column} 不能读取")], (table.name, column, found)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("award", "monthly_amount"), ("award", "granted_at"), ("clock", "due_on"), ("case_event", "at"),
        ("case_file", "destroyed_on"), ("person", "birth_on"), ("fund_entry", "amount"),
    ],
)  # fmt: skip
def test_an_amount_or_a_day_that_is_none__is_named(filled: Stage, table: str, column: str) -> None:
    found = altered(filled, table, {column: "不是"})
    assert [f for f in found if f.startswith(f"{table} 第 ") and f.endswith(f"的 {column} 不能读取")], found


def test_an_office_that_works__refers_to_what_is_there(whole_stage: Stage) -> None:
    cases.a_case(whole_stage, at="serve_confirmation")
    assert faults(whole_stage) == []
