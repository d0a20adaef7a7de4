"""A new programme lints, rehearses and publishes as it is made."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from processes.cli.main import main
from processes.rehearsal import publishing
from processes.rehearsal.stage import Stage
from processes.releases import new_programme, publish
from processes.verbs.registry import office_for_lint
from tests.conftest import CONTENT


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A content folder of the test's own, with what programmes share."""
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "common").symlink_to(CONTENT / "common")
    monkeypatch.setenv("YIMEN_CONTENT", str(folder))
    return folder


def _make(name: str, title: str = "助学救助", code: str = "ZX") -> SimpleNamespace:
    done = CliRunner().invoke(main, ["new-programme", name, "--title", title, "--code", code])
    return SimpleNamespace(code=done.exit_code, said=done.output)


@pytest.mark.slow
def test_it_lints_rehearses_and_is_published(stage: Stage, content: Path) -> None:
    assert _make("student_aid").code == 0
    assert CliRunner().invoke(main, ["lint", str(content / "student_aid")]).exit_code == 0
    stage.office.settings = replace(stage.office.settings, content=content)
    made = publishing.publish_programme(stage.office, "student_aid", "新建", office_for_lint())
    assert (made.programme, made.title, made.number) == ("student_aid", "助学救助", 1)
    with stage.database.reading("") as session:
        bundle = publish.open_release(session, publish.current_id(session, "student_aid", date(2026, 3, 2)))
    assert set(bundle.outcomes) == {"granted", "refused", "not_accepted"}
    assert "# 助学救助" in bundle.files["CHANGES.md"].decode()


@pytest.mark.parametrize(
    ("name", "title", "code", "said"),
    [
        ("student-aid", "助学", "ZX", "标识由小写字母"),
        ("common", "助学", "ZX", "不能使用"),
        ("other", "Aid", "ZX", "名称应为中文"),
        ("other", "助学", "zx", "代码为二至六个大写字母"),
        ("student_aid", "助学", "ZY", "标识“student_aid”已由“助学救助”使用"),
        ("other", "助学救助", "ZY", "已有名为“助学救助”的项目"),
        ("other", "助学", "ZX", "代码“ZX”已由“助学救助”使用"),
    ],
)
def test_names_that_cannot_be__are_told_and_nothing_is_made(
    content: Path, name: str, title: str, code: str, said: str
) -> None:
    assert _make("student_aid").code == 0
    before = sorted(content.rglob("*"))
    refused = _make(name, title, code)
    assert refused.code == 1
    assert said in refused.said
    assert sorted(content.rglob("*")) == before


def test_no_mark_of_the_seed_is_left() -> None:
    for path, raw in new_programme.files("student_aid", "助学救助", "ZX").items():
        assert b"__" not in raw.replace(b"definitions_", b""), path
