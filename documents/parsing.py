"""A filled page, parsed.

libxml2 reads a page in a twentieth of the time that an HTML parser written in Python takes (0.3 of 5 ms for the
approval form, which may take 100 ms in all).  Templates are checked text of the office's own; what libxml2 does not
know (drawings inside the page, whose names have capitals) goes the long way.
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
"""What papers are made of.  Of the rules that WeasyPrint has for every element, none concerns these."""
_MARGINS: Final = frozenset(
    f"@{name}" for name in (
        "top-left-corner", "top-left", "top-center", "top-right", "top-right-corner", "left-top", "left-middle",
        "left-bottom", "right-top", "right-middle", "right-bottom", "bottom-left-corner", "bottom-left", "bottom-center",
        "bottom-right", "bottom-right-corner",
    )
)  # fmt: skip
_NOTES_OR_LISTS = re.compile("note|marker|list-item", re.IGNORECASE)


class _Builder(ElementTree.TreeBuilder):
    """Elements and text; comments, instructions and the document type say nothing on paper."""

    def start(self, tag: str, attrs: Mapping[str, str], /) -> ElementTree.Element:
        """An element begins; libxml2 hands over attributes that cannot be changed."""
        return super().start(tag, dict(attrs))

    def comment(self, _text: str | None, /) -> Any:
        """Left out."""

    def pi(self, _target: str, _text: str | None = None, /) -> Any:
        """Left out."""


class _Page(weasyprint.HTML):  # type: ignore[misc]
    """What WeasyPrint makes of a text, around a tree that is there already."""

    def __init__(self, tree: Any, fetcher: URLFetcher, style: str) -> None:
        self.style = style
        self.base_url, self.url_fetcher, self.media_type = NOWHERE, fetcher, "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(tree, content_language=None)
        self.etree_element = self.wrapper_element.etree_element

    def _ua_stylesheets(self, forms: bool = False) -> list[weasyprint.CSS]:
        """The looks of elements that no style sheet of ours names."""
        told: list[weasyprint.CSS] = super()._ua_stylesheets(forms)
        return [_of_plain_pages(self.style), *told[1:]] if is_plain(self.etree_element, self.style) else told


def is_plain(root: Any, style: str) -> bool:
    """Whether a page has nothing but what papers are made of: no list, no footnote, no link, no field."""
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
    """WeasyPrint's style sheet without what is asked of every element and page and concerns none of a plain one.

    Each element gets five styles for footnotes and the like, each page one for every of its sixteen margins: nobody reads
    those of margins that the papers' own style does not name.
    """
    whole = weasyprint.HTML._ua_stylesheets(None)[0]
    plain = copy.copy(whole)
    plain.matcher = copy.copy(whole.matcher)
    plain.matcher.other_selectors = []
    plain.page_rules = [rule for rule in whole.page_rules if _is_read(rule, style)]
    return plain


def _is_read(rule: Any, style: str) -> bool:
    _, selectors, _ = rule
    return all(part not in _MARGINS or part in style for _, part, _ in selectors)


def page_of(text: str, style: str, fetcher: URLFetcher) -> weasyprint.HTML:
    """A page of HTML, ready to be set in a style."""
    if _DRAWING in text:
        return weasyprint.HTML(string=text, url_fetcher=fetcher, base_url=NOWHERE)
    target: Any = _Builder()
    parser = etree.HTMLParser(target=target)
    parser.feed(text)
    return _Page(parser.close(), fetcher, style)
