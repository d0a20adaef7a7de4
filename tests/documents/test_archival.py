"""PDF/A-3u as far as can be told with pikepdf: this is our own list of checks, not a validator's verdict."""

from __future__ import annotations

import io
import json

import pikepdf
import pytest
from sqlalchemy import select

from processes.papers import issue
from processes.papers.models import IssuedPaper
from processes.rehearsal.stage import Stage
from processes.releases import publish
from processes.storage import file_store
from processes.worker import jobs
from tests.builders import cases


@pytest.fixture
def made(stage: Stage) -> dict[str, tuple[IssuedPaper, bytes]]:
    """Every paper of a case that was carried to its end."""
    cases.a_case(stage, "serve_confirmation")
    jobs.make_papers(stage.office)
    with stage.database.reading("") as session:
        rows = session.scalars(select(IssuedPaper)).all()
    return {r.kind: (r, file_store.get(stage.office.settings.papers, r.sha256 or "")) for r in rows}


def test_every_paper_keeps_for_long(made: dict[str, tuple[IssuedPaper, bytes]]) -> None:
    assert len(made) >= 5
    for kind, (paper, content) in made.items():
        with pikepdf.open(io.BytesIO(content)) as pdf:
            assert not pdf.is_encrypted
            assert "/ID" in pdf.trailer, kind
            with pdf.open_metadata() as metadata:
                assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "U"), kind
            root = pdf.Root
            assert root.MarkInfo.Marked, kind
            assert root.StructTreeRoot.K is not None, kind
            assert str(root.Lang).startswith("zh"), kind
            assert str(root.OutputIntents[0].S) == "/GTS_PDFA1", kind
            assert "/JavaScript" not in root.get("/Names", {}), kind
            assert "/OpenAction" not in root, kind
            (attached,) = root.AF
            assert str(attached.AFRelationship) == "/Data"
            data = json.loads(attached.EF.F.read_bytes())
            assert data["header"]["code"] == paper.code
            for page in pdf.pages:
                for name, font in page.Resources.get("/Font", {}).items():
                    inner = font.get("/DescendantFonts", [font])[0]
                    assert any(k in inner.FontDescriptor for k in ("/FontFile2", "/FontFile3")), (kind, name)
                    assert "/ToUnicode" in font, (kind, name)


def test_what_is_read_aloud_stands_in_its_cell(made: dict[str, tuple[IssuedPaper, bytes]]) -> None:
    """Every marked content belongs to one element that lists it; a cell of the form lists its text itself."""
    for kind, (_, content) in made.items():
        with pikepdf.open(io.BytesIO(content)) as pdf:
            for page, numbers in zip(
                pdf.pages, list(pdf.Root.StructTreeRoot.ParentTree.Nums)[1::2], strict=False
            ):
                marked = page.Contents[-1].read_bytes() if isinstance(page.Contents, pikepdf.Array) else b""
                assert marked.count(b"/MCID") == len(numbers), kind
                for number, element in enumerate(numbers):
                    assert element.S != "/Document", kind
                    # The element of the page's number belongs to no tree and is kept as it was.
                    assert number in [int(k) for k in element.K if isinstance(k, int)], (kind, number)
                    assert element.Pg.objgen == page.objgen, kind
            if kind == "approval_form":
                assert sum(e.S == "/TD" for e in numbers) > len(numbers) // 3


def test_the_same_paper_gives_the_same_bytes(
    stage: Stage, made: dict[str, tuple[IssuedPaper, bytes]]
) -> None:
    paper, content = made["approval_form"]
    with stage.database.reading("") as session:
        bundle = publish.open_release(session, paper.release_id)
    digest, size, _ = issue.make(
        paper, bundle, stage.office.settings.papers, stage.office.settings.public_address
    )
    assert (digest, size) == (paper.sha256, len(content))
