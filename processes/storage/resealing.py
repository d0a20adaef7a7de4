"""Re-encrypts rows from an old key to the newest, in batches, while the office works."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import Column, Row, Table, select, update
from sqlalchemy.orm import Session

from processes.storage import keyring, sealing
from processes.storage.base import Row as Kind
from processes.texts import tr

AT_ONCE = 500


def sealed_columns() -> dict[str, list[Column[Any]]]:
    """Return encrypted columns by table."""
    return _sealed_columns(len(Kind.metadata.tables))


def identities() -> dict[str, tuple[str, ...]]:
    """Return by table the columns that identify a row for its encryption."""
    return _identities(len(Kind.metadata.tables))


# Asked for each encrypted value; the number of tables grows while models are being imported.
@lru_cache(maxsize=1)
def _sealed_columns(_tables: int) -> dict[str, list[Column[Any]]]:
    found = {
        table.name: [c for c in table.columns if c.info.get(sealing.MARK)]
        for table in Kind.metadata.sorted_tables
    }
    return {name: columns for name, columns in found.items() if columns}


@lru_cache(maxsize=1)
def _identities(_tables: int) -> dict[str, tuple[str, ...]]:
    return {m.local_table.name: sealing.identity_of(m.class_) for m in Kind.registry.mappers}  # type: ignore[attr-defined]


def reseal_rows(session: Session, name: str, after: int | str) -> tuple[int | str | None, int]:
    """Re-encrypt the next rows of a table; return where to continue (None: finished) and how many were
    changed.

    A row changed by somebody meanwhile is under the newest key already and is left alone.
    """
    table, columns = Kind.metadata.tables[name], sealed_columns()[name]
    rows = part_of(session, table, after)
    changed = sum(_reseal(session, table, column, row) for row in rows for column in columns)
    return (rows[-1].key if len(rows) == AT_ONCE else None), changed


def part_of(session: Session, table: Table, after: int | str) -> list[Row[Any]]:
    """Return the next rows of a table with `key`, identity and encrypted values, not decrypted."""
    (key,) = table.primary_key.columns
    wanted = {c.name: c for c in sealed_columns()[table.name]}
    wanted |= {n: table.c[n] for n in identities()[table.name]}
    query = select(key.label("key"), *wanted.values()).order_by(key).limit(AT_ONCE)
    return list(session.execute(query.where(key > after) if after else query))


def broken(session: Session) -> Iterator[str]:
    """Yield a sentence for each encrypted value that does not open in its row: altered, or copied from another."""
    keys = keyring.current()
    for name, columns in sealed_columns().items():
        table = Kind.metadata.tables[name]
        after: int | str = 0
        while rows := part_of(session, table, after):
            for row in rows:
                for column in columns:
                    sealed = getattr(row, column.name)
                    if sealed is not None and not _opens(keys, sealed, bound(table, column, row)):
                        yield tr(
                            "{name}.{name2} 第 {key} 行被改动或与其他行调换",
                            name=name,
                            name2=column.name,
                            key=row.key,
                        )
            after = rows[-1].key


def _opens(keys: keyring.Keyring, sealed: object, belongs: bytes) -> bool:
    try:
        keys.unseal(bytes(sealed), belongs)  # type: ignore[call-overload]
    except (InvalidTag, TypeError):
        return False
    return True


def bound(table: Table, column: Column[Any], row: Row[Any]) -> bytes:
    """Return the context that an encrypted value of a row is bound to."""
    named = [getattr(row, name) for name in identities()[table.name]]
    return sealing.bound_to(table.name, column.name, named)


def _reseal(session: Session, table: Table, column: Column[Any], row: Row[Any]) -> int:
    keys = keyring.current()
    sealed, belongs = getattr(row, column.name), bound(table, column, row)
    if sealed is None or keys.is_newest(bytes(sealed), belongs):
        return 0
    (key,) = table.primary_key.columns
    anew = keys.seal(keys.unseal(bytes(sealed), belongs), belongs)
    done = session.execute(
        update(table).where(key == row.key, column == bytes(sealed)).values({column.name: anew})
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
