"""Enumerations of stored strings, each with its title in Chinese: states of rows, and kinds that are compared like states."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from processes.texts import tr


class TitledEnum(StrEnum):
    """A set of strings with titles; a member is written as `NAME = "stored value", "标题"`.

    A member is the stored string in every respect: it is equal to it, `str()` gives it, and JSON writes it.
    """

    _value_: str
    _title: str

    def __new__(cls, value: str, title: str = "") -> Self:
        """A member of a stored value and a title; called with a value alone, the member of that value."""
        member = str.__new__(cls, value)
        member._value_ = value
        member._title = tr(title)
        return member

    @property
    def title(self) -> str:  # type: ignore[override]  # `str.title` is for English words; pages want the Chinese one
        """What the member is called on pages and in messages."""
        return self._title

    @classmethod
    def titles(cls) -> dict[str, str]:
        """Stored value → title, in the order of the members: for lists to choose from."""
        return {member.value: member.title for member in cls}
