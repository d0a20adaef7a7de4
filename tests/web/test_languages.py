"""Every page of every role in both languages: each text is of its language, and forms send the same in both.

What stays Chinese on a page in English is content: what people typed, what was stored, and the texts of programmes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import lxml.html
import pytest
from sqlalchemy import inspect, select

from processes.people import forms
from processes.policy import retention
from processes.rehearsal.stage import Stage
from processes.storage.base import Row
from processes.storage.sealing import sealed_of
from processes.texts import Text, stored
from tests.builders.desks import Person
from tests.builders.foreign import Foreign
from tests.conftest import CONTENT
from tests.web import test_scope as scope
from tests.web.scope_routes import COUNTY, FOREIGN, LISTS, PERSONAL, PUBLIC
from tests.web.test_every_read_logged import INSIDE, _addresses
from web.languages.segments import is_shown

office = scope.world
_RUN = re.compile(r"[\u3400-\u9fff]+")
_BY_CHANCE = re.compile(r"csrf|nonce|^account$|^token$")
_OTHERWISE = ("/audit", "/sessions", "/help", "/guide/")
"""Pages that list that they were opened; guides, of which each language has its own text."""
_SIDE_BY_SIDE = ("本人密山甲",)
"""Two stored words with nothing between them."""
OF_LISTS = frozenset(stored(word) for word in (*forms.RELATIONS, forms.MALE, forms.FEMALE, *retention.TERMS))
_NO_TEXT = ("script", "style")
_FILES = ("link", "script")
"""Scripts and styles are built for each language."""


def _pages(stage: Stage, made: Foreign) -> Iterator[str]:
    for rule in scope._rules(stage, FOREIGN, PERSONAL, LISTS, COUNTY, PUBLIC):
        if "GET" in (rule.methods or ()):
            yield from _addresses(rule, made)


def _content(stage: Stage) -> str:
    """Everything that is stored, and the files of all programmes: what stays Chinese."""
    parts = [p.read_text(encoding="utf-8") for p in CONTENT.rglob("*") if p.suffix in _KINDS]
    with stage.database.reading("") as session:
        for mapper in Row.registry.mappers:
            names = [*(column.key for column in inspect(mapper).column_attrs), *sealed_of(mapper.class_)]
            for row in session.scalars(select(mapper.class_)):
                parts += [_plain(getattr(row, name)) for name in names]
    return "\n".join(parts)


_KINDS = (".bpmn", ".dmn", ".form", ".toml", ".html", ".yaml", ".md")


def _plain(value: Any) -> str:
    if isinstance(value, Text):
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _texts(page: lxml.html.HtmlElement) -> Iterator[str]:
    """What people read on a page, but for what says that it is in another language."""
    for element in page.iter():
        if not isinstance(element.tag, str) or element.tag in _NO_TEXT:
            continue
        if any(one.get("lang") for one in (element, *element.iterancestors()) if one.tag != "html"):
            continue
        yield element.text or ""
        yield from (value for name, value in element.attrib.items() if is_shown(name))
        yield from (child.tail or "" for child in element)


def _sent(page: lxml.html.HtmlElement) -> list[tuple[str, dict[str, str]]]:
    """Every element with what is no text of it: names, values, addresses."""
    found = []
    for element in page.iter():
        if element.tag in _FILES:
            continue
        if isinstance(element.tag, str) and not any(_BY_CHANCE.search(v) for v in element.attrib.values()):
            if element.getparent() is not None and element.getparent().get("class") == "language":
                continue
            kept = {k: v for k, v in element.attrib.items() if not is_shown(k) and k not in ("src", "lang")}
            if element.tag == "option" and "value" not in element.attrib:
                kept["value"] = element.text_content().strip()
            found.append((element.tag, kept))
    return found


def _own_words(page: lxml.html.HtmlElement) -> list[str]:
    """Words of the program's own lists that stand alone in a cell: stored, and still not content."""
    return [cell.text for cell in page.iter("td") if cell.text in OF_LISTS]


def _data(page: lxml.html.HtmlElement) -> list[Any]:
    """What a page gives its scripts, without the texts that only the second of a pair or a value by its key can be."""
    return [
        _keys(json.loads(one.text)) for one in page.iter("script") if one.get("type") == "application/json"
    ]


def _keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _keys(v) for k, v in value.items()}
    if isinstance(value, list):
        is_pair = len(value) == 2 and all(isinstance(v, str) for v in value)  # noqa: PLR2004
        return value[0] if is_pair else [v if isinstance(v, str) else _keys(v) for v in value]
    return None


@pytest.mark.parametrize("username", INSIDE)
def test_each_page_is_of_its_language_and_sends_the_same(
    office: tuple[Stage, Foreign], username: str
) -> None:
    stage, made = office
    chinese, english = Person(stage, username), Person(stage, username)
    english.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    content = _content(stage)
    faults: dict[str, str] = {}
    for address in _pages(stage, made):
        one, other = chinese.get(address), english.get(address)
        if one.mimetype != "text/html" or not one.text.strip():
            continue
        assert other.status_code == one.status_code, address
        there = lxml.html.fromstring(other.text)
        for text in _texts(there):
            for run in _RUN.findall(text):
                if run not in content and run not in _SIDE_BY_SIDE:
                    faults.setdefault(" ".join(text.split())[:90], f"{address}: {run}")
        if address in _OTHERWISE:
            continue
        assert _data(there) == _data(lxml.html.fromstring(one.text)), address
        assert not _own_words(there), f"{address}: {_own_words(there)}"
        here = _sent(lxml.html.fromstring(one.text))
        for before, after in zip(here, _sent(there), strict=False):
            if before != after and "csrf" not in str(before):
                faults.setdefault(f"{before}"[:200], f"{address}: {after}"[:300])
                break
        if len(here) != len(_sent(there)):
            faults.setdefault(address, f"{len(here)} elements, {len(_sent(there))} in English")
    assert not faults, "\n".join(f"{where} — {what}" for what, where in faults.items())
