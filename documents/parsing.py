"""Parses a rendered HTML page.

libxml2 needs a twentieth of the time of an HTML parser in Python (0.3 of 5 ms for the approval form, whose
limit is 100 ms in all). Templates are checked files of the office; pages with elements that libxml2 does not
support (inline SVG, with capital letters in names) use the slow parser.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from xml.etree import ElementTree

import cssselect2
import weasyprint
from lxml import etree
from weasyprint.urls import URLFetcher

NOWHERE = "about:blank"
_DRAWING = "<svg"
PLAIN_ELEMENTS: Final = frozenset(
    ("html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "div", "span", "b", "strong", "br", "img",
     "table", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td")
)  # fmt: skip
PLAIN_ATTRIBUTES: Final = frozenset(
    ("alt", "charset", "class", "colspan", "id", "lang", "rowspan", "src", "style")
)
"""The elements that papers use. WeasyPrint's rules for every element concern none of them."""
_MARGINS: Final = frozenset(
    f"@{name}" for name in (
        "top-left-corner", "top-left", "top-center", "top-right", "top-right-corner", "left-top", "left-middle",
        "left-bottom", "right-top", "right-middle", "right-bottom", "bottom-left-corner", "bottom-left", "bottom-center",
        "bottom-right", "bottom-right-corner",
    )
)  # fmt: skip
_NOTES_OR_LISTS = re.compile("note|marker|list-item", re.IGNORECASE)


class _Builder(ElementTree.TreeBuilder):
    """Builds elements and text; drops comments, instructions and the document type."""

    def start(self, tag: str, attrs: Mapping[str, str], /) -> ElementTree.Element:
        """An element begins; copy its attributes, because libxml2's cannot be changed."""
        return super().start(tag, dict(attrs))

    def comment(self, _text: str | None, /) -> Any:
        """Ignore it."""

    def pi(self, _target: str, _text: str | None = None, /) -> Any:
        """Ignore it."""


class _Page(weasyprint.HTML):  # type: ignore[misc]
    """Replaces WeasyPrint's HTML class around a parsed tree."""

    def __init__(self, tree: Any, fetcher: URLFetcher, style: str) -> None:
        self.style = style
        self.base_url, self.url_fetcher, self.media_type = NOWHERE, fetcher, "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(tree, content_language=None)
        self.etree_element = self.wrapper_element.etree_element

    def _ua_stylesheets(self, forms: bool = False) -> list[weasyprint.CSS]:
        """Default styles of elements that no style sheet of ours covers."""
        style_sheets: list[weasyprint.CSS] = super()._ua_stylesheets(forms)
        return (
            [_of_plain_pages(self.style), *style_sheets[1:]]
            if is_plain(self.etree_element, self.style)
            else style_sheets
        )


def is_plain(root: Any, style: str) -> bool:
    """Return whether a page contains only what papers use: no list, footnote, link or field."""
    if _NOTES_OR_LISTS.search(style):
        return False
    return all(
        element.tag in PLAIN_ELEMENTS
        and element.attrib.keys() <= PLAIN_ATTRIBUTES
        and not _NOTES_OR_LISTS.search(
            element.get("style", "") if element.tag != "style" else element.text or ""
        )
        for element in root.iter()
    )


@lru_cache(maxsize=16)
def _of_plain_pages(style: str) -> weasyprint.CSS:
    """WeasyPrint's default style sheet without rules that do not apply to a plain page.

    They give every element five styles for footnotes and the like, and every page one for each of sixteen
    margins, most of which papers do not use.
    """
    default_style = weasyprint.HTML._ua_stylesheets(None)[0]
    plain = copy.copy(default_style)
    plain.matcher = copy.copy(default_style.matcher)
    plain.matcher.other_selectors = []
    plain.page_rules = [rule for rule in default_style.page_rules if _is_read(rule, style)]
    return plain


def _is_read(rule: Any, style: str) -> bool:
    _, selectors, _ = rule
    return all(part not in _MARGINS or part in style for _, part, _ in selectors)


def page_of(text: str, style: str, fetcher: URLFetcher) -> weasyprint.HTML:
    """Return a page of HTML, ready for layout."""
    if _DRAWING in text:
        return weasyprint.HTML(string=text, url_fetcher=fetcher, base_url=NOWHERE)
    target: Any = _Builder()
    parser = etree.HTMLParser(target=target)
    parser.feed(text)
    return _Page(parser.close(), fetcher, style)
