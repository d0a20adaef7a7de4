"""Rules of the code base: routes, names, sizes, clocks, floats, errors."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median

import pytest

from processes import errors
from processes.rehearsal.stage import Stage
from tests.conftest import CONTENT

ROOT = CONTENT.parent
SOURCES = [
    p for part in ("processes", "documents", "web") for p in sorted((ROOT / part).rglob("*.py"))
    if "versions" not in p.parts and "node_modules" not in p.parts
]  # fmt: skip


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(ROOT)}:{node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_every_route_says_who_may_use_it_and_has_a_plain_address(stage: Stage) -> None:
    from web.app import create_app

    app = create_app(stage.office)
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        assert hasattr(app.view_functions[rule.endpoint], "permission"), f"{rule}: add @require or @public"
        assert re.fullmatch(r"[a-z0-9/\-<>:_.]*", rule.rule), f"{rule}: kebab-case"
        assert "<" not in rule.rule or ":" in rule.rule, f"{rule}: type the parameters"


def test_no_programme_is_named_in_code() -> None:
    names = set()
    for file in CONTENT.glob("*/programme.toml"):
        programme = tomllib.loads(file.read_text())
        if programme["kind"] == "programme":
            names |= {programme["id"], f'"{programme["code"]}"'}
    assert names
    for path in SOURCES:
        if "demo" in path.parts:
            continue  # the demo county says which programme it shows
        found = [n for n in names if n in path.read_text()]
        assert not found, f"{path}: {found} belongs in bpmn/"


def test_no_float_in_the_office() -> None:
    for path in SOURCES:
        if "processes" not in path.parts:
            continue
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            is_float = isinstance(node, ast.Constant) and isinstance(node.value, float)
            assert not is_float, f"{path}:{getattr(node, 'lineno', 0)}: write Decimal"


def test_nothing_evaluates_python_and_only_the_door_commits() -> None:
    for path in SOURCES:
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec", "compile"), f"{path}:{node.lineno}"
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "commit"
            ):
                allowed = {"door.py", "unit_of_work.py", "stage.py", "filling.py", "env.py"}
                assert path.name in allowed, f"{path}:{node.lineno}: only office.perform commits"


def test_sizes() -> None:
    lines = [len(p.read_text().splitlines()) for p in SOURCES]
    assert max(lines) <= 450, [p for p in SOURCES if len(p.read_text().splitlines()) > 450]
    assert median(lines) <= 130
    found = [f for p in SOURCES for f in functions(p)]
    assert [f for f in found if f[1] > 62] == []
    assert median(size for _, size in found) <= 12


def concrete_errors() -> list[type[errors.YimenError]]:
    return [
        e for e in vars(errors).values()
        if isinstance(e, type) and issubclass(e, errors.YimenError) and e is not errors.YimenError
    ]  # fmt: skip


@pytest.mark.parametrize("kind", concrete_errors(), ids=lambda k: k.__name__)
def test_every_error_speaks_chinese_and_english_and_has_its_own_code(kind: type[errors.YimenError]) -> None:
    assert any("\u4e00" <= ch <= "\u9fff" for ch in kind.text)
    assert kind.text_en.isascii() or "“" in kind.text_en
    assert [e.__name__ for e in concrete_errors() if e.code == kind.code] == [kind.__name__]


def never_made(names: list[str], text: str) -> list[str]:
    """Which of these classes no line makes one of; `class X(` says what it is and makes none."""
    return [name for name in names if not re.search(rf"(?<!class )\b{name}\(", text)]


def test_every_error_is_raised_somewhere() -> None:
    families = set(errors.YimenError.__subclasses__())
    migrations = (ROOT / "processes" / "migrations" / "versions").glob("*.py")
    text = "\n".join(p.read_text() for p in (*SOURCES, *migrations))
    assert never_made([e.__name__ for e in concrete_errors() if e not in families], text) == []


def test_an_error_that_is_only_defined__counts_as_raised_nowhere() -> None:
    text = "class Defined(RuleBroken):\n    ...\n\nraise Raised(who='甲')\nreturn Returned()"
    assert never_made(["Defined", "Raised", "Returned"], text) == ["Defined"]


BANNED = {
    "asking": "batched_reads", "errands": "jobs", "faces": "available_fonts", "handing": "assignment", "helpers": "what they help",
    "involving": "participants", "looking": "observation", "reach": "notification_preferences", "storing": "batched_flush",
    "unsaved": "form_drafts", "utils": "what they do", "vault": "file_store", "wire": "round_trip",
}  # fmt: skip
"""Names that say nothing to somebody of this field, and the ones that took their place (docs/glossary.md)."""


def badly_named(paths: Iterable[Path]) -> list[str]:
    """Each file whose name, or whose folder's, is banned: what to call it."""
    return [f"{p}: {name} is {BANNED[name]}" for p in paths for name in (p.parent.name, p.stem.lstrip("_")) if name in BANNED]  # fmt: skip


def test_modules_are_named_in_words_of_the_field() -> None:
    pages = [*(ROOT / "web" / "templates").rglob("*.html"), *(ROOT / "web" / "assets" / "src").rglob("*.*")]
    assert badly_named([*SOURCES, *pages]) == []


@pytest.mark.parametrize(
    "bad", ["web/desks/handing.py", "web/templates/handing/page.html", "web/src/unsaved.js", "a/_reach.html"]
)
def test_a_module_or_a_folder_in_words_of_our_own__is_seen(bad: str) -> None:
    assert len(badly_named([Path("web/desks/notices.py"), Path(bad)])) == 1
