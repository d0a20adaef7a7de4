"""Every message of the sources with the files that it stands in: what a catalogue must have, and nothing else.

Messages are the texts of templates, the first argument of each `tr(…)`, the titles of enumerations, the docstrings of
commands of the command line, which are their help, and the sentences of the renderer. The texts of error classes bring their English themselves.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from documents import sentences
from processes.languages.catalogue import HAN
from web.languages import segments

ROOT: Final = Path(__file__).parents[2]
TEMPLATES: Final = ROOT / "web" / "templates"
_CODE: Final = (ROOT / "processes", ROOT / "web")
_LEFT_OUT: Final = ("assets", "static", "versions")


def collected() -> dict[str, list[str]]:
    """Return each message with its files, relative to the project, in order."""
    messages: dict[str, list[str]] = {}
    for path in sorted(TEMPLATES.rglob("*.html")):
        _add(messages, segments.messages(path.read_text(encoding="utf-8")), path)
    for folder in _CODE:
        for path in sorted(folder.rglob("*.py")):
            if not set(_LEFT_OUT) & set(path.parts):
                _add(messages, _of_code(path), path)
    _add(messages, [*sentences.ALL], ROOT / "documents" / "sentences.py")
    return messages


def _add(messages: dict[str, list[str]], found: Iterator[str] | list[str], path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    for message in filter(HAN.search, found):
        places = messages.setdefault(message, [])
        if place not in places:
            places.append(place)


def _of_code(path: Path) -> Iterator[str]:
    source = path.read_text(encoding="utf-8")
    if not HAN.search(source):
        return
    for node in ast.walk(ast.parse(source)):
        for text in _texts(node):
            if HAN.search(text):
                yield text.strip()


def _texts(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id="tr"), args=[ast.Constant(value=str(message)), *_]):
            yield message
        case ast.FunctionDef(decorator_list=marks) if any(_is_command(mark) for mark in marks):
            yield " ".join((ast.get_docstring(node) or "").split())
        case ast.ClassDef(bases=[ast.Name(id="TitledEnum")], body=body):
            for line in body:
                match line:
                    case ast.Assign(value=ast.Tuple(elts=[_, ast.Constant(value=str(title))])):
                        yield title


def _is_command(mark: ast.expr) -> bool:
    """Whether a decorator makes a function a command of the command line."""
    match mark:
        case ast.Call(func=ast.Attribute(attr="command" | "group")):
            return True
    return False
