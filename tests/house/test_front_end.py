"""Scripts, styles and templates of the desk keep a line's length; what lays them out and checks them is in `./test`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LONGEST = 120
ASSETS = ROOT / "web" / "assets"
FOLDERS = ("languages", "public", "src", "tests")
FILES = [
    p for p in (*ASSETS.glob("*.js"), *(f for name in FOLDERS for f in (ASSETS / name).rglob("*")))
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


MOST_LINES = 120


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_a_template_says_one_thing(path: Path) -> None:
    """What is longer holds several sections: each is a template `_name.html` that the page includes."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


SHAPES = {
    r"<thead>\s*<tr>(\s*<th(?: class=[^>]*)?>[^<%]*</th>)+\s*</tr>\s*</thead>": "tables.head",
    r'<tr>\s*<td colspan="\d+" class="text-body-secondary">': "tables.empty_at_left",
    r"url_for\('cases\.one', number=([\w.]+)\) \}\}\">\{\{ \1 \}\}": "links.case",
    r'<div(?: class="[^"]*")?>\s*<label class="form-label" for="[^"]+">[^<]*</label>\s*<input\s[^>]*>\s*</div>': "forms.field",
    r"data-search": "filters.word",
    r"导出表格</button>": "filters.export",
    r'<div class="alert alert-danger" role="alert">\{\{ fault \}\}</div>': "forms.fault",
    r'<select class="form-select form-select-sm w-auto" name="\w+" aria-label="[^"]*">\s*<option value="">': "filters.choice",
    r'<input\s+class="form-control form-control-sm[\w -]*"\s+name="reason"\s+placeholder': "forms.reason",
}
"""Shapes that many pages have, and the macro that writes each."""
MACROS = ROOT / "web" / "templates" / "macros"


def written_out(text: str) -> list[str]:
    """The macros that a template does without."""
    return [macro for shape, macro in SHAPES.items() if re.search(shape, text)]


@pytest.mark.parametrize("path", [t for t in TEMPLATES if t.parent != MACROS], ids=lambda p: p.name)
def test_what_many_pages_have_is_written_by_its_macro(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert written_out(text) == []
    imported = re.findall(r'import "macros/\w+\.html" as (\w+)', text)
    assert [name for name in imported if f"{name}." not in text] == [], "imported for nothing"


@pytest.mark.parametrize(
    ("bad", "macro"),
    [
        ("<thead>\n<tr>\n<th>甲</th>\n<th class='w-40'>乙</th>\n</tr>\n</thead>", "tables.head"),
        ("<a href=\"{{ url_for('cases.one', number=c.number) }}\">{{ c.number }}</a>", "links.case"),
        (
            '<div>\n<label class="form-label" for="memo">事由</label>\n<input id="memo">\n</div>',
            "forms.field",
        ),
        ('<input name="q" data-search>', "filters.word"),
        ('<tr><td colspan="3" class="text-body-secondary">没有</td>', "tables.empty_at_left"),
    ],
)
def test_a_shape_that_is_written_out__is_seen(bad: str, macro: str) -> None:
    assert written_out(bad) == [macro]
    assert written_out("{{ " + macro + "(1) }}") == []


@pytest.mark.parametrize("call", ["front_end_checked", "djhtml"])
def test_the_checks_of_the_front_end_run_in_every_test_and_before_a_commit(call: str) -> None:
    assert call in (ROOT / "test").read_text(encoding="utf-8").split("mode = fast")[0]
    assert call in (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
