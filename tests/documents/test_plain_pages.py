"""Pages with only the elements of papers are laid out with fewer rules and look the same as with all of
WeasyPrint's."""

from __future__ import annotations

from xml.etree import ElementTree  # noqa: S405  (a text of this test's own)

import cssselect2
import pytest
import weasyprint

from documents import parsing
from documents.page import ClosedFetcher
from tests.conftest import CONTENT

STYLE = (CONTENT / "common" / "paper.css").read_text(encoding="utf-8")
PAGE = """<html lang="zh-CN"><head><meta charset="utf-8"><title>表</title></head><body class="form" id="b"><h1>表</h1><h2>一</h2>
<h3>（一）</h3><p>甲<br><b>乙</b><strong>丙</strong><span style="white-space:nowrap">丁</span></p><table><colgroup><col
class="w6"></colgroup><thead><tr><th>名</th></tr></thead><tbody><tr><td colspan="1" rowspan="1">值</td></tr></tbody>
<tfoot><tr><td>合计</td></tr></tfoot></table><div><img class="qr" alt="码" src="data:image/png;base64,"></div></body></html>"""


def test_no_rule_that_is_left_out_concerns_what_papers_are_made_of() -> None:
    """Rules for footnotes and markers concern parts that only footnotes and lists have."""
    tree = parsing.page_of(PAGE, "", ClosedFetcher()).etree_element
    assert {e.tag for e in tree.iter()} == parsing.PLAIN_ELEMENTS - {"style"}
    assert {name for e in tree.iter() for name in e.attrib} == parsing.PLAIN_ATTRIBUTES
    left_out = weasyprint.HTML._ua_stylesheets(None)[0].matcher.other_selectors
    assert left_out
    for element in cssselect2.ElementWrapper.from_html_root(tree).iter_subtree():
        matching = {pseudo for test, _, _, pseudo, _ in left_out if test(element)}
        assert matching <= {
            "marker", "footnote-call", "footnote-marker", "note-call", "note-marker", "note-callback",
        }  # fmt: skip


def _rules(page: str, style: str) -> int:
    told = parsing.page_of(page, style, ClosedFetcher())._ua_stylesheets()
    return len(told[0].matcher.other_selectors)


@pytest.mark.parametrize(
    ("page", "style"),
    [
        ("<ol><li>甲</li></ol>", ""), ("<a href='#b'>甲</a>", ""), ("<p hidden>甲</p>", ""), ("<p dir='rtl'>甲</p>", ""),
        ("<p style='float: footnote'>甲</p>", ""), ("<p>甲</p>", "p { display: LIST-ITEM }"),
        ("<style>p::marker { color: red }</style><p>甲</p>", ""), ("<p>甲</p>", "@page { @note-area { margin: 0 } }"),
    ],
)  # fmt: skip
def test_whatever_else_a_page_has_is_set_with_all_rules(page: str, style: str) -> None:
    whole = f"<html><body>{page}</body></html>"
    assert _rules("<html><body><p>甲</p></body></html>", STYLE) == 0
    assert _rules(whole, style) == len(weasyprint.HTML._ua_stylesheets(None)[0].matcher.other_selectors)


def test_a_plain_page_looks_as_with_all_rules() -> None:
    """The same boxes at the same places, in the papers' own style."""
    quick = parsing.page_of(PAGE, STYLE, ClosedFetcher()).render(stylesheets=[weasyprint.CSS(string=STYLE)])
    slow = weasyprint.HTML(string=PAGE, url_fetcher=ClosedFetcher(), base_url=parsing.NOWHERE).render(
        stylesheets=[weasyprint.CSS(string=STYLE)]
    )
    placed = [
        [(type(b).__name__, b.position_x, b.position_y, b.width, b.height) for p in d.pages for b in p._page_box.descendants()]
        for d in (quick, slow)
    ]  # fmt: skip
    assert placed[0] == placed[1]
    assert len(placed[0]) > 40


def test_the_tree_is_read_once() -> None:
    """A text that is no element says nothing about being plain."""
    root = ElementTree.fromstring("<html><body>note</body></html>")  # noqa: S314  (a text of this test's own)
    assert parsing.is_plain(root, "")
