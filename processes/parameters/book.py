"""The county's book: its version is read once a transaction, its values are cached by version."""

from __future__ import annotations

from functools import lru_cache
from uuid import uuid4
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.parameters.models import ParameterBook, ParameterValue
from processes.parameters.status import ParameterStatus
from processes.policy.parameters import BookValues, DatedValue
from processes.storage.batched_reads import Ask, fetch
from processes.storage.unit_of_work import UnitOfWork

EMPTY = ""
"""The version of an empty book."""
_ROW = 1
_BOOK = Ask(ParameterBook, select(ParameterBook).where(ParameterBook.id == _ROW))
_VERSIONS: WeakKeyDictionary[Session, str] = WeakKeyDictionary()
"""The version that a session read first: all its computations use one state of the book."""


class _Kept:
    """Cache entry for the values of one version."""

    standing: BookValues | None = None


@lru_cache(maxsize=8)
def _kept(version: str) -> _Kept:
    return _Kept()


def version(session: Session) -> str:
    """Return the state of the book; no two states of any book have the same version."""
    known = _VERSIONS.get(session)
    if known is None:
        (found,) = fetch(session, [(_BOOK, {})])
        known = found[0].version if found else EMPTY
        _VERSIONS[session] = known
    return known


def standing(session: Session) -> BookValues:
    """Return the values in force, by name."""
    now = version(session)
    if now == EMPTY:
        return {}
    kept = _kept(now)
    if kept.standing is None:
        kept.standing = by_name(rows_in_force(session))
    return kept.standing


def rows_in_force(session: Session) -> list[ParameterValue]:
    """Return the rows in force, including unconfirmed ones."""
    query = (
        select(ParameterValue)
        .where(ParameterValue.status == ParameterStatus.IN_FORCE)
        .order_by(ParameterValue.id)
    )
    return list(session.scalars(query))


def by_name(rows: list[ParameterValue]) -> BookValues:
    """Convert rows to values for rules, by name."""
    found: dict[str, list[DatedValue]] = {}
    for row in rows:
        found.setdefault(row.name, []).append(row.dated)
    return {name: tuple(values) for name, values in found.items()}


def lock(uow: UnitOfWork) -> None:
    """Lock the book until this transaction ends."""
    uow.insert_if_missing(ParameterBook, id=_ROW, version=EMPTY)
    query = select(ParameterBook).where(ParameterBook.id == _ROW).with_for_update()
    uow.session.scalars(query.execution_options(populate_existing=True)).one()


def changed(uow: UnitOfWork) -> None:
    """Mark the locked book as changed, for this transaction and, once committed, for all."""
    uow.session.get_one(ParameterBook, _ROW).version = str(uuid4())
    uow.flush()
    _VERSIONS.pop(uow.session, None)
