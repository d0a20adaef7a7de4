"""A filled page, parsed.

libxml2 reads a page in a twentieth of the time that an HTML parser written in Python takes (0.3 of 5 ms for the
approval form, which may take 100 ms in all).  Templates are checked text of the office's own; what libxml2 does not
know (drawings inside the page, whose names have capitals) goes the long way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

import cssselect2
import weasyprint
from lxml import etree
from weasyprint.urls import URLFetcher

NOWHERE = "about:blank"
_DRAWING = "<svg"


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

    def __init__(self, tree: Any, fetcher: URLFetcher) -> None:
        self.base_url, self.url_fetcher, self.media_type = NOWHERE, fetcher, "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(tree, content_language=None)
        self.etree_element = self.wrapper_element.etree_element


def page_of(text: str, fetcher: URLFetcher) -> weasyprint.HTML:
    """A page of HTML, ready to be set."""
    if _DRAWING in text:
        return weasyprint.HTML(string=text, url_fetcher=fetcher, base_url=NOWHERE)
    target: Any = _Builder()
    parser = etree.HTMLParser(target=target)
    parser.feed(text)
    return _Page(parser.close(), fetcher)
