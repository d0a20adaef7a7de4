"""TOML files that are tables: parsed with comments, one table a row."""

from __future__ import annotations

from typing import Any

from tomlkit.items import AoT, Table

from processes.errors import Invalid, TomlInvalid
from processes.policy.toml_text import read_toml_with_comments
from processes.texts import tr

MOST_BYTES, MOST_LEVELS = 30_000, 4
"""The largest file of a programme has 9 kB and two levels; the parser that keeps comments takes quadratic time."""


def document(text: str) -> Any:
    """Parse a file with its comments; raises `Invalid` if it is no TOML, or too large or too deep."""
    try:
        return read_toml_with_comments(text, MOST_BYTES, MOST_LEVELS)
    except TomlInvalid as fault:
        raise Invalid(reason=tr("文件不能按表格编辑：{reason}", reason=fault.reason)) from fault


def named(document: Any, key: str, refusal: str) -> list[Table]:
    """Return the tables `[[key]]`, each with a name; raises `Invalid` with a description of the expected form."""
    found = document.get(key, [])
    if not isinstance(found, AoT) or not all("name" in table for table in found):
        if found:
            raise Invalid(reason=refusal)
        return []
    return list(found)
