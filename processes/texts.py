"""Texts for people: Chinese wherever they are stored, compared or written, and translatable where they are shown.

`tr("还差 {n} 人", n=2)` is the string "还差 2 人" for everything in the program. The desk, which knows who reads, shows
`Text.message` in the reader's language with the same values. What people typed is never a `Text`, so it is never
translated. Texts can be added and joined: `tr("、").join(names)` shows the separator in the reader's language too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any, Self

Lookup = Callable[[str], str]
"""Message → the same message in another language, with the same placeholders."""


class Text(str):
    """A Chinese sentence that remembers the message and the values that it was composed of."""

    __slots__ = ("message", "values")
    message: str
    values: dict[str, Any]

    def __new__(cls, message: str, values: dict[str, Any] | None = None) -> Self:
        """Compose a text; values may be texts themselves.

        Raises:
            KeyError: the message has a placeholder without a value.
        """
        made = super().__new__(cls, message.format(**values) if values else message)
        made.message, made.values = message, values or {}
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """A text passes between processes with its message and values."""
        return type(self), (self.message, self.values)

    def __add__(self, other: str) -> Text:
        return JoinedText(Text(""), (self, other))

    def __radd__(self, other: str) -> Text:
        return JoinedText(Text(""), (other, self))

    def join(self, parts: Iterable[str], /) -> Text:
        """Return the parts with this text between each two."""
        return JoinedText(self, tuple(parts))

    def shown(self, lookup: Lookup) -> str:
        """Return the text in the language of a catalogue."""
        # Spaces at the ends separate a text from what is put beside it; the messages of a catalogue have none.
        inner = self.message.strip()
        message = self.message.replace(inner, lookup(inner), 1) if inner else self.message
        return (
            message.format(**{k: shown(v, lookup) for k, v in self.values.items()})
            if self.values
            else message
        )


class JoinedText(Text):
    """Texts side by side, with a separator between each two."""

    __slots__ = ("parts", "separator")
    separator: Text
    parts: tuple[str, ...]

    def __new__(cls, separator: Text, parts: tuple[str, ...]) -> Self:
        """Join strings and texts."""
        made = super().__new__(cls, str.join(separator, parts))
        made.separator, made.parts = separator, parts
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """See `Text.__reduce__`."""
        return type(self), (self.separator, self.parts)

    def shown(self, lookup: Lookup) -> str:
        """Return the parts and the separators in the language of a catalogue."""
        return self.separator.shown(lookup).join(shown(part, lookup) for part in self.parts)


def shown(value: Any, lookup: Lookup) -> Any:
    """Return a text in the language of a catalogue, and anything else as it is."""
    return value.shown(lookup) if isinstance(value, Text) else value


def stored(value: Any) -> Any:
    """Return a text as it is stored and compared: a plain Chinese string; anything else as it is."""
    return str(value) if isinstance(value, Text) else value


def pairs(texts: Iterable[str]) -> list[tuple[str, str]]:
    """Return choices whose stored value is their Chinese title: what is sent, what is shown."""
    return [(stored(text), text) for text in texts]


def shown_throughout(value: Any, lookup: Lookup) -> Any:
    """Return a value of JSON (a dataclass is written as its fields) with each text in it in the language of a catalogue; keys of dicts are data."""
    if is_dataclass(value) and not isinstance(value, type):
        return shown_throughout(asdict(value), lookup)
    if isinstance(value, dict):
        return {k: shown_throughout(v, lookup) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [shown_throughout(v, lookup) for v in value]
    return shown(value, lookup)


def tr(message: str, /, **values: Any) -> str:
    """Return a text (a `Text`, which is a string) for people from a message with `{name}` for each value."""
    return Text(message, values)


def tr_day(day: date) -> str:
    """Return a day of this year as people write it: 03月09日."""
    return tr("{month}月{day}日", month=f"{day:%m}", day=f"{day:%d}")


def tr_minute(instant: datetime) -> str:
    """Return an instant (in local time) of this year as people write it: 03月09日 14:05."""
    return tr("{day} {time}", day=tr_day(instant), time=f"{instant:%H:%M}")


def packed(value: Any) -> Any:
    """Return a text as plain values of JSON, from which `unpacked` makes it again; anything else as a string."""
    if isinstance(value, JoinedText):
        return {"separator": packed(value.separator), "parts": [packed(part) for part in value.parts]}
    if isinstance(value, Text):
        return {"message": value.message, "values": {k: packed(v) for k, v in value.values.items()}}
    return str(value)


def unpacked(content: Any) -> str:
    """Return the text of what `packed` made."""
    if not isinstance(content, dict):
        return str(content)
    if "parts" in content:
        return JoinedText(Text(unpacked(content["separator"])), tuple(unpacked(p) for p in content["parts"]))
    return Text(content["message"], {k: unpacked(v) for k, v in content["values"].items()})
