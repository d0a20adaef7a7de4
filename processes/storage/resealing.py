"""From an old key to the newest: the rows, part by part, while the office works on."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, Table, select, type_coerce, update
from sqlalchemy.orm import Session

from processes.storage import keyring
from processes.storage.base import Row
from processes.storage.types import Encrypted, SealedData

AT_ONCE = 500


def sealed_columns() -> dict[str, list[Column[object]]]:
    """By table: the columns that lie under the encryption key."""
    found = {
        table.name: [c for c in table.columns if isinstance(c.type, (Encrypted, SealedData))]
        for table in Row.metadata.sorted_tables
    }
    return {name: columns for name, columns in found.items() if columns}


def reseal_rows(session: Session, name: str, after: int) -> tuple[int | None, int]:
    """Put the next rows of a table under the newest key; answers where to go on (None: at its end) and how many it was.

    A row that somebody changes meanwhile is under the newest key already and is left alone.
    """
    table = Row.metadata.tables[name]
    columns = sealed_columns()[name]
    rows = session.execute(
        select(table.c.id, *(type_coerce(c, LargeBinary).label(c.name) for c in columns))
        .where(table.c.id > after)
        .order_by(table.c.id)
        .limit(AT_ONCE)
    ).all()
    changed = sum(
        _reseal(session, table, column, row.id, getattr(row, column.name))
        for row in rows
        for column in columns
    )
    return (rows[-1].id if len(rows) == AT_ONCE else None), changed


def _reseal(session: Session, table: Table, column: Column[object], row_id: int, sealed: bytes | None) -> int:
    keys = keyring.current()
    if sealed is None or keys.is_newest(bytes(sealed)):
        return 0
    plain = type_coerce(column, LargeBinary)
    done = session.execute(
        update(table)
        .where(table.c.id == row_id, plain == bytes(sealed))
        .values({column.name: type_coerce(keys.seal(keys.unseal(bytes(sealed))), LargeBinary)})
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
