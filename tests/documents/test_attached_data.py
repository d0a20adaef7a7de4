"""What is attached to a paper as data stands on its page."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2
import pytest
from sqlalchemy import select

from documents import attached
from processes.papers.models import IssuedPaper
from processes.rehearsal.stage import Stage
from processes.storage import file_store
from processes.worker import jobs
from tests.builders import cases

PAGE = """<html><head><style>.x { content: "4711"; }</style></head><body><p>张建国 于 2026年3月2日 申请</p>
<p>每月 2,990.00 元</p><p>无 &lt;其他&gt; 说明</p></body></html>"""


@pytest.mark.parametrize(
    ("leaf", "stands"),
    [
        ("张建国", True), ("2026-03-02", True), ("2990.00", True), ("2990", True), ("无<其他>说明", True),
        ("邻居反映情况属实", False), ("2026-03-03", False), ("299", False), ("990.00", False), ("4711", False),
        (True, False), (None, False), ("", False),
    ],
)  # fmt: skip
def test_a_leaf_is_kept_where_it_stands(leaf: Any, stands: bool) -> None:
    assert attached.shown({"part": {"leaf": leaf}}, PAGE) == ({"part": {"leaf": leaf}} if stands else {})


def leaves(part: Any) -> Iterator[Any]:
    if isinstance(part, dict | list):
        for value in part.values() if isinstance(part, dict) else part:
            yield from leaves(value)
    else:
        yield part


def issued(stage: Stage) -> dict[str, io.BytesIO]:
    """Every paper of a confirmed case, by kind."""
    cases.a_case(stage, at="serve_confirmation")
    jobs.make_papers(stage.office)
    with stage.database.reading("") as session:
        rows = session.scalars(select(IssuedPaper).order_by(IssuedPaper.id)).all()
    folder = stage.office.settings.papers
    return {r.kind: io.BytesIO(file_store.get(folder, r.sha256)) for r in rows if r.sha256 is not None}


def data_of(content: io.BytesIO) -> Any:
    with pikepdf.open(content) as pdf:
        return json.loads(pdf.attachments["data.json"].get_file().read_bytes())


def test_every_leaf_of_every_paper_stands_on_its_page(stage: Stage) -> None:
    read = 0
    for kind, content in issued(stage).items():
        found = pypdfium2.PdfDocument(content.getvalue())
        text = "".join(page.get_textpage().get_text_bounded() for page in found)
        for leaf in leaves(data_of(content)):
            assert attached.shown({"leaf": leaf}, f"<body>{text}"), (kind, leaf)
            read += 1
    assert read > 50


def test_a_letter_carries_no_word_of_the_inner_file(stage: Stage) -> None:
    letter = json.dumps(data_of(issued(stage)["confirmation_notice"]), ensure_ascii=False)
    assert "张建国" in letter
    for word in ("neighbours", "investigate_household", "township_opinion"):
        assert word not in letter
