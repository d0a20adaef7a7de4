"""Lines that keep their layout until they are drawn give the same pages as plain WeasyPrint, to the byte."""

from __future__ import annotations

import pytest
from weasyprint.text import line_break

from documents import page, shapes
from documents.sheets import RenderJob
from tests.conftest import CONTENT

STYLE = (CONTENT / "common" / "paper.css").read_text(encoding="utf-8")
OF_WEASYPRINT = shapes.Line.__base__
LETTER = (
    "<h1>通 知 书</h1>"
    + "<p>经审核，你家庭符合 2026 年 3 月 1 日起的保障条件 according to the county rules，" * 9
    + "</p>"
)
ROWS = "".join(f"<tr><td>张建国{n}</td><td>甲乡一村</td></tr>" for n in range(120))
TABLE = f"<table><thead><tr><th class='w16'>户主</th><th>住址</th></tr></thead>{ROWS}</table>"
PAGES = {
    "a letter, justified": f"<body>{LETTER}</body>",
    "a table over pages, its head repeated": f"<body class='form'>{TABLE}</body>",
    "a word longer than its cell": f"<body class='form'><table><tr><td class='w6'>{'Wx' * 40}</td><td>值</td></tr></table></body>",
    "a word longer than its line": f"<body><p style='overflow-wrap: normal'>{'Wx' * 80} 值 {'y' * 90}</p></body>",
    "spaces and lines as typed": "<body class='form'><div class='opinion'>同意。  两  格\n\n另行　说明\t值</div></body>",
    "underlined, spaced, small": "<body><p><u>甲</u><span style='letter-spacing:2pt;word-spacing:3pt'>a b 乙</span></p></body>",
    "cut with an ellipsis": "<body><p style='width:30mm;overflow:hidden;white-space:nowrap;text-overflow:ellipsis'>"
    + "长" * 40 + "</p></body>",
}  # fmt: skip


def _made(body: str) -> bytes:
    text = f"<html lang='zh-CN'><head><title>页</title></head>{body}</html>"
    sheet = RenderJob(
        {"t.html": text, "paper.css": STYLE},
        "t.html",
        {},
        "https://example.invalid/x",
        "2026-03-02T00:00:00+00:00",
    )
    return page.pdf_of(sheet).content


@pytest.mark.parametrize("body", PAGES.values(), ids=PAGES)
def test_a_page_is_the_same_to_the_byte(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = _made(body)
    monkeypatch.setattr(line_break, "Layout", OF_WEASYPRINT)
    assert kept == _made(body)


def test_lines_are_made_of_this_kind_and_let_go_when_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set up once for each line that is drawn without widened spaces; nothing is held afterwards."""
    lines: list[shapes.Line] = []

    class Counted(shapes.Line):
        def deactivate(self) -> None:
            lines.append(self)
            super().deactivate()

    assert line_break.Layout is shapes.Line
    monkeypatch.setattr(line_break, "Layout", Counted)
    _made("<body class='form'><table><tr><td>甲</td><td>乙</td></tr></table></body>")
    assert len(lines) > len(set(lines))
    assert not any(hasattr(line, "layout") for line in lines if line._is_drawn)
