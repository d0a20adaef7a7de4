"""Departments that cases are referred to, from the routing table of the one window (C16–C18)."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from processes.engine import expressions
from processes.errors import ExpressionFailed, ReleaseMissing
from processes.releases import publish

PROGRAMME = "one_window"
CODE, TITLE = "target", "target_title"


def titles(session: Session, today: date) -> dict[str, str]:
    """Return titles by code, in the order of the table in force; empty if the one window is not published."""
    try:
        bundle = publish.open_release(session, publish.current_id(session, PROGRAMME, today))
    except ReleaseMissing:
        return {}
    by_code: dict[str, str] = {}
    for start in bundle.starts.values():
        for table in bundle.definition(start.process).tables.values():
            names = [column.name for column in table.outputs]
            if CODE in names and TITLE in names:
                for row in table.rows:
                    code, title = (_constant(row.outputs[names.index(name)]) for name in (CODE, TITLE))
                    if code and title:
                        by_code.setdefault(code, title)
    return by_code


def _constant(cell: expressions.Expression) -> str:
    """The constant value of a cell; "" if the cell depends on the case."""
    if cell.names():
        return ""
    try:
        return str(expressions.evaluate(cell, {}) or "")
    except ExpressionFailed:
        return ""
