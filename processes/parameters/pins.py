"""The parameters of a case: what it read once for a day stays what it reads, until it is computed anew."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.parameters.models import CaseParameter
from processes.parameters.status import PinStatus
from processes.policy.parameters import DatedValue, PolicyBook, Scalar, kind_of, written
from processes.storage import sealing
from processes.storage.unit_of_work import UnitOfWork


class CasePolicy:
    """The parameters at a case's place: as the case read them, else as the book has them.

    With a unit of work what is read is kept with the case; a page only looks.
    """

    def __init__(
        self, session: Session, case_id: int | None, division: str, policy: PolicyBook, uow: UnitOfWork | None = None
    ) -> None:  # fmt: skip
        self._session, self._uow = session, uow
        self._case_id, self._division = case_id, division
        self.policy = policy
        self._known: dict[tuple[str, date], CaseParameter] | None = None

    def __call__(self, name: str, on: date) -> Scalar:
        """The value that counts for the case on a day; raises `ParameterMissing`."""
        known = self._rows().get((name, on))
        if known is not None and known.status == PinStatus.STANDING:
            return known.dated.value
        found = self.policy.dated(name, on, self._division)
        self._keep(name, on, found)
        return found.value

    def dated(self, name: str, on: date) -> DatedValue:
        """The value that counts with its source; confirmed, too, when the same value was confirmed since."""
        known = self._rows().get((name, on))
        if known is None or known.status != PinStatus.STANDING:
            return self.policy.dated(name, on, self._division)
        kept = known.dated
        now = self.today(name, on)
        same = now is not None and (now.value, now.since, now.division) == (
            kept.value,
            kept.since,
            kept.division,
        )
        return now if same and now is not None and now.confirmed else kept

    def today(self, name: str, on: date) -> DatedValue | None:
        """What the book says now for that day, if anything."""
        parameter = self.policy.parameters.get(name)
        return None if parameter is None else parameter.in_force(on, self._division)

    def unpinned(self, name: str, on: date) -> Scalar:
        """What the case would read if it were computed anew."""
        return self.policy.value(name, on, self._division)

    def moved(self) -> list[tuple[str, date, DatedValue, DatedValue]]:
        """Parameters that the book says otherwise now than the case read them: name, day, read, now."""
        found = []
        for (name, on), row in sorted(self._rows().items()):
            now = self.today(name, on)
            if row.status == PinStatus.STANDING and now is not None and now.value != row.dated.value:
                found.append((name, on, row.dated, now))
        return found

    def _rows(self) -> dict[tuple[str, date], CaseParameter]:
        if self._known is None:
            self._known = {}
            if self._case_id is not None:
                query = select(CaseParameter).where(
                    CaseParameter.case_id == self._case_id, CaseParameter.status == PinStatus.STANDING
                )
                self._known = {(r.name, r.day): r for r in self._session.scalars(query)}
        return self._known

    def _keep(self, name: str, on: date, found: DatedValue) -> None:
        if self._uow is None or self._case_id is None:
            return
        row = CaseParameter(
            case_id=self._case_id, name=name, day=on, value=written(found.value), kind=kind_of(found.value),
            division=found.division, since=found.since, source=found.source[:200], is_confirmed=found.confirmed,
            confirmed_by=found.confirmed_by, read_at=self._uow.now, status=PinStatus.STANDING, mark=sealing.new_mark(),
        )  # fmt: skip
        self._uow.add(row)
        self._rows()[name, on] = row


def release(uow: UnitOfWork, case_id: int) -> None:
    """The case is computed anew: it reads the book again."""
    uow.flush()
    standing = select(CaseParameter).where(
        CaseParameter.case_id == case_id, CaseParameter.status == PinStatus.STANDING
    )
    for row in uow.session.scalars(standing):
        row.status = PinStatus.SUPERSEDED
    uow.flush()  # before the case reads the book again: of a parameter and a day one value stands
