"""Files of a programme that are tables in TOML: read so that comments stay, one table a row."""

from __future__ import annotations

import re
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Table

from processes.errors import Invalid

MOST_BYTES, MOST_LEVELS = 30_000, 4
"""The largest file of a programme has 9 kB and two levels; the reader that keeps comments takes time by the square."""
_DEEP = re.compile(
    rf"(?m)^[ \t]*\[{{0,2}}[ \t]*[\w-]+(?:[ \t]*\.[ \t]*[\w-]+){{{MOST_LEVELS}}}|(?:[\[{{][^\[\]{{}}\n]*){{{MOST_LEVELS}}}"
)
"""A key of too many parts, or brackets within brackets within brackets."""
_LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*')


def document(text: str) -> Any:
    """The file with its comments; raises `Invalid` for a text that is none, or larger or deeper than any needs to be."""
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise Invalid(reason=f"文件超过 {MOST_BYTES // 1000} KB，不能按表格编辑")
    if _DEEP.search(_LITERAL.sub("", text)):
        raise Invalid(reason="文件的层次过多，不能按表格编辑")
    try:
        return tomlkit.parse(text)
    except (TOMLKitError, ValueError, RecursionError) as fault:
        raise Invalid(reason=f"不是有效的 TOML 文件：{fault}") from fault


def named(document: Any, key: str, said: str) -> list[Table]:
    """The tables `[[key]]`, each with a name; raises `Invalid` with what the file should be where it is otherwise."""
    found = document.get(key, [])
    if not isinstance(found, AoT) or not all("name" in table for table in found):
        if found:
            raise Invalid(reason=said)
        return []
    return list(found)
