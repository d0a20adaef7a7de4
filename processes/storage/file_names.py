"""Names of files that people bring: shown on pages, in papers and on terminals, so nothing in them may steer.

Direction marks make `附件\u202efdp.exe` read as another kind of file; control characters steer a terminal.
"""

from __future__ import annotations

import unicodedata

LONGEST = 160
_STEERING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Control, format (direction marks, zero width), lone surrogates, private and unassigned, line separators."""


def shown(text: str) -> str:
    """A text from a file with what is not to be seen taken out."""
    return "".join(c for c in text if unicodedata.category(c) not in _STEERING)


def file_name(brought: str, otherwise: str = "附件") -> str:
    """The name under which a file is kept: no folders, nothing unseen, at most 160 characters with its ending."""
    plain = shown(brought).replace("/", "_").replace("\\", "_")
    return " ".join(plain.split())[-LONGEST:].strip() or otherwise
