"""Hashes of rows of a case in its events after each change, so that rows changed outside the program are
detected.

For rows written by steps (`storage.base.RecordedInEvents`): limits, papers, snapshots, parameters, requests. The last
event that a transaction writes of a case contains the states, so that no further statement is needed; if
there was no event, one is added for them.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from functools import cache
from typing import Any, Final

from sqlalchemy import event as listened
from sqlalchemy import exists, inspect, select
from sqlalchemy.orm import Session, object_session

from processes.access.scope import system_actor
from processes.cases import events
from processes.cases.models import Case, CaseEvent
from processes.errors import SealBroken
from processes.policy import values
from processes.policy.money import to_fen
from processes.storage import sealing
from processes.storage.base import WHOLE, WHOLE_WITH_PARTS, PartOfRecorded, RecordedInEvents, Row
from processes.storage.batchable import listen_to_early_flushes
from processes.storage.sealing import MARK
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

SAID: Final = "row_states"
GONE = ""
AT_ONCE = 200
_CHANGED, _PARTS = "told rows", "parts of told rows"
_LENGTH = 32
_SEALED = "_sealed"


def kinds() -> list[Any]:
    """Return the kinds of rows whose state is recorded, by table."""
    classes: list[Any] = [m.class_ for m in Row.registry.mappers if issubclass(m.class_, RecordedInEvents)]
    return sorted(classes, key=lambda kind: kind.__tablename__)


def parts() -> list[Any]:
    """Return the kinds of rows that are recorded as part of others, by table."""
    classes: list[Any] = [m.class_ for m in Row.registry.mappers if issubclass(m.class_, PartOfRecorded)]
    return sorted(classes, key=lambda kind: kind.__tablename__)


def digest(row: Any) -> str:
    """Return the hash over a row and its parts. It is encrypted in the event, so encrypted values are included."""
    return _beginning(type(row)) + _hash(row, row.record_parts())


def _beginning(kind: Any) -> str:
    """How states of a kind begin, by how much they say."""
    if kind.records_more_of_parts:
        return WHOLE_WITH_PARTS
    return WHOLE if kind.recorded_since else ""


def _hash(row: Any, parts: list[Any], but: Collection[str] = ()) -> str:
    kind: Any = type(row)
    defaults = _defaults(kind) if inspect(row).key is None else {}
    given = inspect(row).dict
    content = [
        _plain(defaults[name] if name in defaults and name not in given else getattr(row, name))
        for name in _told(kind)
        if name not in but
    ]
    content += [[name, value] for name in kind.recorded_if_set if (value := getattr(row, name)) is not None]
    return hashlib.sha256(values.dumps([content, parts])).hexdigest()[:_LENGTH]


def note_changes(uow: UnitOfWork) -> None:
    """Record the state of rows changed in this transaction in events; called at the end of every transaction."""
    session = uow.session
    if any(isinstance(row, PartOfRecorded) for row in (*session.new, *session.dirty, *session.deleted)):
        session.flush()
    changed: dict[int, tuple[Any, bool]] = session.info.pop(_CHANGED, {})
    for row in (*session.new, *session.dirty):
        if isinstance(row, RecordedInEvents) and _is_changed(row):
            changed[id(row)] = (row, True)
    for owner, key in session.info.pop(_PARTS, {}):
        row = session.get(_kind_of(owner), key)
        if row is not None:
            changed[id(row)] = (row, True)
    by_case: dict[int, list[tuple[Any, bool]]] = defaultdict(list)
    for row, is_there in changed.values():
        by_case[getattr(row, row.record_case)].append((row, is_there))
    for case_id, rows in sorted(by_case.items(), key=lambda one: one[0]):
        _note(uow, case_id, rows)


def begin(uow: UnitOfWork, after: int, has_begun: bool) -> tuple[int, int | None]:
    """Record the rows of the next cases that no event mentions, in an office older than this record.

    Rows whose record covers fewer columns than now are recorded again, if the record is correct.

    Returns the number of rows, and the case to continue after (None: finished).
    """
    query = select(Case).where(Case.id > after).order_by(Case.id).limit(AT_ONCE).with_for_update()
    rows_found = uow.session.scalars(query).all()
    cases = [case for case in rows_found if case.destroyed_on is None]
    recorded, _ = _said(uow.session, [case.id for case in cases])
    fresh: dict[int, list[tuple[Any, bool]]] = defaultdict(list)
    for case_id, kind, row in _rows(uow.session, [case.id for case in cases]):
        state = recorded.get((case_id, kind.__tablename__, row.record_key()), GONE)
        if _covers_less(row, state) if state != GONE else not has_begun:
            fresh[case_id].append((row, True))
    for case_id, rows in sorted(fresh.items()):
        _note(uow, case_id, rows)
    return sum(map(len, fresh.values())), rows_found[-1].id if len(rows_found) == AT_ONCE else None


def _covers_less(row: Any, state: str) -> bool:
    """Whether a record covers fewer columns and is correct; a row that was altered is left to be detected."""
    return not state.startswith(_beginning(type(row))) and not fault(row, state)


def differing(session: Session) -> Iterator[str]:
    """Return sentences for rows that differ from the events, are unknown to them, or are missing.

    A case whose file was destroyed has no events with content.
    """
    after = 0
    orphans = select(CaseEvent.case_id).where(~exists().where(Case.id == CaseEvent.case_id)).distinct()
    for case_id in session.scalars(orphans):
        yield tr("有办理记录的第 {case_id} 号办件缺失", case_id=case_id)
    titles = {kind.__tablename__: kind.record_title for kind in kinds()}
    query = select(Case.id, Case.number, Case.destroyed_on).order_by(Case.id).limit(AT_ONCE)
    while cases := session.execute(query.where(Case.id > after)).all():
        after = cases[-1].id
        numbers = {case.id: case.number for case in cases if case.destroyed_on is None}
        recorded, unreadable = _said(session, list(numbers))
        for case_id, kind, row in _rows(session, list(numbers)):
            state = recorded.pop((case_id, kind.__tablename__, row.record_key()), GONE)
            wrong = "" if case_id in unreadable else fault(row, state)
            if wrong:
                yield tr(
                    "{case_id}：{record_title}{record_name}{wrong}",
                    case_id=numbers[case_id],
                    record_title=kind.record_title,
                    record_name=row.record_name(),
                    wrong=wrong,
                )
        for (case_id, table, _), state in sorted(recorded.items()):
            if state != GONE and case_id not in unreadable:
                yield tr("{case_id}：{table}缺失", case_id=numbers[case_id], table=titles[table])
        session.expunge_all()


def fault(row: Any, state: str) -> str:
    """Return what is wrong with a row compared to its recorded state; "" if nothing."""
    if state == GONE:
        return tr("没有登记来源")
    try:
        return "" if state == _state(row, state) else tr("被改动")
    except SealBroken:
        return tr("不能解密")


def _state(row: Any, noted: str) -> str:
    """A row's state over the columns of the recorded one, which may be fewer."""
    kind: Any = type(row)
    if noted.startswith(_beginning(kind)):
        return digest(row)
    if noted.startswith(WHOLE):
        return WHOLE + _hash(row, row.record_parts_before())
    return _hash(row, row.record_parts_before(), kind.recorded_since)


def said_of(session: Session, case_ids: list[int]) -> dict[tuple[int, str, str], str]:
    """Return the last recorded state of each row, by case, table and key."""
    return _said(session, case_ids)[0]


def _said(session: Session, case_ids: list[int]) -> tuple[dict[tuple[int, str, str], str], set[int]]:
    """The last recorded state of each row, by case, table and key; and the cases whose events cannot be read."""
    last_states: dict[tuple[int, str, str], str] = {}
    unreadable: set[int] = set()
    query = select(CaseEvent).where(CaseEvent.case_id.in_(case_ids))
    query = query.order_by(CaseEvent.case_id, CaseEvent.position)
    for event in session.scalars(query.execution_options(yield_per=AT_ONCE)):
        try:
            states = event.payload.get(SAID, {})
        except SealBroken:  # reported by the check of the chains
            unreadable.add(event.case_id)
            continue
        for table, states_by_key in states.items():
            for key, state in states_by_key.items():
                last_states[event.case_id, table, key] = state
    return last_states, unreadable


def _rows(session: Session, case_ids: list[int]) -> Iterator[tuple[int, Any, Any]]:
    for kind in kinds():
        of_case = getattr(kind, kind.record_case)
        for row in session.scalars(select(kind).where(of_case.in_(case_ids)).order_by(kind.id)).unique():
            yield getattr(row, kind.record_case), kind, row


def _note(uow: UnitOfWork, case_id: int, rows: Iterable[tuple[Any, bool]]) -> None:
    states: dict[str, dict[str, str]] = {}
    for row, is_there in rows:
        states.setdefault(row.__tablename__, {})[row.record_key()] = digest(row) if is_there else GONE
    # The session holds changed rows in no order; sorted, so that equal work gives equal events.
    states = {table: dict(sorted(states[table].items())) for table in sorted(states)}
    if events.add_to_last(uow, case_id, **{SAID: states}):
        return
    case = uow.session.get(Case, case_id) or uow.lock(Case, case_id)
    if case.destroyed_on is None:
        events.append(uow, case, system_actor(), events.NOTED, "", **{SAID: states})


@cache
def _told(kind: Any) -> tuple[str, ...]:
    """The recorded attributes; encrypted ones by the name of their property."""
    sealed = sealing.sealed_of(kind)
    names = [a.key for a in inspect(kind).column_attrs]
    opened = [n.removesuffix(_SEALED) if n.removesuffix(_SEALED) in sealed else n for n in names]
    return tuple(
        n
        for n in sorted(opened)
        if n not in ("id", "case_id", MARK, "mark", *kind.unrecorded, *kind.recorded_if_set)
    )


@cache
def _defaults(kind: Any) -> dict[str, Any]:
    """Database defaults that apply to a new row."""
    columns = {a.key: a.columns[0] for a in inspect(kind).column_attrs}
    return {
        name: column.default.arg(None) if column.default.is_callable else column.default.arg
        for name, column in columns.items()
        if column.default is not None
    }


def _is_changed(row: Any) -> bool:
    state: Any = inspect(row)
    if state.key is None:
        return True
    kind: Any = type(row)
    recorded = {
        f"{n}{_SEALED}" if n in sealing.sealed_of(kind) else n for n in (*_told(kind), *kind.recorded_if_set)
    }
    return any(state.dict.get(name) != old for name, old in state.committed_state.items() if name in recorded)


@cache
def _kind_of(table: str) -> Any:
    return next(kind for kind in kinds() if kind.__tablename__ == table)


def _plain(value: Any) -> Any:
    """The value as the database returns it; for bytes, their hash."""
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return str(to_fen(value)) if isinstance(value, Decimal) else value


def _stored(_mapper: Any, _connection: Any, row: Any) -> None:
    session = object_session(row)
    if session is not None and _is_changed(row):
        session.info.setdefault(_CHANGED, {})[id(row)] = (row, True)


def _taken_away(_mapper: Any, _connection: Any, row: Any) -> None:
    session = object_session(row)
    if session is not None:
        session.info.setdefault(_CHANGED, {})[id(row)] = (row, False)


def _part_changed(_mapper: Any, _connection: Any, row: Any) -> None:
    session = object_session(row)
    attribute, owner = row.told_with
    if session is not None:
        session.info.setdefault(_PARTS, {})[owner, getattr(row, attribute)] = True


# What is flushed only at the end of the transaction is found in the session by `note_changes`.
listen_to_early_flushes(RecordedInEvents, "after_insert", _stored)
listen_to_early_flushes(RecordedInEvents, "after_update", _stored)
listened.listen(RecordedInEvents, "after_delete", _taken_away, propagate=True)
for _moment in ("after_insert", "after_update", "after_delete"):
    listened.listen(PartOfRecorded, _moment, _part_changed, propagate=True)
UnitOfWork.at_every_end["1 recorded rows"] = note_changes
