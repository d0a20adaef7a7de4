"""Checks files marked as destroyed against the decisions of two people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.cases.models import Case
from processes.papers.archive_models import Destruction, OldFile
from processes.papers.status import DestructionStatus, RecordKind
from processes.people.models import Household
from processes.texts import tr

_KINDS: dict[RecordKind, Any] = {
    RecordKind.CASE: Case,
    RecordKind.OLD_FILE: OldFile,
    RecordKind.HOUSEHOLD: Household,
}


def differing(session: Session) -> Iterator[str]:
    """Return sentences for files marked as destroyed without a decision, or the reverse."""
    for kind, table in _KINDS.items():
        decided = set(
            session.scalars(
                select(Destruction.number).where(
                    Destruction.kind == kind, Destruction.status == DestructionStatus.DONE
                )
            )
        )
        marked = set(session.scalars(select(table.number).where(table.destroyed_on.is_not(None))))
        for number in sorted(marked - decided):
            yield tr("{title} {number} 标为已销毁，但没有批准销毁的记录", title=kind.title, number=number)
        for number in sorted(decided - marked):
            yield tr("{title} {number} 已批准销毁，但没有标为已销毁", title=kind.title, number=number)
