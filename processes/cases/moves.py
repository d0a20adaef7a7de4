"""Queries of moves: requests that wait for a second person, and the report of all moves."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import literal_column, or_, select
from sqlalchemy.orm import Session

from processes.cases.models import Case, CaseEvent
from processes.cases.move_models import CaseMove
from processes.cases.status import CaseStatus, MoveStatus

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """A move with its case; a request whose case has continued is shown as expired."""

    move: CaseMove
    case: Case

    @property
    def status(self) -> MoveStatus:
        """The current status."""
        is_stale = self.case.status != CaseStatus.OPEN or self.case.version != self.move.case_version
        return MoveStatus.EXPIRED if self.move.status == MoveStatus.ASKED and is_stale else self.move.status

    @property
    def status_title(self) -> str:
        """The status in Chinese."""
        return self.status.title


def waiting(session: Session, case: Case) -> CaseMove | None:
    """Return the request of a case that may still be decided."""
    row = session.scalar(
        select(CaseMove).where(CaseMove.case_id == case.id, CaseMove.status == MoveStatus.ASKED)
    )
    return row if row is not None and Shown(row, case).status == MoveStatus.ASKED else None


def latest(session: Session) -> list[Shown]:
    """Return moves of the cases in scope, latest first."""
    query = select(CaseMove, Case).join(Case, Case.id == CaseMove.case_id)
    return [Shown(*row) for row in session.execute(query.order_by(CaseMove.id.desc()).limit(SHOWN))]


def former(session: Session) -> list[tuple[CaseEvent, Case]]:
    """Return moves older than the table of moves: they were made by one person."""
    kept = select(CaseMove.id).where(
        CaseMove.case_id == CaseEvent.case_id, CaseMove.status == MoveStatus.DONE,
        or_(CaseMove.asked_at == CaseEvent.at, CaseMove.decided_at == CaseEvent.at),
    )  # fmt: skip
    query = (
        select(CaseEvent, Case)
        .join(Case, Case.id == CaseEvent.case_id)
        .where(CaseEvent.kind == literal_column("'moved'"), ~kept.exists())
        .order_by(CaseEvent.id.desc())
        .limit(SHOWN)
    )
    return [(event, case) for event, case in session.execute(query)]
