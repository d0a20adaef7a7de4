"""States in the database: stored as their strings, read as members by the mapper and in round trips alike."""

from __future__ import annotations

import re

from sqlalchemy import CheckConstraint, inspect, literal_column, select, text, update

from processes.cases.models import Case, WorkItem
from processes.cases.status import CaseStatus, WorkItemStatus
from processes.rehearsal.stage import Stage
from processes.storage.base import Row
from processes.storage.batched_reads import Ask
from processes.storage.types import StateText
from tests.builders import cases

OPEN_ITEMS = Ask(WorkItem, select(WorkItem).where(WorkItem.status == WorkItemStatus.OPEN))


def test_a_state_is_read_as_its_member__by_the_mapper_and_in_round_trips(any_stage: Stage) -> None:
    number = cases.a_case(any_stage)
    with any_stage.database.reading("") as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        assert case.status is CaseStatus.OPEN
        assert session.scalar(select(Case.status).where(Case.status == "open")) is CaseStatus.OPEN
        assert session.scalar(text("SELECT status FROM case_file")) == "open"
        assert session.scalars(select(Case.number).where(Case.status.in_([CaseStatus.CLOSED]))).all() == []
    with any_stage.database.unit_of_work() as uow:
        (items,) = uow.read((OPEN_ITEMS, {}))
        assert [i.status for i in items] == [WorkItemStatus.OPEN]
        assert items[0].status is WorkItemStatus.OPEN
        constant = select(WorkItem.id).where(WorkItem.status == literal_column("'open'"))
        assert uow.session.scalars(constant).all() == [items[0].id]


def test_a_string_that_is_no_state_is_read_as_it_stands(any_stage: Stage) -> None:
    """The audit of rows names a row that was altered so; it would not if it could not read it."""
    cases.a_case(any_stage)
    with any_stage.database.unit_of_work() as uow:
        uow.session.execute(text("UPDATE case_file SET status = 'hidden'"))
        uow.commit()
    with any_stage.database.reading("") as session:
        assert session.scalars(select(Case)).one().status == "hidden"


def test_a_state_is_written_as_its_string(any_stage: Stage) -> None:
    cases.a_case(any_stage)
    with any_stage.database.unit_of_work() as uow:
        uow.session.execute(update(WorkItem).values(status=WorkItemStatus.SUPERSEDED))
        uow.commit()
    with any_stage.database.reading("") as session:
        assert session.scalar(text("SELECT status FROM work_item")) == "superseded"


def test_the_database_allows_what_the_enumerations_name(any_stage: Stage) -> None:
    """Where a table itself lists the states of a column, it lists those of its enumeration."""
    columns = {
        (table.name, column.name): column.type
        for table in Row.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, StateText)
    }
    compared = set()
    with any_stage.database.reading("") as session:
        looked_at = inspect(session.connection())
        for table, column in columns:
            for listed in _lists(column, looked_at.get_check_constraints(table)):
                assert listed == set(columns[table, column].values), (table, column)
                compared.add(f"{table}.{column}")
    assert compared == {f"{t}.{c}" for t, c in columns if _is_listed(t, c)} >= {"holiday_version.status"}


def _lists(column: str, constraints: list[dict[str, str]]) -> list[set[str]]:
    """What constraints say a column may be, where that is all they say."""
    found = []
    for one in constraints:
        said = one["sqltext"].strip("()").replace("::character varying", "").replace("::text[]", "")
        if re.match(rf"\(*{column}\)*(::text)?( IN \(| = ANY )", said) and " OR " not in said:
            found.append(set(re.findall(r"'([^']*)'", said)))
    return found


def _is_listed(table: str, column: str) -> bool:
    return any(
        str(c.sqltext).startswith(f"{column} IN (") and " OR " not in str(c.sqltext)
        for c in Row.metadata.tables[table].constraints
        if isinstance(c, CheckConstraint)
    )
