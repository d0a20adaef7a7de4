"""Rows of any table with whatever it must have, for tests that go over all tables."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from inspect import getattr_static
from typing import Any

from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, Table, insert, select

from processes.access.models import Account
from processes.storage import keyring, sealing
from processes.storage.base import Row
from processes.storage.types import ProcessData, StateText, UtcDateTime, Yuan
from processes.storage.unit_of_work import UnitOfWork

_OF: dict[str, dict[str, Any]] = {
    "holiday_version": {"status": "standing"}, "parameter_value": {"status": "in_force", "division": "340199"},
    "case_move": {"is_back": False}, "absence": {"until_on": date(2026, 3, 2)},
}  # fmt: skip
AT = datetime(2026, 3, 2, tzinfo=UTC)
_KINDS: tuple[tuple[type, Any], ...] = (
    (ProcessData, {}), (UtcDateTime, AT), (Yuan, Decimal(1)), (Date, date(2026, 3, 2)),
    (Boolean, False), (LargeBinary, b""),
)  # fmt: skip


class Rows:
    """Rows of any table with whatever it must have, and the rows that they refer to."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self.count = 0

    def make(self, table: Table, **given: Any) -> Any:
        """A new row; answers its key."""
        values = {c.name: self._value(c) for c in table.columns if self._needs(c) and c.name not in given}
        values |= {k: v for k, v in _OF.get(table.name, {}).items() if k in table.columns}
        made: Any = self.uow.session.execute(insert(table).values(sealed(table, {**values, **given})))
        return made.inserted_primary_key[0] if made.inserted_primary_key else None

    def _needs(self, column: Column[Any]) -> bool:
        return not column.nullable and not (
            column.primary_key and column.name == "id" and not column.foreign_keys
        )

    def _value(self, column: Column[Any]) -> Any:
        self.count += 1
        for key in column.foreign_keys:
            if key.column.table.name == "account":
                return self.uow.session.scalar(select(Account.id).where(Account.username == "admin"))
            if key.column.table.name == "division":
                return "340199"
            return self.make(key.column.table)
        for kind, value in _KINDS:
            if isinstance(column.type, kind):
                return value
        if isinstance(column.type, StateText):
            return column.type.values[0]
        return self.count if isinstance(column.type, Integer) else f"{self.count}"


def sealed(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    """The values with those of sealed columns sealed for their row, as the office would have."""
    kind: Any = next((m.class_ for m in Row.registry.mappers if m.local_table is table), None)
    named = {} if kind is None else {n: getattr_static(kind, n) for n in sealing.sealed_of(kind)}
    found = dict(values)
    for name, column in named.items():
        if name in found and not isinstance(found[name], bytes):
            bound = sealing.bound_to(table.name, name, [found[part] for part in sealing.identity_of(kind)])
            found[name] = keyring.current().seal(column.codec.dump(found[name]), bound)
    return found
