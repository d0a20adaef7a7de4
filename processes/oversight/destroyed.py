"""Checks files marked as destroyed against the decisions of two people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.cases.models import Case
from processes.papers.archive_models import CASE, DONE, OLD_FILE, Destruction, OldFile
from processes.papers.outlived import HOUSEHOLD
from processes.people.models import Household

_KINDS: dict[str, tuple[Any, str]] = {
    CASE: (Case, "办件"),
    OLD_FILE: (OldFile, "旧档"),
    HOUSEHOLD: (Household, "家庭档案"),
}


def differing(session: Session) -> Iterator[str]:
    """Return sentences for files marked as destroyed without a decision, or the reverse."""
    for kind, (table, title) in _KINDS.items():
        decided = set(
            session.scalars(
                select(Destruction.number).where(Destruction.kind == kind, Destruction.status == DONE)
            )
        )
        marked = set(session.scalars(select(table.number).where(table.destroyed_on.is_not(None))))
        for number in sorted(marked - decided):
            yield f"{title} {number} 标为已销毁，但没有批准销毁的记录"
        for number in sorted(decided - marked):
            yield f"{title} {number} 已批准销毁，但没有标为已销毁"
