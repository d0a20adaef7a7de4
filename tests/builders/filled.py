"""Offices with a row of every kind that an audit compares, stored by the program; what rows refer to need not be there."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import event, select

from processes.access import row_states
from processes.cases.models import Clock, Suspension
from processes.rehearsal.stage import Stage
from processes.relief.claim_models import ReliefClaim, ReliefClaimPerson
from processes.storage import sealing
from processes.storage.types import StateText
from tests.builders import cases

ONE_ROW = {"installation", "parameter_book"}
"""Tables that hold one row by a constraint of their own; every office has it."""
_VALUES: dict[str, Any] = {
    "case_move.status": "asked", "holiday_version.status": "superseded", "parameter_value.status": "proposed",
    "holiday_version.confirmed_by_id": None, "holiday_version.proposed_by_id": None, "account_change.verdict": "",
    "parameter_value.confirmed_by_id": None, "absence.confirmed_by_id": None, "parameter_value.proposed_by_id": 1,
    "migration_batch.run_by_id": None, "migration_batch.undone_by_id": None, "named_substitute.account_id": 91, "named_substitute.substitute_id": 92, "holiday_version.undone_by_id": None, "holiday_version.undo_asked_by_id": None,
}  # fmt: skip
"""What the tables' own rules ask for."""


def made_up(column: Any, n: int) -> Any:
    """A value that a column may have, another one for each number."""
    known = f"{column.table.name}.{column.name}"
    if known in _VALUES:
        return _VALUES[known]
    kind = column.type.python_type if not hasattr(column.type, "impl") else None
    named = type(column.type).__name__
    if named == "UtcDateTime":
        return datetime(2026, 3, 2, tzinfo=UTC)
    if named == "Yuan":
        return Decimal("10.00")
    if named == "ProcessData":
        return [str(n)]
    if isinstance(column.type, StateText):
        return column.type.values[n % len(column.type.values)]
    samples = {int: n, str: f"甲{n}", bool: True, date: date(2026, 3, 2), bytes: b"x"}
    return samples[kind]  # type: ignore[index]


def loosen(stage: Stage) -> None:
    """From now on rows of this office may refer to what is not there."""
    stage.database.engine.dispose()
    event.listen(stage.database.engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys=OFF"))


def with_stated(stage: Stage) -> Stage:
    """A row of each kind whose state stands in the log."""
    loosen(stage)
    with stage.database.unit_of_work() as uow:
        for kind in row_states.kinds():
            if kind.__tablename__ in ONE_ROW:
                continue
            left_out = ("id", sealing.MARK, *sealing.sealed_of(kind))
            columns = [column for column in kind.__table__.columns if column.name not in left_out]
            uow.add(kind(**{column.name: made_up(column, 90) for column in columns}))
        uow.commit()
    return stage


def with_told(stage: Stage) -> Stage:
    """A case that has a row of each kind which its events tell of, what the case did not write added by the program."""
    cases.a_case(stage, at="county_decision")
    cases.a_case(stage, raw=cases.OTHER_HOUSEHOLD)
    with stage.database.unit_of_work() as uow:
        clock = uow.session.scalars(select(Clock).order_by(Clock.id.desc())).first()
        assert clock is not None
        clock.suspensions.append(Suspension(from_on=date(2026, 3, 2), until_on=None, reason="试停"))
        person = ReliefClaimPerson(person_id=1, is_concerned=True)
        uow.add(
            ReliefClaim(
                case_id=1, division=cases.VILLAGE, event="fire", is_bills=False, from_on=None, until_on=None,
                amount=Decimal(10), asked_on=date(2026, 3, 2), seen=[], people=[person],
            )
        )  # fmt: skip
        uow.commit()
    loosen(stage)
    return stage
