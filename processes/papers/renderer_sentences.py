"""What an error of the renderer says, as a text that is shown in the reader's language."""

from __future__ import annotations

import re
from functools import cache

from documents import sentences
from documents.errors import RendererError
from processes.texts import Text

_MOST = 2_000
"""Characters of a sentence that are looked at: a child process that read an untrusted file wrote them."""


def of(fault: RendererError) -> str:
    """Return the sentence of an error; one that is no sentence of the renderer stays a plain string."""
    said = str(fault)[:_MOST]
    for template, pattern in _patterns():
        match = pattern.fullmatch(said)
        if match is not None:
            return Text(template, match.groupdict())
    return said


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    # Only our own templates are ever formatted, never what a child sent.
    return tuple(
        (one, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*)", re.escape(one)), re.DOTALL))
        for one in sentences.ALL
    )
