"""Papers made for real: text read back, layout counted in pages, nothing reached from a template."""

from __future__ import annotations

import io
import subprocess
from datetime import datetime
from pathlib import Path

import pikepdf
import pytest
from sqlalchemy import select

from documents import render
from documents.errors import GlyphMissing, RendererError, RenderingFailed, TemplateBroken, ValueMissing
from processes.cases.models import Case
from processes.office.cases.start import StartCase
from processes.office.papers.make import PrintState
from processes.papers.models import IssuedPaper
from processes.rehearsal.stage import Stage
from processes.releases.bundle import Bundle
from processes.storage import file_store
from processes.worker import jobs
from tests.builders import cases

AT = "2026-03-02T00:00:00+00:00"


def sheet(template: str, **data: object) -> render.RenderJob:
    return render.RenderJob({"t.html": template}, "t.html", dict(data), "http://x/verify/A", AT)


def text_of(stage: Stage, number: str, kind: str, tmp_path: Path) -> str:
    with stage.database.reading("") as session:
        paper = session.scalars(
            select(IssuedPaper)
            .join(Case, Case.id == IssuedPaper.case_id)
            .where(Case.number == number, IssuedPaper.kind == kind)
            .order_by(IssuedPaper.id.desc())
        ).first()
    assert paper is not None
    assert paper.sha256 is not None, paper.error
    return read(file_store.get(stage.office.settings.papers, paper.sha256), tmp_path / f"{kind}.pdf")


def read(pdf: bytes, file: Path) -> str:
    file.write_bytes(pdf)
    shown = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True
    )
    return "".join(shown.stdout.split())


def test_every_paper_of_a_confirmed_case(stage: Stage, tmp_path: Path) -> None:
    number = cases.a_case(stage, at="serve_confirmation")
    assert jobs.make_papers(stage.office) == 6
    form = text_of(stage, number, "approval_form", tmp_path)
    # two people: 15000 − 2764.80 = 12235.20; 768 × 2 − 12235.20 ÷ 12 = 1536 − 1019.60 = 516.40 → 517
    for words in (
        "伍佰壹拾柒元整",
        "517.00",
        "建议纳入",
        "提请确认",
        "同意",
        "赵分管",
        "韩局长",
        "人均月收入",
        "民救审〔2026〕1号",
    ):
        assert words in form
    assert "未办结" not in form
    assert "2026年4月" in text_of(stage, number, "confirmation_notice", tmp_path)
    notice = text_of(stage, number, "public_notice", tmp_path)
    assert "张建国" in notice
    assert "东村" in notice
    assert "340199" not in notice
    assert "李秀英" not in notice
    assert "2026年4月21日" in text_of(
        stage, number, "acceptance_notice", tmp_path
    ) or "2026年4月14日" in text_of(stage, number, "acceptance_notice", tmp_path)
    assert "赵核查" in text_of(stage, number, "investigation_form", tmp_path)


def test_an_undecided_form_says_so_and_holds_no_opinion(stage: Stage, tmp_path: Path) -> None:
    number = cases.a_case(stage, at="county_check")
    leader = stage.actor("county_leader", cases.VILLAGE)
    stage.office.perform(PrintState(number, "approval_form"), leader)
    jobs.make_papers(stage.office)
    form = text_of(stage, number, "approval_form", tmp_path)
    assert "未办结" in form
    assert "建议纳入" in form
    assert "韩局长" not in form
    assert "提请确认" not in form


def test_thirty_members__every_one_is_printed__and_a_header_repeats_on_a_further_page(
    stage: Stage, allowance: Bundle, tmp_path: Path
) -> None:
    names = [f"欧阳{n:02d}" for n in range(30)]
    members = [
        {"name": n, "relation": "本人" if i == 0 else "其他", "birth": f"19{50 + i}-01-01"}
        for i, n in enumerate(names)
    ]
    stage.set_clock(datetime(2026, 3, 2, 9, 0))
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    household = cases.a_household(stage, raw={"members": members})
    number = stage.office.perform(
        StartCase("minimum_living_allowance", household, cases.APPLICATION), clerk
    ).case
    stage.office.perform(PrintState(number, "approval_form"), clerk)
    jobs.make_papers(stage.office)
    form = text_of(stage, number, "approval_form", tmp_path)
    assert [n for n in names if n not in form] == []
    with stage.database.reading("") as session:
        contract = session.scalars(select(IssuedPaper)).one().contract
    twice = contract | {"members": contract["members"] * 2}
    made = render.to_pdf(
        render.RenderJob(allowance.templates(), "approval_form.html", twice, "http://x/verify/A", AT)
    )
    assert read(made.content, tmp_path / "twice.pdf").count("成员姓名") == 2


def test_the_same_sheet_gives_the_same_bytes() -> None:
    one = render.to_pdf(sheet("<p>{{ name }}</p>", name="张玥喆堃"))
    assert one.content == render.to_pdf(sheet("<p>{{ name }}</p>", name="张玥喆堃")).content
    assert one.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("template", "kind"),
    [
        ("{{ missing }}", ValueMissing),
        ("{{ name.missing }}", ValueMissing),
        ("{% if %}", TemplateBroken),
        ("{{ ''.__class__.__mro__ }}", RendererError),
        ("{{ name | attr('x') }}", TemplateBroken),
        ("{% include '/etc/passwd' %}", TemplateBroken),
    ],
)
def test_a_template_that_asks_for_too_much_is_an_error_never_a_blank(
    template: str, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        render.to_pdf(sheet(template, name="x"))


def test_a_template_reaches_no_file() -> None:
    made = render.to_pdf(
        sheet("<img src='file:///etc/passwd'><p style=\"background: url(file:///etc/hosts)\">字</p>")
    )
    assert b"root:" not in made.content


def test_a_child_that_takes_too_long_is_ended_and_the_next_sheet_is_made() -> None:
    renderer = render.Renderer(seconds=0.001)
    with pytest.raises(RenderingFailed, match="秒"):
        renderer.make(sheet("<p>字</p>"))
    renderer.seconds = 60
    assert renderer.make(sheet("<p>字</p>")).pages == 1
    renderer.close()


def test_a_child_that_takes_too_much_memory_is_an_error() -> None:
    renderer = render.Renderer(memory=700_000_000)
    with pytest.raises(RenderingFailed):
        renderer.make(
            sheet(
                "{% for a in range(99999) %}{% for b in range(999) %}<p>字字字字</p>{% endfor %}{% endfor %}"
            )
        )
    renderer.close()


@pytest.mark.parametrize("name", ["张玥喆", "李堃嬛", "王䶮", "赵𬱟", "欧阳𠅤𡈼"])
def test_rare_names_are_set_and_can_be_read_again(name: str, tmp_path: Path) -> None:
    made = render.to_pdf(sheet("<p>姓名：{{ name }}</p>", name=name))
    with pikepdf.open(io.BytesIO(made.content)) as pdf:
        assert str(pdf.docinfo["/Fonts"])
    assert name in read(made.content, tmp_path / "name.pdf")


def test_a_character_that_no_face_has_is_refused_and_named() -> None:
    with pytest.raises(GlyphMissing, match=r"U\+10EDFC"):
        render.to_pdf(sheet("<p>{{ name }}</p>", name="王\U0010edfc"))
