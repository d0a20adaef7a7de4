"""Offices of the first schemas, with an unfinished case and papers in the file store, are upgraded on both
databases.

Each was made by the program of its own schema, from a checkout of that version: four steps of its
within_standard.yaml played on SQLite, then the papers made. For PostgreSQL the rows are copied to tables made
by its migrations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, MetaData, Numeric, create_engine, inspect, select, text
from sqlalchemy.pool import NullPool

from processes.cases import events
from processes.cases.models import Case
from processes.cli import audit
from processes.compound import row_backlog
from processes.migrations import schema
from processes.papers import files
from processes.papers.models import IssuedPaper
from processes.rehearsal.player import Player
from processes.rehearsal.stage import Stage, commit_numbers
from processes.settings import from_environment
from processes.storage import keyring
from tests.builders.databases import fresh_postgresql
from tests.kept.keep import CONTENT, unpack

KEPT = sorted((Path(__file__).parent / "schemas").glob("*.tar.xz"))
FIRST = ("0001", "0002", "0003", "0004")


def _moved(source: str, target: str, revision: str) -> None:
    """What lies in an SQLite file, put into an empty PostgreSQL of the same schema."""
    here, there = create_engine(source, poolclass=NullPool), create_engine(target, poolclass=NullPool)
    _at(there, revision)
    tables, old = MetaData(), MetaData()
    tables.reflect(there)
    old.reflect(here)
    with here.connect() as reading, there.begin() as writing:
        for table in tables.sorted_tables:
            if table.name == "alembic_version" or table.name not in old.tables:
                continue
            rows = [
                {c.name: _as(c.type, value) for c, value in zip(table.columns, row, strict=True)}
                for row in reading.execute(select(*(old.tables[table.name].c[c.name] for c in table.columns)))
            ]
            if rows:
                writing.execute(table.insert(), rows)
            if "id" in table.columns and rows and isinstance(rows[0]["id"], int):
                writing.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name}"
                    )
                )


def _as(kind: Any, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    return Decimal(value) if isinstance(kind, Numeric) and isinstance(value, str) else value


def _at(engine: Engine, revision: str) -> None:
    from processes.storage.engines import open_engine

    opened = open_engine(engine.url.render_as_string(hide_password=False))
    command.upgrade(schema._config(opened), revision)
    opened.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Where the kept file lies, and where the office is to go on."""
    file = f"sqlite:///{tmp_path}/stage.sqlite"
    if request.param == "sqlite":
        yield file, file
        return
    with fresh_postgresql() as fresh:
        yield file, fresh


def test_every_schema_before_the_fifth_is_kept() -> None:
    assert [p.name for p in KEPT] == [f"schema_{n}.tar.xz" for n in FIRST]


@pytest.mark.parametrize("packed", KEPT, ids=lambda p: p.name.removesuffix(".tar.xz"))
def test_an_office_of_a_first_schema_is_upgraded_and_goes_on(
    packed: Path, url: tuple[str, str], tmp_path: Path
) -> None:
    left, revision = unpack(packed, tmp_path), packed.name[len("schema_") :][:4]
    settings = replace(from_environment(), var=tmp_path, content=CONTENT)
    keyring.use(keyring.open_keyring(settings.keys))
    if url[0] != url[1]:
        _moved(*url, revision)
    stage = Stage(settings, url[1])
    assert schema.revision(stage.database.engine) == revision
    schema.upgrade(stage.database.engine)
    assert schema.position(stage.database.engine) is schema.Position.CURRENT
    if stage.database.is_sqlite:
        with stage.database.reading("") as session:
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []
    assert row_backlog.note_every_row(stage.office) > 0
    assert "restoration" in inspect(stage.database.engine).get_table_names()
    with stage.database.unit_of_work() as uow:
        commit_numbers(uow)
        uow.commit()
    stage.clock.now = datetime.fromisoformat(left["now"])
    with stage.database.reading("") as session:
        papers = session.scalars(select(IssuedPaper).where(IssuedPaper.status == "ready")).all()
        assert papers, "made by the program of that time"
        assert list(files.lost(session, settings)) == [], "and read by this one"
    player = Player(stage, left["content"])
    player.number, player.division, player.household = left["number"], left["division"], left["household"]
    for n, step in enumerate(left["content"]["steps"][left["after"] :], start=left["after"] + 1):
        player.take(n, step)
    with stage.database.snapshot("") as session:
        case = session.scalars(select(Case).where(Case.number == left["number"])).one()
        assert (case.status, case.outcome) == ("closed", left["content"]["expect"]["outcome"])
        assert events.verify(session, case) is None
        found = audit.compared(session, settings)
        assert (found["sealed"], found["rows"], found["records"], found["told"]) == ([], [], [], [])
    stage.close()
