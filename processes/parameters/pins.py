"""Pinned parameters of a case: a value read once for a day stays until the case is recomputed."""

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
    """The parameters at a case's division: as the case read them, else from the book.

    With a unit of work, values read are stored with the case; without one, nothing is stored.
    """

    def __init__(
        self, session: Session, case_id: int | None, division: str, policy: PolicyBook, uow: UnitOfWork | None = None
    ) -> None:  # fmt: skip
        self._session, self._uow = session, uow
        self._case_id, self._division = case_id, division
        self.policy = policy
        self._known: dict[tuple[str, date], CaseParameter] | None = None

    def __call__(self, name: str, on: date) -> Scalar:
        """Return the value that applies to the case on a day; raises `ParameterMissing`."""
        known = self._rows().get((name, on))
        if known is not None and known.status == PinStatus.STANDING:
            return known.dated.value
        found = self.policy.dated(name, on, self._division)
        self._keep(name, on, found)
        return found.value

    def dated(self, name: str, on: date) -> DatedValue:
        """Return the value with its source; confirmed also if the same value was confirmed since."""
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
        """Return the book's current value for that day, or None."""
        parameter = self.policy.parameters.get(name)
        return None if parameter is None else parameter.in_force(on, self._division)

    def unpinned(self, name: str, on: date) -> Scalar:
        """Return parameters as a recomputation of the case would read them."""
        return self.policy.value(name, on, self._division)

    def moved(self) -> list[tuple[str, date, DatedValue, DatedValue]]:
        """Return parameters whose value in the book has changed since the case read it: name, day, read, now."""
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
    """Unpin the values: the case reads the book again."""
    uow.flush()
    standing = select(CaseParameter).where(
        CaseParameter.case_id == case_id, CaseParameter.status == PinStatus.STANDING
    )
    for row in uow.session.scalars(standing):
        row.status = PinStatus.SUPERSEDED
    uow.flush()  # deleted before reading again: one value is allowed for a parameter and day
