"""A damaged database and a full disk are detected and reported automatically."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from processes.cli.main import main
from processes.errors import DatabaseDamaged
from processes.rehearsal.stage import Stage
from processes.worker import soundness
from tests.builders import cases
from tests.builders.desks import Person
from tests.builders.workers import url_of


def _spoil(stage: Stage, table: str) -> None:
    """Write nonsense over the first page of a table, as a bad disk does."""
    stage.database.close()
    file = Path(stage.database.engine.url.database or "")
    with closing(sqlite3.connect(file)) as there:
        there.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = there.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [table]).fetchone()
        (size,) = there.execute("PRAGMA page_size").fetchone()
    with file.open("r+b") as opened:
        opened.seek((page - 1) * size)
        opened.write(b"\xa5" * size)


def test_a_spoilt_page_is_found_by_the_daily_look__and_said_until_it_is_whole(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = stage.office.settings
    cases.a_case(stage)
    soundness.look_daily(stage.office)
    assert soundness.damage(settings) == ""
    looked = settings.var / "database.looked"
    _spoil(stage, "phrase")
    soundness.look_daily(stage.office)
    assert soundness.damage(settings) == "", "looked at a moment ago"
    yesterday = looked.stat().st_mtime - timedelta(hours=24, seconds=1).total_seconds()
    os.utime(looked, (yesterday, yesterday))
    soundness.look_daily(stage.office)
    assert soundness.damage(settings).endswith("检查：数据库文件有损坏的页面")
    nobody = Person(stage).get("/healthz")
    assert (nobody.status_code, nobody.json["status"]) == (200, "damaged"), (
        "the desk goes on with what is whole"
    )
    assert "保留原文件，停止办理，用此前的备份恢复" in Person(stage, "supervisor").get("/oversight").text


def test_the_audit_of_a_damaged_database__ends_with_a_sentence(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases.a_case(stage)
    _spoil(stage, "case_event")
    monkeypatch.setenv("YIMEN_DATABASE_URL", url_of(stage))
    monkeypatch.setenv("YIMEN_VAR", str(stage.office.settings.var))
    done = CliRunner().invoke(main, ["audit", "verify"])
    assert done.exit_code != 0
    assert "数据库文件已损坏" in done.output
    assert "Traceback" not in done.output
    assert not isinstance(done.exception, DatabaseDamaged)


@pytest.mark.parametrize("any_stage", ["postgresql"], indirect=True)
def test_a_server_that_counts_no_wrong_checksum__is_whole(any_stage: Stage) -> None:
    assert soundness.look(any_stage.office) == ""


def test_a_full_disk_is_said_before_anything_is_refused(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = soundness.free(stage.office.settings)
    supervisor = Person(stage, "supervisor")
    monkeypatch.setattr(soundness, "LITTLE", left // 2)
    assert "磁盘剩余空间不足" not in supervisor.get("/oversight").text
    monkeypatch.setattr(soundness, "LITTLE", left * 2)
    assert "磁盘剩余空间不足，请告知系统管理员尽快清理或扩容" in supervisor.get("/oversight").text
    said = Person(stage).get("/healthz")
    assert (said.status_code, said.json["status"], said.json["disk"]) == (200, "ok", "little")
    monkeypatch.setattr(soundness, "NONE", left * 2)
    assert "文书和办理内容将不能保存" in supervisor.get("/oversight").text
    said = Person(stage).get("/healthz")
    assert (said.status_code, said.json["status"], said.json["disk"]) == (503, "no_room", "none")
