"""States are named: nothing is compared with, or set to, the bare string of a state; every state has a title."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache

import pytest

from processes.policy.titled import TitledEnum
from tests.house.test_architecture import ROOT, SOURCES

NAMES = frozenset({"status", "state", "outcome", "kind", "standing", "verdict", "colour", "cosigning"})
"""Attributes, keys and arguments that hold a state."""
KEY_WORDS = frozenset({"get", "pop"})


@cache
def enumerations() -> list[type[TitledEnum]]:
    for path in SOURCES:
        if path.name == "status.py" or "(TitledEnum)" in path.read_text():
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return sorted(TitledEnum.__subclasses__(), key=lambda kind: (kind.__module__, kind.__name__))


def bare_states(source: str, states: set[str]) -> list[str]:
    """Where a source has the string of a state at an attribute, a key or an argument that holds one: `line: string`."""
    return [
        f"{text.lineno}: {text.value}"
        for place, text in _meetings(ast.parse(source))
        if text.value in states and _name(place) in NAMES
    ]


def _meetings(tree: ast.AST) -> Iterator[tuple[ast.AST | str, ast.Constant]]:
    """What is compared with a string or set to it, with the string."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare():
                sides = [node.left, *node.comparators]
                yield from ((side, text) for side in sides for other in sides for text in _strings(other))
            case ast.Call():
                yield from ((k.arg or "", text) for k in node.keywords for text in _strings(k.value))
                if isinstance(node.func, ast.Attribute) and node.func.attr in ("in_", "not_in", "is_"):
                    yield from ((node.func.value, text) for a in node.args for text in _strings(a))
            case ast.Assign():
                for target in node.targets:
                    yield from _assigned(target, node.value)
            case ast.AnnAssign(value=ast.expr() as value):
                yield from ((node.target, text) for text in _strings(value))
            case ast.Dict():
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant):
                        yield from ((str(key.value), text) for text in _strings(value))
            case ast.Match():
                said = [
                    v.value for c in node.cases for v in ast.walk(c.pattern) if isinstance(v, ast.MatchValue)
                ]
                yield from ((node.subject, text) for value in said for text in _strings(value))


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.AST | str, ast.Constant]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, other in zip(target.elts, value.elts, strict=False):
            yield from _assigned(one, other)
        return
    yield from ((target, text) for text in _strings(value))


def _strings(node: ast.expr) -> Iterator[ast.Constant]:
    """The strings that an expression may be, or that it has as its members."""
    match node:
        case ast.Constant(value=str()):
            yield node
        case ast.Tuple() | ast.List() | ast.Set():
            for member in node.elts:
                yield from _strings(member)
        case ast.IfExp():
            yield from _strings(node.body)
            yield from _strings(node.orelse)


def _name(place: ast.AST | str) -> str:
    """What a place is called: an attribute, a name, a key of a mapping."""
    match place:
        case str():
            return place
        case ast.Attribute():
            return place.attr
        case ast.Name():
            return place.id
        case ast.Subscript(slice=ast.Constant(value=str() as key)):
            return key
        case ast.Call(func=ast.Attribute(attr=attr), args=[ast.Constant(value=str() as key), *_]) if (
            attr in KEY_WORDS
        ):
            return key
        case _:
            return ""


def test_no_state_is_a_bare_string() -> None:
    states = {str(member) for kind in enumerations() for member in kind if member}
    found = [
        f"{path.relative_to(ROOT)}:{place}"
        for path in SOURCES
        if path.name != "status.py"
        for place in bare_states(path.read_text(), states)
    ]
    assert found == [], "name the member of the enumeration (docs/adr/0065)"


@pytest.mark.parametrize(
    "line",
    [
        'if item.status == "open": ...',
        'if "open" != case.status: ...',
        'if item.status in ("done", "open"): ...',
        'query.where(Case.status.in_(["open"]))',
        'Case(status="open")',
        'case.status, case.outcome = "open", None',
        'row.status = "open" if accepted else None',
        'run = {"state": "open"}',
        'if run.get("state") == "open": ...',
        'if run["state"] == "open": ...',
        'match kind:\n    case "open":\n        ...',
    ],
)
def test_the_look_for_bare_strings_finds_one(line: str) -> None:
    assert bare_states(line, {"open"}) == [f"{2 if 'match' in line else 1}: open"]


@pytest.mark.parametrize(
    "line", ["if item.status == WorkItemStatus.OPEN: ...", 'if word == "open": ...', 'title(kind="letter")']
)
def test_the_look_for_bare_strings_lets_others_be(line: str) -> None:
    assert bare_states(line, {"open"}) == []


def test_every_state_has_a_title_in_chinese() -> None:
    assert len(enumerations()) > 20
    for kind in enumerations():
        for member in kind:
            assert re.match("[\u4e00-\u9fff]", member.title), f"{kind.__name__}.{member.name}"
        assert kind.__doc__, kind.__name__


def test_every_state_of_a_row_says_when_a_row_is_in_it() -> None:
    for kind in enumerations():
        if kind.__name__.endswith("Status"):
            said = kind.__doc__ or ""
            assert [str(m) for m in kind if m and f"`{m}`" not in said] == [], kind.__name__
