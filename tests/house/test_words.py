"""The editor of decision tables speaks Chinese: every word that the library asks its translator for has one."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "web" / "assets" / "node_modules" / "dmn-js" / "dist" / "dmn-modeler.development.js"
NO_WORDS = {"HELLO {you}", '"value"', '"value", "value", ...'}
"""A comment of the library, and how a value is written."""


def _known() -> str:
    return (ROOT / "web" / "assets" / "src" / "studio" / "words.js").read_text(encoding="utf-8")


def test_every_word_of_the_table_editor_is_chinese() -> None:
    source = LIBRARY.read_text(encoding="utf-8")
    asked = set(re.findall(r"translate\('([^']{1,60})'", source)) | set(
        re.findall(r'translate\("([^"]{1,60})"', source)
    )
    assert len(asked) > 100
    known = _known()
    lacking = {
        w
        for w in asked - NO_WORDS
        if f'"{w}":' not in known and not re.search(rf"[ {{]{re.escape(w)}: ", known)
    }
    assert lacking == set()


def test_tools_of_the_diagram_are_named_as_an_official_says_them() -> None:
    editor = (ROOT / "web" / "assets" / "src" / "studio" / "editor_bpmn.js").read_text(encoding="utf-8")
    for name, word in (
        ("Activate hand tool", "移动画布"),
        ("Activate lasso tool", "框选"),
        ("Receive task", "接收任务"),
    ):
        assert f'"{name}": "{word}"' in editor
