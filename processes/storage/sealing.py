"""Columns that lie sealed at rest, each value bound to its table, its column and its row (docs/adr/0054).

A row has the sealed bytes; the value is sealed when it is set and opened when it is read, so that lists of rows open
nothing that they do not show, and whatever carries rows (the mapper, `asking`, `storing`) carries bytes.  What names the
row is part of what is sealed: a value that was taken from another row, column or table does not open there.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar, overload

from cryptography.exceptions import InvalidTag
from sqlalchemy import LargeBinary
from sqlalchemy.orm import InstrumentedAttribute, mapped_column

from processes.errors import SealBroken
from processes.policy import values
from processes.storage import keyring

T = TypeVar("T")
MARK = "seal_mark"
"""The column with a row's random mark, where nothing else names a row before the database has given it a number."""
_BETWEEN = "\x1f"
_STORED = "_sealed"


def new_mark() -> str:
    """What tells one row from every other."""
    return secrets.token_hex(12)


def bound_to(table: str, column: str, identity: Sequence[Any]) -> bytes:
    """What a sealed value is bound to."""
    return _BETWEEN.join([table, column, *map(str, identity)]).encode()


@dataclass(frozen=True, slots=True)
class Codec(Generic[T]):
    """How a value becomes bytes and comes back."""

    dump: Callable[[T], bytes]
    load: Callable[[bytes], T]


_TEXT: Codec[Any] = Codec(str.encode, bytes.decode)
_DATA: Codec[Any] = Codec(values.dumps, values.loads)
_BYTES: Codec[Any] = Codec(bytes, bytes)


class Sealed(Generic[T]):
    """A sealed column of a row; what is empty is stored as nothing."""

    def __init__(self, codec: Codec[T], empty: Callable[[], T], *, deferred: bool = False) -> None:
        self.codec, self.empty, self._deferred = codec, empty, deferred
        self.name = self._stored = self._kept = ""

    def __set_name__(self, kind: type, name: str) -> None:
        """Beside the value goes the column that is mapped."""
        self.name, self._stored, self._kept = name, f"{name}{_STORED}", f"_opened_{name}"
        column = mapped_column(name, LargeBinary, nullable=True, deferred=self._deferred, info={MARK: True})
        setattr(kind, self._stored, column)

    @overload
    def __get__(self, row: None, kind: type) -> InstrumentedAttribute[bytes | None]: ...

    @overload
    def __get__(self, row: object, kind: type) -> T: ...

    def __get__(self, row: object | None, kind: type) -> InstrumentedAttribute[bytes | None] | T:
        """The value, opened; raises `SealBroken`.  Of a kind of row: the column, of which only `IS NULL` can be asked."""
        if row is None:
            return getattr(kind, self._stored)  # type: ignore[no-any-return]
        sealed: bytes | None = getattr(row, self._stored)
        if sealed is None:
            return self.empty()
        known = row.__dict__.get(self._kept)
        if known is not None and known[0] == sealed:
            return known[1]  # type: ignore[no-any-return]
        value = self.codec.load(self._opened(row, sealed))
        row.__dict__[self._kept] = (sealed, value)
        return value

    def __set__(self, row: object, value: T) -> None:
        """Seal a value; one that is stored already stays as it lies."""
        row.__dict__.pop(self._kept, None)
        content = b"" if value is None or value == self.empty() else self.codec.dump(value)
        if not content:
            setattr(row, self._stored, None)
            return
        bound = self._bound(row)
        before: bytes | None = getattr(row, self._stored)
        if before is not None and self._opened(row, before) == content:
            return
        sealed = keyring.current().seal(content, bound)
        setattr(row, self._stored, sealed)
        row.__dict__[self._kept] = (sealed, value)

    def _opened(self, row: object, sealed: bytes) -> bytes:
        try:
            return keyring.current().unseal(bytes(sealed), self._bound(row))
        except (InvalidTag, TypeError):  # altered, from elsewhere, or no sealed value at all
            place = f"{type(row).__tablename__}.{self.name}"  # type: ignore[attr-defined]
            raise SealBroken(place=place, row=getattr(row, "id", None) or "?") from None

    def _bound(self, row: object) -> bytes:
        kind: Any = type(row)
        named = [getattr(row, name) for name in identity_of(kind)]
        if any(part is None for part in named):
            raise RuntimeError(f"{kind.__tablename__}.{self.name} is sealed before its row has a name")
        return bound_to(kind.__tablename__, self.name, named)


def sealed_text() -> Sealed[str]:
    """Text; empty where there is none."""
    return Sealed(_TEXT, str)


def sealed_text_or_none() -> Sealed[str | None]:
    """Text, or None."""
    return Sealed(_TEXT, _none)


def sealed_data(empty: Callable[[], T]) -> Sealed[T]:
    """Nested plain values, as JSON."""
    return Sealed(_DATA, empty)


def sealed_data_or_none() -> Sealed[dict[str, Any] | None]:
    """Nested plain values, as JSON, or None."""
    return Sealed(_DATA, _none)


def sealed_bytes() -> Sealed[bytes]:
    """Bytes; none where there are none."""
    return Sealed(_BYTES, bytes)


def sealed_bytes_or_none(*, deferred: bool = False) -> Sealed[bytes | None]:
    """Bytes, or None."""
    return Sealed(_BYTES, _none, deferred=deferred)


@cache
def sealed_of(kind: type) -> tuple[str, ...]:
    """The attributes of a kind of row that are sealed."""
    return tuple(
        name for part in kind.__mro__ for name, kept in vars(part).items() if isinstance(kept, Sealed)
    )


def identity_of(kind: Any) -> tuple[str, ...]:
    """The attributes that name a row for its seals; they never change."""
    return getattr(kind, "sealed_by", (MARK,))


def _none() -> None:
    return None
