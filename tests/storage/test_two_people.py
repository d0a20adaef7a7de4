"""Rules for two people are enforced by the database, by person: every pair of accounts in every table,
written and altered."""

from __future__ import annotations

from typing import Any

import pytest
from alembic import command
from sqlalchemy import Table, select, update
from sqlalchemy.exc import IntegrityError

from processes.access.models import Account
from processes.migrations import schema
from processes.migrations.two_people import PAIRS, Pair
from processes.rehearsal.stage import Stage
from processes.storage.base import Row
from tests.builders.desks import tied
from tests.builders.rows import AT, Rows

IDS = [pair.name.removeprefix("two_people_") for pair in PAIRS]
NOT_TWO_PEOPLE = {
    "case_file": "who registered it is compared by cases/duties.py",
    "involvement": "whose word is asked for, and by whom",
    "work_item": "its other hands are compared by cases/duties.py",
}  # fmt: skip


def _accounts(stage: Stage) -> tuple[int, int, int]:
    """Two accounts of one person, and one of another."""
    tied(stage, "supervisor2", "supervisor")
    with stage.database.reading("") as session:
        found = {a.username: a.id for a in session.scalars(select(Account))}
    return found["supervisor"], found["supervisor2"], found["county_clerk"]


def _when(pair: Pair) -> dict[str, Any]:
    if not pair.when:
        return {}
    column, _, value = pair.when.removeprefix("{}.").partition(" = ")
    return {column: value.strip("'")}


def _row(rows: Rows, pair: Pair, one: int | None, other: int) -> tuple[Table, Any]:
    table = Row.metadata.tables[pair.table]
    if pair.among is None:
        return table, rows.make(table, **{**_when(pair), pair.one: one, pair.other: other})
    among, key, column = pair.among
    if among == pair.table:
        owner = rows.make(next(iter(table.columns[key].foreign_keys)).column.table)
        rows.make(table, **{key: owner, pair.other: other})
        return table, rows.make(table, **{key: owner, pair.one: one})
    made = rows.make(table)
    rows.make(Row.metadata.tables[among], **{key: made, pair.other: other})
    rows.uow.session.execute(update(table).where(table.c.id == made).values({pair.one: one}))
    return table, made


@pytest.mark.parametrize("pair", PAIRS, ids=IDS)
def test_one_person_never_stands_on_both_sides(any_stage: Stage, pair: Pair) -> None:
    one, same, another = _accounts(any_stage)
    with any_stage.database.unit_of_work() as uow:
        _row(Rows(uow), pair, one, another)
        uow.session.rollback()
    for both in (same, one):
        with pytest.raises(IntegrityError), any_stage.database.unit_of_work() as uow:
            _row(Rows(uow), pair, one, both)


@pytest.mark.parametrize("pair", PAIRS, ids=IDS)
def test_nor_by_a_later_change(any_stage: Stage, pair: Pair) -> None:
    one, same, another = _accounts(any_stage)
    with pytest.raises(IntegrityError), any_stage.database.unit_of_work() as uow:
        table, key = _row(Rows(uow), pair, one if pair.among else another, another if pair.among else same)
        changed = {pair.one: one} if pair.among is None else {pair.one: another}
        uow.session.execute(update(table).where(table.c.id == key).values(changed))


def test_what_two_accounts_did_before_they_were_one_person__may_still_be_ended(any_stage: Stage) -> None:
    with any_stage.database.reading("") as session:
        found = {a.username: a.id for a in session.scalars(select(Account))}
    with any_stage.database.unit_of_work() as uow:
        table = Row.metadata.tables["absence"]
        key = Rows(uow).make(
            table, account_id=found["county_clerk"], substitute_id=found["supervisor"],
            confirmed_by_id=found["supervisor2"],
        )  # fmt: skip
        uow.commit()
    _accounts(any_stage)
    with any_stage.database.unit_of_work() as uow:
        uow.session.execute(update(table).where(table.c.id == key).values(ended_at=AT))
        uow.commit()


def test_every_table_with_two_people__is_held() -> None:
    held = {pair.table for pair in PAIRS}
    found = set()
    for table in Row.metadata.sorted_tables:
        who = [c.name for c in table.columns for k in c.foreign_keys if k.column.table.name == "account"]
        if len(who) > 1 and table.name != "account":
            found.add(table.name)
    assert found - held - set(NOT_TWO_PEOPLE) == set()


def test_triggers_come_back_after_every_run_of_migrations__also_on_tables_that_were_rebuilt(
    any_stage: Stage,
) -> None:
    engine = any_stage.database.engine
    command.downgrade(schema._config(engine), "0046")
    schema.upgrade(engine)
    one, same, _ = _accounts(any_stage)
    pair = next(p for p in PAIRS if p.table == "parameter_value")
    with pytest.raises(IntegrityError), any_stage.database.unit_of_work() as uow:
        _row(Rows(uow), pair, one, same)
