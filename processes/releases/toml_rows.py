"""Files of a programme that are tables in TOML: read so that comments stay, one table a row."""

from __future__ import annotations

from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Table

from processes.errors import Invalid


def document(text: str) -> Any:
    """The file with its comments; raises `Invalid` for a text that is none."""
    try:
        return tomlkit.parse(text)
    except (TOMLKitError, ValueError) as fault:
        raise Invalid(reason=f"不是有效的 TOML 文件：{fault}") from fault


def named(document: Any, key: str, said: str) -> list[Table]:
    """The tables `[[key]]`, each with a name; raises `Invalid` with what the file should be where it is otherwise."""
    found = document.get(key, [])
    if not isinstance(found, AoT) or not all("name" in table for table in found):
        if found:
            raise Invalid(reason=said)
        return []
    return list(found)
