"""Files of the studio: Chinese titles, sheets as tables, fields of papers, a step taken out of the scenarios again."""

from __future__ import annotations

import dataclasses
import re

import pytest

from processes.errors import Invalid
from processes.papers import contracts, template_fields
from processes.rehearsal import extending
from processes.releases import bundle as bundles
from processes.releases import file_titles, sheet_file
from tests.conftest import CONTENT

FOLDERS = sorted(p.parent for p in CONTENT.glob("*/programme.toml"))
ALLOWANCE = CONTENT / "minimum_living_allowance"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.name)
def test_most_files_have_a_chinese_title(folder: object) -> None:
    listed = file_titles.by_kind(bundles.read_folder(folder))  # type: ignore[arg-type]
    bare = [name for _, files in listed for title, name in files if not CHINESE.search(title)]
    assert bare == []


def test_titles_are_what_the_files_are() -> None:
    titles = {n: t for _, files in file_titles.by_kind(bundles.read_folder(ALLOWANCE)) for t, n in files}
    assert titles["entitlement.sheet.toml"] == "保障金额计算"
    assert titles["forms/check_papers.form"] == "受理审查"
    assert titles["grade.dmn"] == "保障类别"
    assert titles["papers/approval_form.html"] == "最低生活保障审核确认表"
    assert titles["common/forms/compare_economy.form"] == "家庭经济状况核对（共用）"


@pytest.mark.parametrize("sheet", sorted(CONTENT.glob("*/*.sheet.toml")), ids=lambda p: p.name)
def test_a_sheet_that_nobody_changed_is_written_as_it_was(sheet: object) -> None:
    text = sheet.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert sheet_file.written(text, sheet_file.rows(text)) == text


def test_a_line_is_changed_added_moved_and_taken_out() -> None:
    text = (ALLOWANCE / "entitlement.sheet.toml").read_text(encoding="utf-8")
    rows = sheet_file.rows(text)
    rows[2]["title"] = "保障的人数"
    added = {
        "name": "extra",
        "title": "另加",
        "formula": "1 + 1",
        "unit": "元",
        "article": "",
        "shown": True,
        "inline": False,
    }
    made = sheet_file.rows(sheet_file.written(text, [*rows[1:3], rows[0], added]))
    assert [r["name"] for r in made] == ["covered_ids", "covered_count", "covered", "extra"]
    assert made[1]["title"] == "保障的人数" and made[3] == added
    assert "# 计算表：保障金额" in sheet_file.written(text, rows), "comments stay"


@pytest.mark.parametrize(
    "rows", [[{"name": ""}], [{"name": "a"}, {"name": "a"}], [{"name": f"n{n}"} for n in range(201)]]
)
def test_lines_that_no_sheet_can_have_are_refused(rows: list[dict[str, object]]) -> None:
    with pytest.raises(Invalid):
        sheet_file.written('id = "x"\ntitle = "x"\n', rows)


def test_every_attribute_of_every_contract_is_named_in_chinese() -> None:
    kinds = [k for k in vars(contracts).values() if dataclasses.is_dataclass(k) and isinstance(k, type)]
    names = {f.name for kind in kinds for f in dataclasses.fields(kind)}
    assert names - set(template_fields.TITLES) == set()


def test_fields_are_told_as_a_template_writes_them() -> None:
    found = template_fields.of_template(bundles.read_folder(ALLOWANCE), "approval_form.html")
    told = {f.written: f.title for f in found}
    assert told["{{ header.office }}"] == "文头·单位名称"
    assert told["{{ answers.application.reason }}"] == "申请·申请理由"
    assert told["{{ answers.check_papers.decision }}"] == "受理审查·审查结果"
    assert "{{ fields.monthly }}" in told
    assert template_fields.of_template(bundles.read_folder(ALLOWANCE), "nothing.html") == []


def test_a_step_that_was_put_in_is_taken_out_again() -> None:
    files = bundles.read_folder(ALLOWANCE).files
    put_in = extending.with_step(files, "county_check", "mayor_review", {"decision": "agree"})
    assert len(put_in) > 5
    now = {**files, **{name: text.encode() for name, text in put_in.items()}}
    assert extending.has_step(now, "mayor_review") and not extending.has_step(files, "mayor_review")
    back = extending.without_step(now, "mayor_review")
    assert set(back) == set(put_in)
    after = {**now, **{name: text.encode() for name, text in back.items()}}
    assert not extending.has_step(after, "mayor_review")
    assert extending.with_step(after, "county_check", "mayor_review", {"decision": "agree"}) == put_in
