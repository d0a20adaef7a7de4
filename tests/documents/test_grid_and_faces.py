"""Table lines drawn at once, and fonts subset in one pass, give the same paper as plain WeasyPrint."""

from __future__ import annotations

import io
import re

import pikepdf
import pypdfium2
import pytest
import weasyprint
from PIL import Image

from documents import page, render
from documents.sheets import RenderJob
from documents.subset import SubsetFonts
from tests.conftest import CONTENT

STYLE = (CONTENT / "common" / "paper.css").read_text(encoding="utf-8")
TABLE = """<html lang="zh-CN"><head><title>表</title></head><body class="form"><table><thead><tr><th class="w16">户主</th><td>张建国</td>
<td rowspan="2">并</td></tr></thead><tr><th>住址</th><td>甲乡一村<table class="sums"><tr><td>内</td></tr></table></td></tr></table></body></html>"""
CELLS = 6
DOTS_PER_POINT = 4


def made(style: str, text: str = TABLE) -> bytes:
    sheet = RenderJob(
        {"t.html": text, "paper.css": style}, "t.html", {}, "https://example.invalid/x", "2026-03-02T00:00:00+00:00",
        marked=False,
    )  # fmt: skip
    return page.pdf_of(sheet).content


def _picture(content: bytes) -> Image.Image:
    rendered: Image.Image = pypdfium2.PdfDocument(content)[0].render(scale=DOTS_PER_POINT).to_pil()
    return rendered.convert("L")


def _lines(content: bytes) -> list[list[float]]:
    """The rectangles of the drawing that holds the grid: outer and inner edge of each cell in turn."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        drawn = pdf.pages[0].Contents.read_bytes().decode("latin-1")
    found = re.search(r"/Artifact BMC q 0 g\n(.*?)\nf\* Q EMC", drawn, re.DOTALL)
    numbers = re.findall(r"([\d.-]+) ([\d.-]+) ([\d.-]+) ([\d.-]+) re", found[1] if found else "")
    return [[float(n) for n in four] for four in numbers]


def test_every_cell_has_its_line__half_a_line_wide() -> None:
    lines = _lines(made(STYLE))
    assert len(lines) == 2 * CELLS
    for (x, y, width, height), inner in zip(lines[::2], lines[1::2], strict=True):
        wanted = [x + 0.35, y + 0.35, width - 0.7, height - 0.7]
        assert inner == pytest.approx(wanted, abs=0.0015)


def test_cells_stand_where_borders_would_put_them() -> None:
    """The same page with borders drawn by WeasyPrint: 0.92347 mm = 0.8 mm + 0.35 pt × 25.4 / 72 mm."""
    bordered = re.sub(
        r"--grid: cells; padding: 0\.92347mm", "border: 0.35pt solid #000; padding: 0.92347mm", STYLE
    )
    bordered += """body.form th, body.form td { padding: 0.8mm 1.5mm; } body.form th { padding: 0.8mm 0.5mm; }
    body.form table.sums td, body.form table.sums th { padding: 0.2mm 1.5mm; }"""
    assert bordered != STYLE
    plain, quick = _picture(made(bordered)), _picture(made(STYLE))
    dark = [p.point(lambda v: 0 if v < 200 else 255) for p in (plain, quick)]
    assert _lines(made(bordered)) == []
    differing = sum(a != b for a, b in zip(dark[0].tobytes(), dark[1].tobytes(), strict=True))
    assert differing / len(dark[0].tobytes()) < 0.002


def test_the_grid_is_no_content_for_reading_aloud() -> None:
    with pikepdf.open(io.BytesIO(made(STYLE))) as pdf:
        drawn = pdf.pages[0].Contents.read_bytes()
    assert drawn.count(b"/Artifact BMC q 0 g") == 1


def test_a_face_subset_once_draws_what_one_subset_twice_does(monkeypatch: pytest.MonkeyPatch) -> None:
    once = made(STYLE)
    monkeypatch.setattr(page, "SubsetFonts", dict)
    assert _picture(once).tobytes() == _picture(made(STYLE)).tobytes()


def test_only_faces_of_cff_outlines_are_subset_here() -> None:
    faces = SubsetFonts()

    class Face:
        def __init__(self, tables: list[str]) -> None:
            self.tables = tables

    kept, varied, quick = Face(["glyf", "cmap"]), Face(["CFF ", "fvar"]), Face(["CFF "])
    for n, face in enumerate((kept, varied, quick)):
        faces[n] = face
    assert [hasattr(f, "subset") for f in (kept, varied, quick)] == [False, False, True]


def test_weasyprint_still_asks_a_face_for_its_subset() -> None:
    """What `SubsetFonts` relies on: a method of that name and meaning, and faces put into the document's own collection."""
    document = weasyprint.HTML(string="<p style='font-family: FandolSong'>张</p>").render()
    document.fonts = SubsetFonts()
    assert b"CIDFontType0" in (document.write_pdf(uncompressed_pdf=True) or b"")
    assert all("subset" in vars(face) for face in document.fonts.values() if "CFF " in face.tables)
    assert any("CFF " in face.tables for face in document.fonts.values())


def test_a_child_process_makes_the_same_page() -> None:
    renderer = render.Renderer()
    sheet = RenderJob(
        {"t.html": TABLE, "paper.css": STYLE},
        "t.html",
        {},
        "https://example.invalid/x",
        "2026-03-02T00:00:00+00:00",
    )
    assert renderer.make(sheet).content == page.pdf_of(sheet).content
    renderer.close()
