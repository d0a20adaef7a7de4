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
def messages(language: str) -> dict[str, str]:
    """Return message → text of a language; empty for Chinese, which the sources are written in."""
    if language == CHINESE:
        return {}
    with (FOLDER / f"{language}.po").open("rb") as file:
        of_catalogue = {
            str(m.id): str(m.string) for m in read_po(file, ignore_obsolete=True) if m.id and m.string
        }
    return of_errors() | of_catalogue


@cache
def of_errors() -> dict[str, str]:
    """Return the message of each error class with its English text."""
    return {kind.text: kind.text_en for kind in _subclasses(errors.YimenError)}


def _subclasses(kind: type[errors.YimenError]) -> list[type[errors.YimenError]]:
    return [kind, *(one for sub in kind.__subclasses__() for one in _subclasses(sub))]


@cache
def lookup(language: str) -> Lookup:
    """Return what finds the text of a message in a language; a message without one stays Chinese."""
    known = messages(language)

    def found(message: str) -> str:
        text = known.get(message)
        if text is not None:
            return text
        return message if HAN.search(message) else message.translate(_PUNCTUATION)

    return (lambda message: message) if language == CHINESE else found
