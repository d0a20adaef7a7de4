"""Down to before the factors and the seals, and up again: every row says afterwards what it said, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, inspect, select, text

from processes.migrations import schema
from processes.rehearsal.stage import Stage
from processes.storage import sealing
from processes.storage.base import Row
from tests.builders import foreign

BEFORE = "0046"
LEAST = 25
"""So many tables with sealed columns have rows in them, or the test looks at an empty house."""
_NEW_AT_EACH_SEALING = (sealing.MARK, "salt")
Columns = dict[str, set[str]]


def _columns(engine: Engine) -> Columns:
    there = inspect(engine)
    return {name: {c["name"] for c in there.get_columns(name)} for name in there.get_table_names()}


def _rows(stage: Stage) -> dict[str, list[dict[str, Any]]]:
    """What every row says, opened, by table and in the order of their keys."""
    found: dict[str, list[dict[str, Any]]] = {}
    with stage.database.reading("") as session:
        for kind in sorted((m.class_ for m in Row.registry.mappers), key=lambda k: k.__tablename__):
            table = kind.__table__
            sealed = sealing.sealed_of(kind)
            plain = [c.name for c in table.columns if c.name not in (*sealed, *_NEW_AT_EACH_SEALING)]
            rows = session.scalars(select(kind).order_by(*table.primary_key.columns)).all()
            found[table.name] = [{name: getattr(row, name) for name in (*plain, *sealed)} for row in rows]
    return found


def _kept(rows: dict[str, list[dict[str, Any]]], columns: Columns) -> dict[str, list[dict[str, Any]]]:
    """The rows as far as the older schema had tables and columns for them."""
    return {
        table: [{n: v for n, v in row.items() if n in columns[table]} for row in told]
        for table, told in rows.items()
        if table in columns
    }


def _stored(engine: Engine, table: str, column: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(text(f"SELECT {column} FROM {table}")).scalars())


def test_every_row_says_afterwards_what_it_said(
    any_whole_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        foreign, "_watch", lambda _: None
    )  # its triggers hold on to tables that are made anew
    foreign.make(any_whole_stage)
    engine = any_whole_stage.database.engine
    before = _rows(any_whole_stage)
    sealed = {m.class_.__tablename__ for m in Row.registry.mappers if sealing.sealed_of(m.class_)}
    assert len([table for table in sealed if before[table]]) >= LEAST, sorted(t for t in sealed if before[t])
    assert not any("密山" in str(name) for name in _stored(engine, "attachment", "name"))

    command.downgrade(schema._config(engine), BEFORE)
    older = _columns(engine)
    assert any("密山" in str(name) for name in _stored(engine, "attachment", "name")), "open before 0053"
    assert "second_factor" not in older

    schema.upgrade(engine)
    assert not any("密山" in str(name) for name in _stored(engine, "attachment", "name"))
    engine.dispose()
    after, was = _kept(_rows(any_whole_stage), older), _kept(before, older)
    for session in was[
        "signed_in"
    ]:  # a way of signing in that the older program does not know ends on purpose
        session["ended_at"] = session["ended_at"] or session["seen_at"]
    assert after.keys() == was.keys()
    for table, rows in was.items():
        assert after[table] == rows, table
