"""A backup is whole although people work, a damaged one is refused, and after it no number is given out twice."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from processes.access.scope import system_actor
from processes.backups import dumping, making, manifest, restoring
from processes.cases import anchors, events, queries
from processes.cases.models import Case, NumberSeries
from processes.errors import (
    BackupDamaged,
    BackupFailed,
    Invalid,
    KeysForeign,
    OfficeNotEmpty,
    RestoreUnfinished,
    SchemaNewer,
)
from processes.office import Office
from processes.office.cases.comments import AddComment
from processes.office.system.restoring import RemakePaper
from processes.opening import checked_office
from processes.papers import files, series
from processes.papers.models import IssuedPaper
from processes.policy.calendar import civil_date
from processes.rehearsal.stage import Stage
from processes.storage import keyring
from processes.storage.unit_of_work import Database, current_instant
from processes.worker import jobs
from tests.builders import cases
from tests.builders.databases import fresh_postgresql
from tests.builders.desks import Person
from tests.builders.workers import url_of
from tests.storage.test_opening import YIMEN, run


@contextmanager
def elsewhere(stage: Stage, folder: Path, url: str = "") -> Iterator[Office]:
    """An empty installation with the keys of the stage, its database of the same kind."""
    shutil.copytree(stage.office.settings.keys, folder / "keys")
    settings = replace(stage.office.settings, var=folder)
    if stage.database.is_sqlite or url:
        database = Database(url or f"sqlite:///{folder}/yimen.sqlite", stage.clock)
        yield Office(settings, database)
        database.close()
        return
    with fresh_postgresql() as fresh:
        database = Database(fresh, stage.clock)
        yield Office(settings, database)
        database.close()


@pytest.fixture
def nas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where backups go: no part of the data folder, and not there yet."""
    return tmp_path_factory.mktemp("nas") / "backups"


def _worked(stage: Stage) -> str:
    """A case with a paper and a sealed day."""
    number = cases.a_case(stage, at="compare_economy", on="2026-03-02T09:00")
    jobs.make_papers(stage.office)
    stage.set_clock(datetime(2026, 3, 3, 9, 0))
    assert jobs.anchor_chains(stage.office)
    return number


def test_what_is_backed_up_while_people_write__is_one_state_and_opens(
    any_stage: Stage, tmp_path: Path, nas: Path
) -> None:
    number, stop = _worked(any_stage), threading.Event()
    clerk = any_stage.actor("window_clerk", cases.VILLAGE)

    def write() -> None:
        n = 0
        while not stop.is_set():
            any_stage.office.perform(AddComment(number, f"第 {n} 句"), clerk)
            n += 1

    writing = threading.Thread(target=write)
    writing.start()
    try:
        made = run(
            [YIMEN, "backup", str(nas)],
            any_stage.office.settings.var,
            YIMEN_DATABASE_URL=url_of(any_stage),
        )
    finally:
        stop.set()
        writing.join()
    assert made.returncode == 0, made.stderr
    assert "密钥不在备份里" in made.stdout
    (backup,) = nas.iterdir()
    assert not any("key" in name for name in manifest.read(backup).files), "keys are kept apart"
    with elsewhere(any_stage, tmp_path / "new") as office:
        restoring.restore(office, backup, restoring.Wanted())
        checked_office(office)
        with office.database.reading("") as session:
            for case in session.scalars(select(Case)):
                assert events.verify(session, case) is None
            assert queries.case_by_number(session, number).applicant == "张建国"
            assert list(files.lost(session, office.settings)) == []
            assert anchors.verify(session, office.settings.anchors) == []


def test_no_number_is_given_out_twice__and_the_old_seals_are_a_closed_volume(
    any_stage: Stage, tmp_path: Path, nas: Path
) -> None:
    _worked(any_stage)
    backup = making.make(any_stage.office, nas)
    for n in range(6):  # what the backup does not know
        cases.a_case(any_stage, at="compare_economy", raw=cases.person_household(f"after{n}"))
    any_stage.set_clock(datetime(2026, 3, 5, 9, 0))
    jobs.anchor_chains(any_stage.office)
    later = tmp_path / "carried.txt"
    shutil.copyfile(any_stage.office.settings.anchors, later)
    with any_stage.database.reading("") as session:
        given = set(session.scalars(select(IssuedPaper.number))) | set(session.scalars(select(Case.number)))
        held = session.scalars(select(IssuedPaper.code).order_by(IssuedPaper.id.desc())).first()
    with elsewhere(any_stage, tmp_path / "new") as office:
        made = restoring.restore(office, backup, restoring.Wanted(anchors=later))
        # one number on 2 March, so a day counts as twenty; 3, 4 and 5 March are three days: 1 + 60, next 62
        papers = next(g for g in made.gaps if g["series"].startswith("paper/"))
        assert (papers["last"], papers["next"]) == (1, 62)
        restored = Stage(office.settings, url_of_office(office))
        restored.clock.now = any_stage.clock.now
        number = cases.a_case(restored, at="compare_economy", raw=cases.person_household("new"))
        with restored.database.reading("") as session:
            case = session.scalars(select(Case).where(Case.number == number)).one()
            papers_now = set(
                session.scalars(select(IssuedPaper.number).where(IssuedPaper.case_id == case.id))
            )
        assert given.isdisjoint(papers_now | {number})
        restored.set_clock(datetime(2026, 3, 6, 9, 0))
        assert jobs.anchor_chains(restored.office)
        with restored.database.reading("") as session:
            assert anchors.verify(session, office.settings.anchors) == []
        volumes = [p.name for p in anchors.volumes(office.settings.anchors)]
        assert volumes == ["anchors.1.txt", "anchors.txt"]
        assert (office.settings.var / "anchors.1.txt").read_text() == later.read_text()
        told = Person(restored, "window_clerk").get(f"/verify/{held}")
        assert told.status_code == 404
        assert "曾于 2026-03-05 09:00 从备份恢复" in told.text
        restored.close()


def url_of_office(office: Office) -> str:
    return str(office.database.engine.url.render_as_string(hide_password=False))


def test_the_pace_of_a_series_and_a_number_that_is_known(stage: Stage) -> None:
    made = datetime(2026, 12, 30, 4, 0, tzinfo=UTC)
    with stage.database.unit_of_work() as uow:
        uow.add(NumberSeries(series="paper/城关/民救受/2025", last=900))
        uow.add(NumberSeries(series="paper/城关/民救受/2026", last=57))
        uow.add(NumberSeries(series="case/340199101/DB/2026", last=3))
        uow.add(NumberSeries(series="household/340199", last=8))
        uow.flush()
        told = ["城关民救受〔2026〕71号", " 340199101-DB-2026-00012 "]
        gaps = {g.series: (g.last, g.next) for g in series.move_on(uow, made, date(2027, 1, 2), told)}
        for number, said in (
            ("别处〔2026〕1号", "不是本单位的编号"),
            (f"城关民救受〔2026〕{'9' * 20}号", "不是本单位的编号"),
            ("城关民救受〔2026〕5号", "已编到"),
        ):
            with pytest.raises(Invalid, match=said):
                series.move_on(uow, made, date(2027, 1, 2), [number])
    # 30, 31 December, 1, 2 January: four days of twenty; what is told stands in place of it; a new year begins with it
    assert gaps == {
        "paper/城关/民救受/2026": (57, 72),
        "paper/城关/民救受/2027": (0, 81),
        "case/340199101/DB/2026": (3, 13),
        "case/340199101/DB/2027": (0, 81),
        "household/340199": (8, 89),
    }


def test_a_restoration_that_was_broken_off__keeps_the_office_shut_and_goes_on(
    stage: Stage, tmp_path: Path, nas: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _worked(stage)
    backup = making.make(stage.office, nas)
    with elsewhere(stage, tmp_path / "new") as office:
        perform = office.perform
        monkeypatch.setattr(office, "perform", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            restoring.restore(office, backup, restoring.Wanted())
        with pytest.raises(RestoreUnfinished):
            checked_office(office)
        monkeypatch.setattr(office, "perform", perform)
        first = restoring.restore(office, backup, restoring.Wanted())
        checked_office(office)
        with pytest.raises(OfficeNotEmpty):
            restoring.restore(office, backup, restoring.Wanted())
        with office.database.reading("") as session:
            now = dict(session.execute(select(NumberSeries.series, NumberSeries.last)).all())
        assert now == {g["series"]: g["next"] - 1 for g in first.gaps}, "moved on once"


def test_a_backup_that_does_not_fit__is_refused_before_anything_is_touched(
    stage: Stage, tmp_path: Path, nas: Path
) -> None:
    _worked(stage)
    whole = making.make(stage.office, nas)
    (paper,) = (p.relative_to(whole) for p in whole.glob("papers/*/*.sealed"))

    def damaged(name: str) -> Path:
        copy = tmp_path / name
        shutil.copytree(whole, copy)
        return copy

    cut, lacking, half, later = (damaged(n) for n in ("cut", "lacking", "half", "later"))
    (cut / "database.sqlite").write_bytes((cut / "database.sqlite").read_bytes()[:-4096])
    (lacking / paper).unlink()
    (half / manifest.NAME).unlink()
    told = json.loads((later / manifest.NAME).read_text())
    (later / manifest.NAME).write_text(json.dumps(told | {"schema": "9999"}))
    with elsewhere(stage, tmp_path / "new") as office:
        for backup, said in (
            (cut, "database.sqlite 不完整或被改动"),
            (lacking, f"缺少 {paper.as_posix()}"),
            (half, "没有 manifest.json"),
        ):
            with pytest.raises(BackupDamaged, match=said):
                restoring.restore(office, backup, restoring.Wanted())
        with pytest.raises(SchemaNewer):
            restoring.restore(office, later, restoring.Wanted())
        keys = keyring.current()
        keyring.use(keyring.open_keyring(tmp_path / "others"))
        with pytest.raises(KeysForeign):
            restoring.restore(office, whole, restoring.Wanted())
        keyring.use(keys)
        made = civil_date(manifest.read(whole).instant)
        for day in (made - timedelta(days=1), date(9999, 12, 31)):
            with pytest.raises(Invalid, match="最后工作的日期"):
                restoring.restore(office, whole, restoring.Wanted(until=day))
        for instant in ("gestern", "2026-03-02T09:00:00", 7):
            (later / manifest.NAME).write_text(json.dumps(told | {"made_at": instant}))
            with pytest.raises(BackupDamaged, match="不能读取"):
                restoring.restore(office, later, restoring.Wanted())
        assert not office.settings.restoring.exists()
        assert not office.settings.papers.exists()
    refused = run([YIMEN, "restore", str(whole)], stage.office.settings.var, YIMEN_DATABASE_URL=url_of(stage))
    assert refused.returncode == 1
    assert "里已有数据，不能恢复到有数据的地方" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("any_stage", ["sqlite"], indirect=True)
def test_backups_and_data__do_not_lie_in_one_another(any_stage: Stage, nas: Path) -> None:
    var = any_stage.office.settings.var
    outside, other = nas.with_name("outside"), nas.with_name("other")
    outside.symlink_to(var)
    other.mkdir()
    kept = other / "papers"
    any_stage.office.settings.papers.rename(
        kept
    ) if any_stage.office.settings.papers.exists() else kept.mkdir()
    any_stage.office.settings.papers.symlink_to(kept)
    for target, said in (
        (var, "在数据目录"),
        (var / "papers", "在数据目录"),
        (var / "keys" / "x", "在数据目录"),
        (outside / "nas", "在数据目录"),
        (nas / ".." / "outside" / "nas", "在数据目录"),
        (kept / "nas", "在数据目录"),
        (var.parent, "只放备份的文件夹"),
        (other, "只放备份的文件夹"),
    ):
        before = {*var.rglob("*"), *nas.parent.rglob("*")}
        with pytest.raises(BackupFailed, match=said):
            making.make(any_stage.office, target)
        assert {*var.rglob("*"), *nas.parent.rglob("*")} == before
    assert making.make(any_stage.office, nas).is_dir()


def test_a_number_that_cannot_be__is_refused_before_anything_is_touched(
    any_stage: Stage, tmp_path: Path, nas: Path
) -> None:
    number = _worked(any_stage)
    backup = making.make(any_stage.office, nas)
    with elsewhere(any_stage, tmp_path / "new") as office:
        before = _everything(office)
        low = f"{number.rpartition('-')[0]}-00000"
        for told, said in (("别处〔2026〕1号", "不是本单位的编号"), (low, "已编到")):
            with pytest.raises(Invalid, match=said):
                restoring.restore(office, backup, restoring.Wanted(numbers=[told]))
        unreadable = tmp_path / "carried"
        unreadable.mkdir()
        with pytest.raises(Invalid, match="不能读取"):
            restoring.restore(office, backup, restoring.Wanted(anchors=unreadable))
        assert _everything(office) == before
        restoring.restore(office, backup, restoring.Wanted(numbers=[f"{number.rpartition('-')[0]}-00777"]))
        with office.database.reading("") as session:
            lasts = dict(session.execute(select(NumberSeries.series, NumberSeries.last)).all())
        assert 777 in lasts.values()


def test_what_cannot_be_loaded__leaves_nothing_of_the_backup(
    any_stage: Stage, tmp_path: Path, nas: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _worked(any_stage)
    backup = making.make(any_stage.office, nas)
    with elsewhere(any_stage, tmp_path / "new") as office:
        before = _everything(office)
        with monkeypatch.context() as broken:
            broken.setattr(dumping, "load", lambda *_: (_ for _ in ()).throw(BackupFailed(reason="磁盘已满")))
            with pytest.raises(BackupFailed, match="磁盘已满"):
                restoring.restore(office, backup, restoring.Wanted())
        assert _everything(office) == before
        restoring.restore(office, backup, restoring.Wanted())
        checked_office(office)


def _everything(office: Office) -> set[str]:
    """Every file and folder of an installation, and whether its database holds something."""
    var = office.settings.var
    return {p.relative_to(var).as_posix() for p in var.rglob("*")} | (
        set() if dumping.is_empty(office.database.engine) else {"database"}
    )


def test_a_damaged_database__is_not_backed_up_as_if_it_were_whole(
    stage: Stage, tmp_path: Path, nas: Path
) -> None:
    _worked(stage)
    path = Path(str(stage.database.engine.url.database))
    with stage.database.unit_of_work() as uow:
        uow.session.connection().exec_driver_sql("SELECT 1")
    stage.database.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'case_event'").fetchone()[
            0
        ]
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\x55" * 4096
    path.write_bytes(bytes(content))
    failed = run([YIMEN, "backup", str(nas)], stage.office.settings.var, YIMEN_DATABASE_URL=url_of(stage))
    assert failed.returncode == 1
    assert "数据库文件" in failed.stderr
    assert not (nas).exists(), "nothing half is left, nor the folder that was made for it"


def test_a_lost_and_a_cut_paper__are_found_said_and_made_again(
    stage: Stage, tmp_path: Path, nas: Path
) -> None:
    number = _worked(stage)
    settings, clerk = stage.office.settings, Person(stage, "window_clerk")
    with stage.database.reading("") as session:
        paper = session.scalars(select(IssuedPaper)).one()
    (file,) = settings.papers.glob("*/*.sealed")
    for harm, said in (
        (lambda: file.unlink(), "丢失"),
        (lambda: file.write_bytes(file.read_bytes()[:100]), "已损坏"),
    ):
        harm()
        audited: subprocess.CompletedProcess[str] = run(
            [YIMEN, "audit", "verify", "--files"], settings.var, YIMEN_DATABASE_URL=url_of(stage)
        )
        assert audited.returncode == 1
        assert f"《{paper.title}》{paper.number}" in audited.stdout
        told = clerk.get(f"/papers/{paper.code}.pdf")
        assert told.status_code == 503
        assert f"“{paper.title}”的存档文件{said}，正在按存档内容重新生成" in told.text
        assert jobs.make_papers(stage.office) == 1
        assert clerk.get(f"/papers/{paper.code}.pdf").mimetype == "application/pdf"
        with stage.database.reading("") as session:
            again = session.scalars(select(IssuedPaper)).one()
            assert (again.sha256, again.status) == (paper.sha256, "ready"), (
                "the same row gives the same bytes"
            )
            assert list(files.lost(session, settings)) == []
    assert number
    with stage.database.reading("") as session:
        assert not [e for e in session.scalars(select(Case)) if events.verify(session, e)]
    file.unlink()
    backed_up = run([YIMEN, "backup", str(nas)], settings.var, YIMEN_DATABASE_URL=url_of(stage))
    assert backed_up.returncode == 3, "made, and what it lacks is said"
    assert f"已经缺失，这份备份里也没有：《{paper.title}》{paper.number}" in backed_up.stderr
    asked = run(
        [YIMEN, "audit", "verify", "--files", "--remake"], settings.var, YIMEN_DATABASE_URL=url_of(stage)
    )
    assert "已交后台任务重新生成" in asked.stdout
    stage.clock.now = current_instant()  # the clock that the command went by
    assert jobs.make_papers(stage.office) == 1
    with stage.database.reading("") as session:
        assert list(files.lost(session, settings)) == []
    stage.office.perform(RemakePaper(paper.code), system_actor())
    assert jobs.make_papers(stage.office) == 1, "one that is whole is left as it is"
