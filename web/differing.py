"""Differences of the register with the names of both townships, for pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from processes.access import divisions
from processes.people import differences


def rows(session: Session, found: Sequence[differences.Shown]) -> list[dict[str, Any]]:
    """Return the rows of `differences_table.html`."""
    names = divisions.names(session, sorted({p for d in found for p in (d.home, d.row.place)}))
    return [
        {
            "row": d.row, "name": d.name, "title": d.title, "own": d.own, "told": d.told,
            "may_resolve": d.may_resolve, "status": d.row.status.title,
            "home": names.get(d.home, "") if d.own is not None else "", "place": names.get(d.row.place, ""),
        }
        for d in found
    ]  # fmt: skip
