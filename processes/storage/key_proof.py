"""Checks keys against stored data: one value of every kind of encrypted column, one file of every file store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from cryptography.exceptions import InvalidTag
from sqlalchemy import LargeBinary, Table, inspect, or_, select
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.orm import Session

from processes.storage import keyring, resealing, sealing
from processes.storage.base import Row

Sample = tuple[bytes, bytes | None]
"""Encrypted bytes, and the context they are bound to."""
_LOOKED_AT = 20


def samples(session: Session, file_stores: Iterable[Path]) -> Iterator[Sample]:
    """Yield the newest encrypted row of each table, each of its values, then the smallest of some files of
    each store.

    At most one row of a table is read, so the duration does not depend on the size of the office. Tables and
    columns that an older schema lacks, or does not encrypt yet, are left out.
    """
    known = inspect(session.connection())
    tables = set(known.get_table_names())
    for name in resealing.sealed_columns():
        if name in tables:
            yield from _of_table(session, Row.metadata.tables[name], known.get_columns(name))
    for store in file_stores:
        files = list(islice(store.glob("*/*.sealed"), _LOOKED_AT))
        if files:
            yield min(files, key=lambda f: f.stat().st_size).read_bytes(), None


def opens_any(keys: keyring.Keyring, sealed: Iterable[Sample]) -> bool:
    """Return whether keys open any of several values; a single altered value proves nothing."""
    return any(_opens(keys, *sample) for sample in sealed)


def indexed(session: Session, name: str, column: str, index: str) -> tuple[str, str] | None:
    """Return a decrypted text of a table and its fingerprint; None if there is none, or none opens."""
    known = inspect(session.connection())
    table = Row.metadata.tables[name]
    if name not in known.get_table_names():
        return None
    kinds = {c["name"]: c["type"] for c in known.get_columns(name)}
    named_by = resealing.identities()[name]
    if not {column, index, *named_by} <= set(kinds) or not isinstance(kinds[column], LargeBinary):
        return None
    (key,) = table.primary_key.columns
    query = select(table.c[column], table.c[index], *(table.c[n] for n in named_by))
    query = query.where(table.c[column].is_not(None), table.c[index] != "").order_by(key.desc()).limit(1)
    row = session.execute(query).first()
    if row is None:
        return None
    belongs = sealing.bound_to(name, column, list(row[2:]))
    try:
        return keyring.current().unseal(bytes(row[0]), belongs).decode(), str(row[1])
    except InvalidTag:
        return None  # an altered value: reported where it is read


def _of_table(session: Session, table: Table, there: list[ReflectedColumn]) -> Iterator[Sample]:
    kinds = {c["name"]: c["type"] for c in there}
    named_by = resealing.identities()[table.name]
    columns = [
        c for c in resealing.sealed_columns()[table.name] if isinstance(kinds.get(c.name), LargeBinary)
    ]
    if not columns or not set(named_by) <= set(kinds):
        return
    (key,) = table.primary_key.columns
    query = select(*columns, *(table.c[n] for n in named_by if n not in {c.name for c in columns}))
    row = session.execute(
        query.where(or_(*(c.is_not(None) for c in columns))).order_by(key.desc()).limit(1)
    ).first()
    for column in columns if row is not None else ():
        sealed = getattr(row, column.name)
        if sealed is not None:
            identity = [getattr(row, n) for n in named_by]
            yield bytes(sealed), sealing.bound_to(table.name, column.name, identity)


def _opens(keys: keyring.Keyring, sealed: bytes, belongs: bytes | None) -> bool:
    try:
        keys.unseal(sealed, belongs)
    except InvalidTag:
        return False
    return True
