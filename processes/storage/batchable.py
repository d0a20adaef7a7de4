"""Which mappings `batched_flush` can write correctly; any other one is refused when the models are
configured.

The batched flush supports only part of what SQLAlchemy's own flush does. Unsupported features would fail
silently (a listener never called, NULL in a column with `onupdate`), so they are not allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from sqlalchemy import Column, Table, event
from sqlalchemy.orm import InstanceState, Mapper, Session

_SESSION_EVENTS = (
    "before_flush", "after_flush", "after_flush_postexec", "before_commit", "after_commit", "pending_to_persistent",
)  # fmt: skip

_early: list[tuple[type[Any], str]] = []


class UnwritableMapping(TypeError):
    """A mapped class, or a listener on one, needs something that the batched flush does not do."""


def require_batchable(mapper: Mapper[Any], _kind: type[Any] | None = None) -> None:
    """Raise `UnwritableMapping` for a class that needs more of a flush than its columns written.

    Listens to `mapper_configured` of every row (`storage.base`), so that no model is missed.
    """
    obstacles = [*_of_mapper(mapper), *(_of_columns(mapper.local_table) if _has_table(mapper) else ())]
    if obstacles:
        raise UnwritableMapping(
            f"{mapper.class_.__name__} cannot be written by storage.batched_flush: {'; '.join(obstacles)} (docs/adr/0063)"
        )


def listen_to_early_flushes(kind: type[Any], moment: str, act: Callable[[Any, Any, Any], None]) -> None:
    """Listen to rows of a class and its subclasses that are flushed before the end of their transaction.

    For a module that processes the remaining rows itself at the end (`UnitOfWork.at_every_end`): rows of the
    batched flush do not call this listener.
    """
    event.listen(kind, moment, act, propagate=True)
    _early.append((kind, moment))
    _expected.cache_clear()


def require_no_listeners(state: InstanceState[Any], *, is_change: bool) -> None:
    """Raise `UnwritableMapping` if a listener on insert or update of this row would not be called."""
    kind: Any = state.class_
    dispatch = state.mapper.dispatch
    before, after = (
        (dispatch.before_update, dispatch.after_update)
        if is_change
        else (dispatch.before_insert, dispatch.after_insert)
    )
    if before or (after and len(after) > _expected(kind, "after_update" if is_change else "after_insert")):
        raise UnwritableMapping(
            f"{state.class_.__name__} has mapper events: flush its rows before the transaction ends (docs/adr/0063)"
        )


@cache
def _expected(kind: Any, moment: str) -> int:
    """Number of listeners on a class that need not be called for rows written at the end."""
    return sum(issubclass(kind, above) for above, when in _early if when == moment)


def require_no_session_listeners(session: Session) -> None:
    """Raise `UnwritableMapping` if there is a listener on the flush or the commit of this session."""
    heard = [name for name in _SESSION_EVENTS if getattr(session.dispatch, name)]
    if heard:
        raise UnwritableMapping(f"a listener waits for {', '.join(heard)} of a batched flush (docs/adr/0063)")


def _has_table(mapper: Mapper[Any]) -> bool:
    return isinstance(mapper.local_table, Table)


def _of_mapper(mapper: Mapper[Any]) -> Iterator[str]:
    if mapper.inherits is not None or mapper.polymorphic_on is not None or not _has_table(mapper):
        yield "it is not one class for one table"
        return
    if mapper.version_id_col is not None:
        yield "version_id_col"
    if tuple(mapper.primary_key) != tuple(mapper.local_table.primary_key):
        yield "its primary key is not that of the table"
    held = [a.columns for a in mapper.column_attrs if isinstance(a.columns[0], Column)]
    if sorted(c.key for columns in held for c in columns) != sorted(mapper.local_table.c.keys()):
        yield "an attribute holds several columns, or a column has no attribute"


def _of_columns(table: Any) -> Iterator[str]:
    for column in table.columns:
        if column.onupdate is not None:
            yield f"{column.name} has onupdate"
        if column.server_default is not None or column.server_onupdate is not None:
            yield f"{column.name} has a value of the server's, which is not read back"
        if column.default is not None and not _is_plain(column.default):
            yield f"{column.name} has a default that is not a value and not a function without arguments"


def _is_plain(default: Any) -> bool:
    if default.is_scalar:
        return True
    # SQLAlchemy wraps functions without arguments; one that takes the statement's context is stored
    # unwrapped.
    return bool(default.is_callable) and hasattr(default.arg, "__wrapped__")
