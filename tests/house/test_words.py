"""Words: the table editor is translated, and the code uses the words of the glossary."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
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


def _table(heading: str) -> dict[str, str]:
    """The rows of a table of the glossary: what is not used, and what is used instead."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    section = text.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return {row[0].strip(): row[1].strip() for row in rows[2:]}


def _defined(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of everything that a module defines; imported names are somebody else's."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr


def _prose(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of every docstring, of attributes too, and of every comment."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.lineno, str(node.value.value)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def dialect(source: str, names: dict[str, str], phrases: dict[str, str]) -> list[str]:
    """What a module should say otherwise: names of which a part is not used, phrases that are not used."""
    faults = []
    for line, name in _defined(ast.parse(source)) if names else ():
        parts = {part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}
        faults += [f"{line}: {name}: use {names[part]}" for part in sorted(parts & names.keys())]
    for line, text in _prose(source):
        plain = " ".join(text.lower().split())
        faults += [
            f"{line}: “{phrase}”: use {instead}"
            for phrase, instead in phrases.items()
            if re.search(rf"\b{re.escape(phrase)}\b", plain)
        ]
    return faults


def test_names_and_docstrings_use_the_words_of_the_glossary() -> None:
    names, phrases = _table("Not as names"), _table("Not as phrases")
    assert names and phrases
    for room in ("processes", "documents", "web"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if "versions" not in path.parts and "node_modules" not in path.parts:
                banned = names if room != "web" else {}
                assert dialect(path.read_text(encoding="utf-8"), banned, phrases) == [], path


def test_a_name_and_a_phrase_that_are_not_used__are_found() -> None:
    source = '''
from library.utils import helpers

class UnsavedRows:
    """What the
    press makes."""

    def keep(self, vault: str) -> None:
        self.compressed = vault  # It goes on where it stood.
'''
    names, phrases = _table("Not as names"), _table("Not as phrases")
    assert [fault.split(": use ")[0] for fault in dialect(source, names, phrases)] == [
        "4: UnsavedRows",
        "8: vault",
        "5: “the press”",
        "9: “goes on where it stood”",
    ]


def _places(page: str) -> Iterator[tuple[str, str]]:
    """Every module or folder that a page names, with the name defined in it or nothing: `cases/models.py: Case`."""
    for path, name in re.findall(r"`([\w/]+(?:\.py|/))(?:: ([\w.]+))?`", page):
        yield path, name.split(".")[0]


def _is_there(path: str, name: str) -> bool:
    at = next((at for at in (ROOT / "processes" / path, ROOT / path) if at.exists()), None)
    return at is not None and (not name or name in {n for _, n in _defined(ast.parse(at.read_text("utf-8")))})


def test_places_that_the_glossary_names_exist() -> None:
    places = list(_places((ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")))
    assert len(places) > 60
    assert [p for p in places if not _is_there(*p)] == []


def test_a_place_that_is_gone__is_found() -> None:
    assert list(_places("`cases/models.py: Case`, `worker.py`")) == [
        ("cases/models.py", "Case"),
        ("worker.py", ""),
    ]
    assert _is_there("cases/models.py", "Case")
    assert not _is_there("worker.py", "")
    assert not _is_there("cases/models.py", "Cases")
