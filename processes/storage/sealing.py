"""Encrypted columns, each value bound to its table, column and row (docs/adr/0054).

The row holds the encrypted bytes; a value is encrypted when set and decrypted when read, so that lists
decrypt only what they show, and everything that transports rows (the mapper, batched reads and writes)
handles bytes. The row's identity is authenticated: a value copied from another row, column or table does not
open.
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
from processes.texts import Text, packed, unpacked

T = TypeVar("T")
MARK = "seal_mark"
"""The column with a row's random mark, if nothing else identifies a row before the database has assigned an id."""
_BETWEEN = "\x1f"
_STORED = "_sealed"


def new_mark() -> str:
    """Return a random identifier of a row."""
    return secrets.token_hex(12)


def bound_to(table: str, column: str, identity: Sequence[Any]) -> bytes:
    """Return the context that an encrypted value is bound to."""
    return _BETWEEN.join([table, column, *map(str, identity)]).encode()


@dataclass(frozen=True, slots=True)
class Codec(Generic[T]):
    """Conversion of a value to bytes and back."""

    dump: Callable[[T], bytes]
    load: Callable[[bytes], T]


_TEXT: Codec[Any] = Codec(str.encode, bytes.decode)
_MESSAGE_FOLLOWS = b"\x02"
"""Begins a text of the program, stored with its message and values. A plain string that begins so is packed too."""


def _dump_message(value: str) -> bytes:
    if isinstance(value, Text) or value.encode().startswith(_MESSAGE_FOLLOWS):
        return _MESSAGE_FOLLOWS + values.dumps(packed(value))
    return value.encode()


def _load_message(content: bytes) -> str:
    if content.startswith(_MESSAGE_FOLLOWS):
        return unpacked(values.loads(content[len(_MESSAGE_FOLLOWS) :]))
    return content.decode()


_MESSAGE: Codec[Any] = Codec(_dump_message, _load_message)
_DATA: Codec[Any] = Codec(values.dumps, values.loads)
_BYTES: Codec[Any] = Codec(bytes, bytes)


class Sealed(Generic[T]):
    """An encrypted column of a row; an empty value is stored as NULL."""

    def __init__(self, codec: Codec[T], empty: Callable[[], T], *, deferred: bool = False) -> None:
        self.codec, self.empty, self._deferred = codec, empty, deferred
        self.name = self._stored = self._kept = ""

    def __set_name__(self, kind: type, name: str) -> None:
        """Add the mapped column beside the property."""
        self.name, self._stored, self._kept = name, f"{name}{_STORED}", f"_opened_{name}"
        column = mapped_column(name, LargeBinary, nullable=True, deferred=self._deferred, info={MARK: True})
        setattr(kind, self._stored, column)

    @overload
    def __get__(self, row: None, kind: type) -> InstrumentedAttribute[bytes | None]: ...

    @overload
    def __get__(self, row: object, kind: type) -> T: ...

    def __get__(self, row: object | None, kind: type) -> InstrumentedAttribute[bytes | None] | T:
        """Return the decrypted value; raises `SealBroken`. On the class: the column, for `IS NULL` only."""
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
        """Encrypt a value; one equal to the stored value leaves the bytes unchanged."""
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
        except (InvalidTag, TypeError):  # altered, from another row, or not encrypted at all
            place = f"{type(row).__tablename__}.{self.name}"  # type: ignore[attr-defined]
            raise SealBroken(place=place, row=getattr(row, "id", None) or "?") from None

    def _bound(self, row: object) -> bytes:
        kind: Any = type(row)
        named = [getattr(row, name) for name in identity_of(kind)]
        if any(part is None for part in named):
            raise RuntimeError(f"{kind.__tablename__}.{self.name} is sealed before its row has a name")
        return bound_to(kind.__tablename__, self.name, named)


def sealed_text() -> Sealed[str]:
    """Text; empty if there is none."""
    return Sealed(_TEXT, str)


def sealed_text_or_none() -> Sealed[str | None]:
    """Text, or None."""
    return Sealed(_TEXT, _none)


def sealed_message() -> Sealed[str]:
    """What the program says to people, with message and values, so that each reader is shown it in their language."""
    return Sealed(_MESSAGE, str)


def sealed_data(empty: Callable[[], T]) -> Sealed[T]:
    """Nested plain values, as JSON."""
    return Sealed(_DATA, empty)


def sealed_data_or_none() -> Sealed[dict[str, Any] | None]:
    """Nested plain values, as JSON, or None."""
    return Sealed(_DATA, _none)


def sealed_bytes() -> Sealed[bytes]:
    """Bytes; empty if there are none."""
    return Sealed(_BYTES, bytes)


def sealed_bytes_or_none(*, deferred: bool = False) -> Sealed[bytes | None]:
    """Bytes, or None."""
    return Sealed(_BYTES, _none, deferred=deferred)


@cache
def sealed_of(kind: type) -> tuple[str, ...]:
    """Return the encrypted attributes of a class."""
    return tuple(
        name for part in kind.__mro__ for name, kept in vars(part).items() if isinstance(kept, Sealed)
    )


def identity_of(kind: Any) -> tuple[str, ...]:
    """Return the attributes that identify a row for its encryption; they never change."""
    return getattr(kind, "sealed_by", (MARK,))


def _none() -> None:
    return None
