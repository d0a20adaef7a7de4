"""The catalogue of English: every message has its text, and every Chinese sentence of the program is a message."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from processes.languages.catalogue import ENGLISH, HAN, at_places, messages, of_errors
from web.languages.collection import collected

ROOT = Path(__file__).parents[2]
PLACEHOLDER = re.compile(r"\{(\w+)")
IN_ITS_OWN_LANGUAGE = ("中文",)
CHINESE_SIGNS = re.compile(r"[\u3400-\u9fff\u3001-\u301f\uff01-\uff5e“”]")
WITHOUT_READERS = (
    "processes/demo/", "processes/migrations/", "processes/rehearsal/county.py", "processes/rehearsal/samples.py",
    "processes/rehearsal/parameters.py", "processes/rehearsal/registering.py", "processes/cases/numbering.py", "processes/papers/archive.py", "processes/papers/catalogue.py", "processes/errors/", "processes/texts.py", "processes/languages/", "web/languages/",
)  # fmt: skip
"""Made-up people and places, numbers of papers, files of exports, what migrations write, errors (which bring their English), and the languages themselves."""
TAKES_DATA = (
    "compile", "get", "partition", "startswith", "endswith", "removesuffix", "removeprefix", "split", "replace", "search", "match",
    "fullmatch", "sub", "index", "find", "count", "Path", "add_worksheet", "strip", "rstrip", "lstrip", "maketrans", "TypeError",
    "ValueError", "isin", "tr",
)  # fmt: skip


def test_every_message_has_an_english_text__and_no_text_is_left_over() -> None:
    known = set(messages(ENGLISH)) - set(of_errors())
    wanted = set(collected())
    assert sorted(wanted - known - set(of_errors())) == [], "scripts/messages.py lists them in the catalogue"
    assert sorted(known - wanted) == [], "scripts/messages.py takes them out of the catalogue"


def test_a_text_of_one_place_is_of_a_message_that_stands_there() -> None:
    stands = collected()
    for (place, message), text in at_places(ENGLISH).items():
        assert place in stands[message] and place.startswith("web/templates/")
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(message))
        assert text != messages(ENGLISH)[message] and not CHINESE_SIGNS.search(text)


def test_each_text_has_the_placeholders_of_its_message__and_is_english() -> None:
    for message, text in messages(ENGLISH).items():
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(message))
        if message not in of_errors() and message not in IN_ITS_OWN_LANGUAGE:
            assert not CHINESE_SIGNS.search(text), message


def _modules() -> Iterator[Path]:
    for room in ("processes", "web"):
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "node_modules" not in name and not name.startswith(WITHOUT_READERS):
                yield path


def _faults(source: str) -> list[int]:
    """Lines with a Chinese sentence that is no message."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            if any(isinstance(v, ast.Constant) and HAN.search(str(v.value)) for v in node.values):
                lines.append(node.lineno)
        elif isinstance(node, ast.Constant) and HAN.search(str(node.value)):
            is_part = isinstance(parents[node], ast.JoinedStr)
            lines += [] if is_part or _is_data(node, parents) else [node.lineno]
    return sorted(lines)


def _is_data(node: ast.Constant, parents: dict[ast.AST, ast.AST]) -> bool:
    """A docstring, a key, what something is compared with, the title of an enumeration, an argument that is data."""
    match parents[node]:
        case ast.Expr() | ast.Compare() | ast.Subscript() | ast.MatchValue() | ast.Set() | ast.arguments():
            return True
        case ast.Dict(keys=keys):
            return node in keys
        case ast.keyword(arg=name):
            return name in ("default", "pattern", "delimiter")
        case ast.Call(func=function) as call:
            if ast.unparse(function) == "os.environ.get" and "NAME" in ast.unparse(call.args[0]):
                return True  # the name of the office, as papers print it
            named = ast.unparse(function).rsplit(".", 1)[-1]
            return named in TAKES_DATA and not (
                named == "get" and len(call.args) > 1 and call.args[1] is node
            )
        case ast.Tuple() | ast.List() as row:
            outer = parents[row]
            return isinstance(outer, ast.Compare) or (
                isinstance(outer, ast.Assign) and isinstance(parents.get(outer), ast.ClassDef)
            )
    return False


def test_every_chinese_sentence_of_the_program_is_a_message() -> None:
    faults = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in _modules()
        for line in _faults(path.read_text(encoding="utf-8"))
    ]
    assert faults == [], "write tr(…), docs/adr/0066"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('x = f"还差 {n} 人"', [1]), ('raise Invalid(reason="没有")', [1]), ('d.get(k, "没有")', [1]), ('d = {1: "没有"}', [1]),
        ('x = tr("没有")', []), ('if x == "没有": pass', []), ('d["没有"]', []), ('d.get("没有")', []), ('d = {"没有": 1}', []),
    ],
)  # fmt: skip
def test_the_test_finds_what_is_no_message(source: str, lines: list[int]) -> None:
    assert _faults(source) == lines
