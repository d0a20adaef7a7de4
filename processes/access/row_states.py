"""Hashes of rows in the access log after each change, so that rows changed outside the program are detected.

For kinds of rows that change rarely and have no chain of events (`storage.base.Stated`). Every transaction
records its changed rows at its end, in the chain of the actor; callers do nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from typing import Any, Final

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session, object_session

from processes.access import audit
from processes.access.models import AccessLog
from processes.policy import values
from processes.storage import sealing
from processes.storage.base import WHOLE, Row, Stated
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

ACTION: Final = "row_state"
GONE = "gone"
_ALL = "*"
_BEGUN = f"{_ALL} begun"
_MORE = ".whole"
"""Suffix of a table name: its rows are recorded with columns that earlier states lacked."""
_CHANGED = "stated rows"
_AT_ONCE = 500


def kinds() -> list[Any]:
    """Return the kinds of rows whose state is recorded, by table."""
    classes: list[Any] = [m.class_ for m in Row.registry.mappers if issubclass(m.class_, Stated)]
    return sorted(classes, key=lambda kind: kind.__tablename__)


def digest(row: Row) -> str:
    """Return the hash over a row; of an encrypted value only whether there is one, as encryption protects the
    rest."""
    kind: Any = type(row)
    return WHOLE + _hash(row) if kind.stated_since else _hash(row)


def _hash(row: Row, but: Collection[str] = ()) -> str:
    kind: Any = type(row)
    sealed = sealing.sealed_of(kind)
    left_out = (*kind.stated_but, *but)
    content = [
        _plain(getattr(row, attribute.key))
        for attribute in inspect(kind).column_attrs
        if attribute.key not in left_out and attribute.key.removesuffix("_sealed") not in sealed
    ]
    content += [getattr(row, f"{name}_sealed") is None for name in sealed if name not in left_out]
    return hashlib.sha256(values.dumps(content)).hexdigest()[:40]


def note_changes(uow: UnitOfWork) -> None:
    """Record the state of rows changed in this transaction; called at the end of every transaction."""
    session = uow.session
    if any(isinstance(row, Stated) for row in (*session.new, *session.dirty, *session.deleted)):
        session.flush()
    for (table, key), row in sorted(session.info.pop(_CHANGED, {}).items(), key=lambda one: one[0]):
        state = GONE
        if row is not None:
            session.refresh(row)  # as stored in the database, not as typed
            state = digest(row)
        audit.note_of(uow, uow.account_id, ACTION, f"{table} {key} {state}")


def begin(uow: UnitOfWork) -> int:
    """Record every row of each kind that has no record yet, once; return their number.

    The start is recorded even if there are no rows, so that a row added later is not taken for an old one. If
    more columns of a kind are covered than before, its rows are recorded again, provided that they match
    their earlier record.
    """
    count = 0
    for kind in kinds():
        table: str = kind.__tablename__
        is_first = not has_begun(uow.session, table)
        again = bool(kind.stated_since) and not has_begun(uow.session, table + _MORE)
        for what in (*([table] if is_first else []), *([table + _MORE] if again else [])):
            note_begun(uow, what)
        recorded = {} if is_first or not again else _said(uow.session, f"{table} ")
        for row in uow.session.scalars(select(kind)).unique() if is_first or again else ():
            if is_first or _is_as_noted(row, recorded.get((table, _key(row)), GONE)):
                audit.note_of(uow, uow.account_id, ACTION, f"{table} {_key(row)} {digest(row)}")
                count += 1
    return count


def has_begun(session: Session, what: str) -> bool:
    """Return whether rows of a table, or anything else, are recorded already."""
    noted = select(AccessLog.id).where(
        AccessLog.action == ACTION, AccessLog.target > f"{what} ", AccessLog.target < f"{what}!"
    )
    return session.scalar(noted.limit(1)) is not None


def note_begun(uow: UnitOfWork, what: str) -> None:
    """Record that from now on no row of this kind may lack a record."""
    audit.note_of(uow, uow.account_id, ACTION, f"{what} {_BEGUN}")


def differing(session: Session) -> Iterator[str]:
    """Return sentences for rows that differ from the log, are unknown to it, or are missing."""
    recorded = _said(session)
    for kind in kinds():
        table = kind.__tablename__
        for row in session.scalars(select(kind).execution_options(yield_per=_AT_ONCE)):
            state = recorded.pop((table, _key(row)), GONE)
            if state == GONE:
                yield tr("{table} 第 {row} 行没有登记来源", table=table, row=_key(row))
            elif not _is_as_noted(row, state):
                yield tr("{table} 第 {row} 行被改动", table=table, row=_key(row))
            session.expunge(row)
    for (table, key), state in sorted(recorded.items()):
        if state != GONE:
            yield tr("{table} 第 {key} 行缺失", table=table, key=key)


def _said(session: Session, begins: str = "") -> dict[tuple[str, str], str]:
    """The latest record of each row, by table and key; of one table if the targets begin so."""
    states: dict[tuple[str, str], str] = {}
    noted = select(AccessLog.target).where(AccessLog.action == ACTION).order_by(AccessLog.id)
    if begins:
        noted = noted.where(AccessLog.target.startswith(begins, autoescape=True))
    for target in session.scalars(noted.execution_options(yield_per=_AT_ONCE)):
        table, key, state = target.split(" ")
        if key != _ALL:
            states[table, key] = state
    return states


def _is_as_noted(row: Row, state: str) -> bool:
    kind: Any = type(row)
    return state == (digest(row) if state.startswith(WHOLE) else _hash(row, kind.stated_since))


def _key(row: Row) -> str:
    return "/".join(str(part) for part in inspect(type(row)).primary_key_from_instance(row))


def _plain(value: Any) -> Any:
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else value


def _stored(_mapper: Any, _connection: Any, row: Any) -> None:
    _remember(row, row)


def _taken_away(_mapper: Any, _connection: Any, row: Any) -> None:
    _remember(row, None)


def _remember(row: Any, now: Any) -> None:
    session = object_session(row)
    if session is not None:
        session.info.setdefault(_CHANGED, {})[type(row).__tablename__, _key(row)] = now


event.listen(Stated, "after_insert", _stored, propagate=True)
event.listen(Stated, "after_update", _stored, propagate=True)
event.listen(Stated, "after_delete", _taken_away, propagate=True)
UnitOfWork.at_every_end["2 stated rows"] = note_changes
