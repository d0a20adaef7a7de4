"""The call graph, from the sources, so that a test can say what a route reaches.

It follows names of the same file, imported names, names of an imported module (`queries.cases`), functions
passed by name, and, through the door, the handler of every command that is built (`PrintBatch`). Methods are
followed if their class is named.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from tests.conftest import CONTENT

ROOT = CONTENT.parent
_PACKAGES = ("documents", "processes", "web")


@cache
def graph() -> Mapping[str, frozenset[str]]:
    """By function (`web.desks.cases.search`) what it names; commands lead on to their handlers."""
    rooms = {_name(path): ast.parse(path.read_text(encoding="utf-8")) for path in _sources()}
    exported = {room: _names(tree, room, rooms) for room, tree in rooms.items()}
    found = {
        f"{room}.{title}": frozenset(
            _followed(dotted, exported) for dotted in _named(node, exported[room], room, rooms)
        )
        for room, tree in rooms.items()
        for title, node in _functions(tree)
    }
    for command, handler in _handlers(rooms):
        found[command] |= {handler}
    return found


def reached(start: str) -> set[str]:
    """Everything that a function names, and what that names, to the end."""
    known, left = graph(), [start]
    found: set[str] = set()
    while left:
        for dotted in known.get(left.pop(), ()):
            if dotted not in found:
                found.add(dotted)
                left.append(dotted)
    return found


def _sources() -> Iterator[Path]:
    for package in _PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if not {"versions", "node_modules", "migrations"} & {*path.parts}:
                yield path


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        if isinstance(node, ast.ClassDef):
            # A class stands for its methods: whoever names it may call any of them.
            yield node.name, node


def _names(tree: ast.Module, room: str, rooms: Mapping[str, ast.Module]) -> dict[str, str]:
    """What the names of a file mean, in full."""
    found = {name: f"{room}.{name}" for name, _ in _functions(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {
                (a.asname or a.name.split(".")[0]): a.asname and a.name or a.name.split(".")[0]
                for a in node.names
            }
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            found |= {(a.asname or a.name): f"{node.module}.{a.name}" for a in node.names}
    return found


def _named(
    node: ast.AST, names: Mapping[str, str], room: str, rooms: Mapping[str, ast.Module]
) -> Iterator[str]:
    # What guards a function (`@require`) is asked before it and is none of its own work.
    within = node.body if isinstance(node, ast.FunctionDef) else [node]
    for part in (inner for statement in within for inner in ast.walk(statement)):
        if isinstance(part, ast.Name) and part.id in names:
            yield names[part.id]
        if isinstance(part, ast.Attribute):
            dotted = _dotted(part, names)
            if dotted:
                yield dotted


def _dotted(node: ast.Attribute, names: Mapping[str, str]) -> str:
    parts = [node.attr]
    value = node.value
    while isinstance(value, ast.Attribute):
        parts.append(value.attr)
        value = value.value
    if not isinstance(value, ast.Name) or value.id not in names:
        return ""
    return ".".join([names[value.id], *reversed(parts)])


def _followed(dotted: str, exported: Mapping[str, Mapping[str, str]]) -> str:
    """Where a name that a room hands on was defined (`processes.office.Office`)."""
    for _ in range(4):
        room, _, name = dotted.rpartition(".")
        meant = exported.get(room, {}).get(name, dotted)
        if meant == dotted:
            break
        dotted = meant
    return dotted


def _handlers(rooms: Mapping[str, ast.Module]) -> Iterator[tuple[str, str]]:
    """Each command with the function of its file that carries it out (`@handles(PrintBatch)`)."""
    for room, tree in rooms.items():
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef):
                continue
            for mark in node.decorator_list:
                if (
                    isinstance(mark, ast.Call)
                    and isinstance(mark.func, ast.Name)
                    and mark.func.id == "handles"
                ):
                    command = mark.args[0]
                    assert isinstance(command, ast.Name)
                    yield f"{room}.{command.id}", f"{room}.{node.name}"
