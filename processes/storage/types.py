"""Column types: aware instants, yuan, process data, states."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, DateTime, Dialect, Numeric, String, Text, literal_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from processes.policy import values
from processes.policy.money import to_fen
from processes.policy.titled import TitledEnum

S = TypeVar("S", bound=TitledEnum)


def constant(state: TitledEnum) -> ColumnElement[str]:
    """A state said as a constant of a query, so that the planner knows which partial index holds what is asked for."""
    return literal_column(f"'{state}'")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored as UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC; for SQLite, which stores no zone, without zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive instant cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Yuan(TypeDecorator[Decimal]):
    """An amount in yuan with two places; SQLite stores it as exact text."""

    impl = Numeric(14, 2)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return NUMERIC(14, 2), or text on SQLite, which would make it a float."""
        return dialect.type_descriptor(String(20) if dialect.name == "sqlite" else Numeric(14, 2))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Return two places exactly; anything but Decimal is refused."""
        if value is None:
            return None
        if not isinstance(value, Decimal):
            raise ValueError("an amount must be Decimal")
        amount = to_fen(value)
        return str(amount) if dialect.name == "sqlite" else amount

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Return the amount as Decimal."""
        return None if value is None else Decimal(value)


class ProcessData(TypeDecorator[Any]):
    """Nested plain values with Decimal and dates, as JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Encode as JSON text."""
        return None if value is None else values.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Decode the values."""
        return None if value is None else values.loads(value)


class StateText(TypeDecorator[S], Generic[S]):
    """A state as its string; read back as the member of its enumeration.

    A string that is no member is read as it is stored: the audit of rows compares it and names it, it does not stop there.
    """

    impl = String
    cache_ok = True

    def __init__(self, states: type[S], length: int) -> None:
        super().__init__(length)
        self.states = states
        self.length = length
        self.values = tuple(str(member) for member in states)
        self._members: dict[Any, S] = {str(member): member for member in states}

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """The member, by one look into a table: lists read many rows."""
        members = self._members
        return lambda value: members.get(value, value)
