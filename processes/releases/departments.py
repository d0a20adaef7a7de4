"""The departments that cases are referred to, as the one window's table of routes names them (C16–C18)."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from processes.engine import expressions
from processes.errors import ExpressionFailed, ReleaseMissing
from processes.releases import publish

PROGRAMME = "one_window"
CODE, TITLE = "target", "target_title"


def titles(session: Session, today: date) -> dict[str, str]:
    """Titles by code, in the order of the table that is in force; empty where the one window is not published."""
    try:
        bundle = publish.open_release(session, publish.current_id(session, PROGRAMME, today))
    except ReleaseMissing:
        return {}
    found: dict[str, str] = {}
    for start in bundle.starts.values():
        for table in bundle.definition(start.process).tables.values():
            names = [column.name for column in table.outputs]
            if CODE in names and TITLE in names:
                for row in table.rows:
                    code, title = (_constant(row.outputs[names.index(name)]) for name in (CODE, TITLE))
                    if code and title:
                        found.setdefault(code, title)
    return found


def _constant(cell: expressions.Expression) -> str:
    """What a cell says whatever the case is; empty for what depends on it."""
    if cell.names():
        return ""
    try:
        return str(expressions.evaluate(cell, {}) or "")
    except ExpressionFailed:
        return ""
