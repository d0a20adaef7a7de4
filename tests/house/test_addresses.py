"""An address of the desk is typed once, in its route: templates and Python ask `url_for`, scripts one module of theirs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from processes.rehearsal.stage import Stage
from tests.conftest import CONTENT
from web import static_files
from web.app import create_app

WEB = CONTENT.parent / "web"
SCRIPTS = WEB / "assets" / "src"
ADDRESSES = SCRIPTS / "desk" / "addresses.js"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
_IN_TEMPLATES = re.compile(r"""["']/[a-z?]|\b(?:href|action|src|hx-get|hx-post)=["']?/""")
_IN_PYTHON = re.compile(r"""\b(?:redirect|inside)\(\s*f?["']/""")
_IN_SCRIPTS = re.compile(r"""["'`]/[a-z][a-z/.$-]""")


def _typed(path: Path, pattern: re.Pattern[str]) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [f"{path}:{n}: {line.strip()[:80]}" for n, line in enumerate(lines, 1) if pattern.search(line)]


def test_no_template_types_an_address() -> None:
    assert [found for path in TEMPLATES for found in _typed(path, _IN_TEMPLATES)] == [], "write url_for(...)"


@pytest.mark.parametrize(
    "bad",
    [
        '<a href="/cases">', '<a href="/">', "<form action='/sign-out'>", '<a href="/worklist?queue={{ name }}">',
        '{% call forms.post("/accounts/add") %}', "{% set pattern = '/cases?' ~ kept %}", '<form hx-post="/x">',
    ],
)  # fmt: skip
def test_an_address_in_a_template__is_seen(bad: str) -> None:
    assert _IN_TEMPLATES.search(bad)


@pytest.mark.parametrize(
    "good", ["""<a href="{{ url_for('cases.search') }}">""", 'place.startswith(address ~ "/")']
)
def test_what_asks_for_an_address__is_none(good: str) -> None:
    assert not _IN_TEMPLATES.search(good)


def test_no_route_leads_to_a_typed_address() -> None:
    assert [found for path in WEB.rglob("*.py") for found in _typed(path, _IN_PYTHON)] == []
    assert _IN_PYTHON.search('return redirect("/")')
    assert _IN_PYTHON.search("redirect(f'/cases/{number}')")


def test_scripts_keep_their_addresses_in_one_module() -> None:
    others = [path for path in SCRIPTS.rglob("*.js") if path != ADDRESSES]
    assert [found for path in others for found in _typed(path, _IN_SCRIPTS)] == [], f"put it into {ADDRESSES}"
    assert _IN_SCRIPTS.search('await send("/phrases", {})')
    assert _IN_SCRIPTS.search("send(`/people/${person}/reveal`)")


def _kept() -> list[str]:
    """Every address of that module; a part that is filled in is a number, which fits each kind of part."""
    text = ADDRESSES.read_text(encoding="utf-8")
    return [re.sub(r"\$\{\w+\}", "1", found) for found in re.findall(r'["`](/[^"`]*)["`]', text)]


def test_every_address_that_a_script_knows__is_a_route(stage: Stage) -> None:
    routes = create_app(stage.office).url_map.bind("desk.example")
    known = [address for address in _kept() if address != static_files.PREFIX]
    assert len(known) > 20
    methods = ("GET", "POST")
    assert [a for a in known if not any(routes.test(a, method) for method in methods)] == []
    assert not routes.test("/no-such-page", "GET")
