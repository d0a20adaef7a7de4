"""Every parameter of every programme is read by something: an expression, a clock, a form rule or Python.

A figure that nothing reads looks as if it decided something, is confirmed by somebody, and changes nothing.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from processes.policy.parameters import parse_policy
from processes.releases import bundle as bundles
from processes.releases import usage
from processes.releases.bundle import Bundle
from tests.conftest import CONTENT

ROOT = CONTENT.parent
FOLDERS = sorted(p.parent for p in CONTENT.glob("*/programme.toml"))
CALLED = re.compile(r"param(?:_on)?\(\s*['\"]([a-z_0-9.]+)['\"]")


def _in_expressions(bundle: Bundle) -> set[str]:
    """Names in expressions of diagrams, tables, sheets and papers; scenarios and the policy itself do not count."""
    return {
        name
        for file, raw in bundle.files.items()
        if file.endswith((".bpmn", ".dmn", ".sheet.toml", "documents.toml"))
        for name in CALLED.findall(raw.decode())
    }


def _in_clocks(bundle: Bundle) -> set[str]:
    return {n for c in bundle.clocks.values() for n in (c.budget, c.extension) if n}


def _in_forms(bundle: Bundle) -> set[str]:
    def values(node: object) -> Iterator[str]:
        if isinstance(node, dict):
            for key, value in node.items():
                if str(key).endswith("_parameter") and isinstance(value, str):
                    yield value
                yield from values(value)
        elif isinstance(node, list):
            for item in node:
                yield from values(item)

    forms = [json.loads(raw) for file, raw in bundle.files.items() if file.endswith(".form")]
    return {v for form in forms for v in values(form)}


def _in_python(
    folders: tuple[Path, ...] = (ROOT / "processes", ROOT / "web"), besides: tuple[str, ...] = ("usage.py",)
) -> set[str]:
    """Texts written in the program, f-strings with gaps as prefixes (`desk.priority.`)."""
    found: set[str] = set()
    for path in (p for folder in folders for p in folder.rglob("*.py") if "rehearsal" not in p.parts):
        if path.name in besides:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


PYTHON = _in_python()


def _read(bundle: Bundle) -> set[str]:
    return _in_expressions(bundle) | _in_clocks(bundle) | _in_forms(bundle) | PYTHON


def unread(names: set[str], read: set[str]) -> list[str]:
    prefixes = tuple(r for r in read if r.count(".") >= 2 and r.endswith("."))
    return sorted(n for n in names - read if not (prefixes and n.startswith(prefixes)))


@pytest.mark.parametrize("folder", FOLDERS, ids=[f.name for f in FOLDERS])
def test_every_parameter_of_a_programme_is_read(folder: Path) -> None:
    bundle = bundles.read_folder(folder)
    own = set(parse_policy((folder / "policy.toml").read_text("utf-8")).parameters)
    assert unread(own, _read(bundle)) == []


def test_every_shared_parameter_is_read() -> None:
    shared = set(parse_policy((CONTENT / "common" / "policy.toml").read_text("utf-8")).parameters)
    read = set().union(*(_read(bundles.read_folder(f)) for f in FOLDERS))
    assert unread(shared, read) == []


def test_the_page_names_where_every_parameter_is_used() -> None:
    found = [bundles.read_folder(f) for f in FOLDERS]
    names = {name for b in found for name in b.policy.parameters}
    used = {name for b in found for name in usage.of_bundle(b)}
    assert sorted(n for n in names - used if not usage.of_program(n)) == []
    assert used <= names  # nothing reads a name that no programme declares


def test_what_the_page_says_of_the_program_is_what_the_program_reads() -> None:
    assert sorted(set(usage.PROGRAM) - PYTHON) == []


def test_every_shipped_value_holds_anywhere_and_is_unconfirmed() -> None:
    for file in sorted(CONTENT.glob("*/policy.toml")):
        for parameter in parse_policy(file.read_text("utf-8")).parameters.values():
            for value in parameter.values:
                assert (value.division, value.confirmed) == ("", False), parameter.name
                assert value.source, parameter.name


def test_a_parameter_that_nothing_reads_is_found() -> None:
    assert unread({"allowance.gradual_exit_months"}, _read(bundles.read_folder(FOLDERS[0]))) == [
        "allowance.gradual_exit_months"
    ]
