"""Messages in another language, from its gettext catalogue and from the error classes, which bring their English."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po

from processes import errors
from processes.texts import Lookup

CHINESE, ENGLISH = "zh", "en"
LANGUAGES: Final = (CHINESE, ENGLISH)
FOLDER: Final = Path(__file__).parent
HAN: Final = re.compile(r"[\u3400-\u9fff]")
_PUNCTUATION: Final = str.maketrans(
    {"，": ", ", "、": ", ", "；": "; ", "：": ": ", "。": ".", "（": " (", "）": ")", "“": '"', "”": '"', "\u3000": " ",
     "？": "?", "！": "!", "［": " [", "］": "]"}
)  # fmt: skip


@cache
def _entries(language: str) -> dict[tuple[str, str], str]:
    """Place and message → text; the place is a source file, empty for the text of all other places."""
    if language == CHINESE:
        return {}
    with (FOLDER / f"{language}.po").open("rb") as file:
        read = read_po(file, ignore_obsolete=True)
    return {(m.context or "", str(m.id)): str(m.string) for m in read if m.id and m.string}


@cache
def messages(language: str) -> dict[str, str]:
    """Return message → text of a language; empty for Chinese, which the sources are written in."""
    known = {message: text for (place, message), text in _entries(language).items() if not place}
    return known if language == CHINESE else of_errors() | known


@cache
def at_places(language: str) -> dict[tuple[str, str], str]:
    """Return place and message → text, for messages that mean something else in one template (`msgctxt`)."""
    return {key: text for key, text in _entries(language).items() if key[0]}


@cache
def of_errors() -> dict[str, str]:
    """Return the message of each error class with its English text."""
    return {kind.text: kind.text_en for kind in _subclasses(errors.YimenError)}


def _subclasses(kind: type[errors.YimenError]) -> list[type[errors.YimenError]]:
    return [kind, *(one for sub in kind.__subclasses__() for one in _subclasses(sub))]


@cache
def lookup(language: str, place: str = "") -> Lookup:
    """Return what finds the text of a message in a language; a message without one stays Chinese.

    `place` is the template that the message stands in, as the project names it.
    """
    known = messages(language) | {
        m: text for (p, m), text in at_places(language).items() if p == place and place
    }

    def found(message: str) -> str:
        text = known.get(message)
        if text is not None:
            return text
        return message if HAN.search(message) else message.translate(_PUNCTUATION)

    return (lambda message: message) if language == CHINESE else found
