"""Names of uploaded files, free of control characters for pages, papers and terminals.

Direction marks make `附件[U+202E]fdp.exe` look like another kind of file; control characters affect a terminal.
"""

from __future__ import annotations

import unicodedata

LONGEST = 160
_STEERING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Control, format (direction marks, zero width), lone surrogates, private and unassigned, line separators."""


def shown(text: str) -> str:
    """Return a text from a file without invisible characters."""
    return "".join(c for c in text if unicodedata.category(c) not in _STEERING)


def file_name(brought: str, otherwise: str = "附件") -> str:
    """Return the name for storing a file: no folders or invisible characters, at most 160 characters."""
    plain = shown(brought).replace("/", "_").replace("\\", "_")
    return " ".join(plain.split())[-LONGEST:].strip() or otherwise
