"""Scripts, styles and templates of the desk keep a line's length; what lays them out and checks them is in `./test`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LONGEST = 120
ASSETS = ROOT / "web" / "assets"
FILES = [
    p for p in (*ASSETS.glob("*.js"), *(ASSETS / "src").rglob("*"), *(ASSETS / "tests").rglob("*"), *(ASSETS / "public").rglob("*"))
    if p.suffix in (".js", ".css")
]  # fmt: skip
FORMS = ROOT / "web" / "templates" / "macros" / "forms.html"
TEMPLATES = sorted((ROOT / "web" / "templates").rglob("*.html"))


def long_lines(text: str) -> list[str]:
    """Number and beginning of each line that is too long."""
    return [f"{n}: {line.strip()[:60]}" for n, line in enumerate(text.splitlines(), 1) if len(line) > LONGEST]


@pytest.mark.parametrize("path", [*FILES, *TEMPLATES], ids=lambda p: p.name)
def test_no_line_is_longer_than_a_screen_is_wide(path: Path) -> None:
    assert long_lines(path.read_text(encoding="utf-8")) == []


def test_a_long_line_is_seen() -> None:
    assert long_lines("a" * LONGEST) == []
    assert long_lines("short\n" + "a" * (LONGEST + 1)) == ["2: " + "a" * 60]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_no_line_of_a_template_ends_in_a_wide_space(path: Path) -> None:
    """It is text, which an editor or djhtml takes away unseen."""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if "\u3000" in (line[-1:], line.strip(" ")[:1])] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_the_field_against_forged_requests_stands_in_one_place(path: Path) -> None:
    """A form that is sent by POST is made by `forms.post`, which cannot forget it."""
    text = path.read_text(encoding="utf-8")
    if path != FORMS:
        assert 'name="csrf_token"' not in text
        assert not re.search(r"<form[^>]*method=.?post", text, re.IGNORECASE), (
            "write {% call forms.post(...) %}"
        )
    else:
        assert text.count('name="csrf_token"') == 1


@pytest.mark.parametrize("call", ["front_end_checked", "djhtml"])
def test_the_checks_of_the_front_end_run_in_every_test_and_before_a_commit(call: str) -> None:
    assert call in (ROOT / "test").read_text(encoding="utf-8").split("mode = fast")[0]
    assert call in (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
