"""A county of 60,000 households made from the demo county of 200: rows multiplied by SQL, chains recomputed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Column, Connection, Table, func, insert, select, text
from sqlalchemy.orm import Session

from processes.access.models import AccessLog
from processes.cases import events
from processes.cases.models import Case, CaseEvent
from processes.demo import filling
from processes.migrations import schema
from processes.office import Office
from processes.settings import from_environment
from processes.storage import keyring, sealing
from processes.storage.base import Row
from processes.storage.unit_of_work import Database
from processes.verbs.registry import office_for_lint

HOUSEHOLDS = 60_000
CASES = 22_000
ACCESS_LOG = 500_000
_REGISTER = (
    "person", "household", "membership", "income", "expense", "property", "household_version", "person_version",
)  # fmt: skip
_OF_CASES = (
    "case_file", "work_item", "clock", "suspension", "issued_paper", "award", "award_member", "fact_snapshot", "deviation",
    "comment", "attachment", "notice",
)  # fmt: skip
_APART = {
    "household.number": "number || '-' || k", "case_file.number": "number || '-' || k",
    "work_item.case_number": "case_number || '-' || k", "person.id_index": "substr(id_index, 1, 56) || '-' || k",
    "notice.case_number": "case_number || '-' || k", "issued_paper.status": "'ready'",
    "issued_paper.is_printed": "CAST(1 AS BOOLEAN)",
}  # fmt: skip
"""What is unique, or names a case, in the copy `k`, and its papers, which were printed; everything else is as in the
original."""
_BATCH = 20_000


def found(url: str, var: Path) -> Office:
    """The demonstration county in an empty database, with its keys in a folder."""
    settings = replace(from_environment(), var=var, database_url=url)
    keyring.use(keyring.open_keyring(settings.keys))
    database = Database(url)
    schema.upgrade(database.engine)
    office = Office(settings, database)
    filling.found_county(office)
    filling.found(office, office_for_lint(), lambda _: None)
    return office


def multiply(office: Office, households: int = HOUSEHOLDS, cases: int = CASES) -> dict[str, int]:
    """Copy the register until there are so many households, and the cases until there are so many; what is there then."""
    engine = office.database.engine.execution_options(write=True)
    with engine.begin() as connection:
        copies = households // _count(connection, "household") - 1
        with_cases = min(cases // _count(connection, "case_file") - 1, copies)
        steps = {name: _step(connection, name) for name in (*_REGISTER, *_OF_CASES)}
        for name in _REGISTER:
            _copy(connection, Row.metadata.tables[name], copies, steps)
        for name in _OF_CASES:
            _copy(connection, Row.metadata.tables[name], with_cases, steps)
        _chains(connection, with_cases, steps["case_file"])
        _texts(connection, with_cases, steps["case_file"])
        _log(connection)
        _keys_go_on(connection)
    _settle(office)
    with engine.connect() as connection:
        tables = ("household", "person", "case_file", "case_event", "work_item", "clock", "access_log")
        return {name: _count(connection, name) for name in tables}


def wrong_chains(office: Office, every: int = 500) -> list[str]:
    """Which of the cases looked at have a chain that does not hold."""
    with office.database.reading("") as session:
        looked = session.scalars(select(Case).order_by(Case.id)).all()[::every]
        return [case.number for case in looked if events.verify(session, case) is not None]


def _count(connection: Connection, table: str) -> int:
    return connection.scalar(select(func.count()).select_from(Row.metadata.tables[table])) or 0


def _step(connection: Connection, table: str) -> int:
    return connection.scalar(select(func.max(_key(Row.metadata.tables[table])))) or 0


def _key(table: Table) -> Column[int]:
    """What tells the originals: the row's number, or that of the row that it belongs to."""
    return table.c.id if "id" in table.c else next(c for c in table.columns if c.foreign_keys)


def _copy(connection: Connection, table: Table, copies: int, steps: dict[str, int]) -> None:
    told = {c.name: _told(c, steps) for c in table.columns}
    connection.execute(
        text(
            f"WITH RECURSIVE copies(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM copies WHERE k < {copies}) "  # noqa: S608
            f"INSERT INTO {table.name} ({', '.join(told)}) "
            f"SELECT {', '.join(told.values())} FROM {table.name}, copies WHERE {_key(table).name} <= {steps[table.name]}"
        )
    )


def _told(column: Column[object], steps: dict[str, int]) -> str:
    """A column of the copy `k`, as SQL."""
    known = _APART.get(f"{column.table.name}.{column.name}")
    if known:
        return known
    if column.name == "id":
        return f"id + k * {steps[column.table.name]}"
    if column.table.name == "issued_paper" and column.name == "code":
        return f"'K' || CAST(id + k * {steps['issued_paper']} AS VARCHAR)"
    referred = next((key.column.table.name for key in column.foreign_keys), "")
    return f"{column.name} + k * {steps[referred]}" if referred in steps else column.name


def _chains(connection: Connection, copies: int, step: int) -> None:
    """The events of each copy, each sealed as if it had happened in that case, and the heads of the cases."""
    events_of = CaseEvent.__table__
    told_apart = ("id", "case_id", "previous", "digest")
    sealed = sealing.sealed_of(CaseEvent)
    names = [c.name for c in events_of.columns if c.name not in (*told_apart, *sealed)]
    with Session(connection) as session:
        query = select(CaseEvent).order_by(CaseEvent.case_id, CaseEvent.position)
        base = [
            {n: getattr(event, n) for n in (*told_apart, *names, *sealed)} for event in session.scalars(query)
        ]
    serial = _step(connection, "case_event")
    for k in range(1, copies + 1):
        rows, heads = [], {}
        for told in base:
            case_id = told["case_id"] + k * step
            event = CaseEvent(
                **{name: told[name] for name in (*names, *sealed)},
                case_id=case_id,
                previous=heads.get(case_id, ""),
            )
            event.digest = heads[case_id] = events.digest(event)
            serial += 1
            rows.append(
                {name: told[name] for name in names}
                | {name: getattr(event, f"{name}_sealed") for name in sealed}
                | {"id": serial, "case_id": case_id, "previous": event.previous, "digest": event.digest}
            )
        connection.execute(insert(events_of), rows)
        changing = text("UPDATE case_file SET head = :head WHERE id = :id")
        connection.execute(changing, [{"head": head, "id": case_id} for case_id, head in heads.items()])


def _texts(connection: Connection, copies: int, step: int) -> None:
    """What the full-text search reads, for the copies too."""
    connection.execute(
        text(
            f"WITH RECURSIVE copies(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM copies WHERE k < {copies}) "  # noqa: S608
            f"INSERT INTO case_text (case_id, body) SELECT case_id + k * {step}, body FROM case_text, copies "
            f"WHERE case_id <= {step}"
        )
    )


def _log(connection: Connection) -> None:
    """Years of what was looked at: the entries that are there, over and over."""
    logged = Row.metadata.tables["access_log"]
    names = [c.name for c in logged.columns if c.name != "id"]
    base = [dict(row._mapping) for row in connection.execute(select(logged).order_by(logged.c.id))]
    rows = ({n: base[m % len(base)][n] for n in names} for m in range(ACCESS_LOG - len(base)))
    for part in _parts(rows):
        connection.execute(insert(AccessLog), part)


def _parts(rows: Iterator[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    part: list[dict[str, object]] = []
    for row in rows:
        part.append(row)
        if len(part) == _BATCH:
            yield part
            part = []
    if part:
        yield part


def _keys_go_on(connection: Connection) -> None:
    """PostgreSQL counts keys beside the tables: it goes on after the copies."""
    if connection.dialect.name == "sqlite":
        return
    for name in (*_REGISTER, *_OF_CASES, "case_event"):
        if "id" not in Row.metadata.tables[name].c:
            continue
        connection.execute(
            text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")  # noqa: S608
        )


def _settle(office: Office) -> None:
    """What the databases do by themselves in the time in which such tables grow."""
    engine = office.database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if office.database.is_sqlite:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        else:
            connection.execute(text("VACUUM ANALYZE"))
