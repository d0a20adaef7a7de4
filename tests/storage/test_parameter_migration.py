"""An office of an earlier version: the values of its releases become the book, none of them confirmed."""

from __future__ import annotations

from datetime import date

from alembic import command
from sqlalchemy import select

from processes.migrations import schema
from processes.parameters import book
from processes.parameters.models import ParameterValue
from processes.rehearsal.stage import Stage
from processes.releases.bundle import Bundle
from tests.builders import releases
from tests.storage.test_parameters import NAME, RAISED, value


def test_what_releases_said_is_planted(any_stage: Stage, allowance: Bundle) -> None:
    releases.put_in_force(any_stage, releases.changed(allowance, "common/policy.toml", RAISED))
    with any_stage.database.reading("") as session:
        before = {name: set(values) for name, values in book.standing(session).items()}
    command.downgrade(schema._config(any_stage.database.engine), "0027")
    schema.upgrade(any_stage.database.engine)
    with any_stage.database.reading("") as session:
        after = {name: set(values) for name, values in book.standing(session).items()}
        row = session.scalars(
            select(ParameterValue).where(
                ParameterValue.name == NAME, ParameterValue.since == date(2026, 9, 1)
            )
        ).one()
    assert after == before
    assert (row.is_confirmed, row.proposed_by, row.release) == (False, "测试", "最低生活保障第 2 版")
    assert row.proposed_at == any_stage.clock.now
    assert value(any_stage, "minimum_living_allowance", "2026-09-01") == 900


def test_two_books_never_share_a_version(any_stage: Stage) -> None:
    """What a process keeps of a book is found by the version; of two offices upgraded by one process, each reads its own."""
    seen = {_planted_version(any_stage) for _ in range(2)}
    assert len(seen) == 2


def _planted_version(stage: Stage) -> str:
    command.downgrade(schema._config(stage.database.engine), "0027")
    schema.upgrade(stage.database.engine)
    with stage.database.reading("") as session:
        return book.version(session)
