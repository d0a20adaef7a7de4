"""Engines that share what SQLAlchemy has compiled: every stage opens a database of its own, with the same statements."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

from processes.storage import engines

MOST_STATEMENTS = 4_000
_compiled: LRUCache[object, object] = LRUCache(MOST_STATEMENTS)
_dialects: dict[str, Dialect] = {}


def open_engine(url: str) -> Engine:
    """Create an engine as the program does, which finds the statements that earlier engines have compiled.

    Statements are found by their dialect, so that all engines of a kind of database have the dialect of the first.
    """
    engine = engines.open_engine(url)
    name = engine.dialect.name
    known = _dialects.setdefault(name, engine.dialect)
    if hasattr(known, "server_version_info"):  # it has been connected, and knows its server
        engine.dialect = known
    else:
        _dialects[name] = engine.dialect
    engine.update_execution_options(compiled_cache=_compiled)
    return engine
