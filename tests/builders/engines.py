"""Engines that share what SQLAlchemy has compiled: every test opens databases of its own, with the same statements."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

from processes.storage import engines

MOST_STATEMENTS = 4_000
_compiled: LRUCache[object, object] = LRUCache(MOST_STATEMENTS)
_dialects: dict[str, Dialect] = {}


def open_engine(url: str) -> Engine:
    """An engine of the program; compiled statements are found by their dialect, so that it is the first engine's."""
    engine = engines.open_engine(url)
    name = engine.dialect.name
    known = _dialects.setdefault(name, engine.dialect)
    if hasattr(known, "server_version_info"):  # it has been connected, and knows its server
        engine.dialect = known
    else:
        _dialects[name] = engine.dialect
    engine.update_execution_options(compiled_cache=_compiled)
    return engine
