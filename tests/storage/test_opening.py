"""What stands in the way of the office when it opens is said in one Chinese sentence, and nothing is made worse."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from processes.access.factor_models import SecondFactor
from processes.access.models import AccessLog, Account
from processes.cases import queries
from processes.cases.models import Incident
from processes.errors import FileUnwritable
from processes.office.cases.attachments import AddAttachment
from processes.office.cases.incidents import RetryIncident
from processes.office.personal.form_drafts import SaveFormDraft
from processes.people.models import Household
from processes.people.models import Person as Person_
from processes.rehearsal.stage import Stage
from processes.relief import actions
from processes.relief.models import Award
from processes.storage import engines, file_store, keyring, resealing
from processes.storage.base import Row
from processes.worker import jobs
from tests.builders import cases, files
from tests.builders.desks import Person
from tests.conftest import prepare_sqlite


def run(command: list[str], var: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    """A command of the program in a process of its own."""
    environment = {**os.environ, "YIMEN_VAR": str(var), **extra}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


YIMEN = str(Path(sys.executable).with_name("yimen"))


def database_of(stage: Stage) -> str:
    return stage.database.engine.url.render_as_string(hide_password=False)


@pytest.mark.slow
def test_keys_that_are_missing_or_foreign__stop_the_office_and_none_are_made(
    any_stage: Stage, tmp_path: Path
) -> None:
    cases.a_case(any_stage)
    elsewhere, url = tmp_path / "elsewhere", database_of(any_stage)
    for command in ([YIMEN, "audit", "verify"], [sys.executable, "-m", "web"]):
        refused = run(command, elsewhere, YIMEN_DATABASE_URL=url)
        assert refused.returncode == 1
        assert "密钥文件不在" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert not (elsewhere / "keys" / "encryption.key").exists()
    keyring.open_keyring(elsewhere / "keys")
    foreign = run([YIMEN, "audit", "verify"], elsewhere, YIMEN_DATABASE_URL=url)
    assert foreign.returncode == 1
    assert "里的密钥打不开数据库里已加密的数据" in foreign.stderr
    shutil.rmtree(elsewhere / "keys")
    shutil.copytree(any_stage.office.settings.keys, elsewhere / "keys")
    assert run([YIMEN, "audit", "verify"], elsewhere, YIMEN_DATABASE_URL=url).returncode == 0


def _a_factor(stage: Stage) -> None:
    _put(stage, "second_factor", "secret")


def _settings(stage: Stage) -> None:
    _put(stage, "account", "mobile")


def _something_typed(stage: Stage) -> None:
    _put(stage, "unsaved", "body")


def _an_old_file(stage: Stage) -> None:
    _put(stage, "", "")
    file_store.put(stage.office.settings.scans, b"a page")


def _put(stage: Stage, name: str, column: str) -> None:
    """Nothing is sealed but one column of one kind of row."""
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    stage.office.perform(SaveFormDraft("x", "/households/new", "甲", {"address": "东村"}), clerk)
    with stage.database.unit_of_work() as uow:
        account = uow.session.scalars(select(Account).where(Account.id == clerk.account_id)).one()
        account.mobile = "13800000000"
        if name == "second_factor":
            uow.add(
                SecondFactor(account_id=account.id, kind="totp", secret="JBSWY3DPEHPK3PXP", added_at=uow.now)
            )
        uow.commit()
        for table, columns in resealing.sealed_columns().items():
            for sealed in columns:
                if (table, sealed.name) == (name, column):
                    continue
                uow.session.execute(update(Row.metadata.tables[table]).values({sealed.name: None}))
        uow.session.commit()


@pytest.mark.slow
@pytest.mark.parametrize("lay", [_a_factor, _settings, _something_typed, _an_old_file])
def test_whatever_is_sealed__stops_an_office_under_other_keys(
    stage: Stage, tmp_path: Path, lay: Callable[[Stage], None]
) -> None:
    lay(stage)
    url, folder = database_of(stage), stage.office.settings.keys
    kept = folder.with_name("kept")
    folder.rename(kept)
    for said in ("密钥文件不在", "里的密钥打不开"):
        refused = run([YIMEN, "parameters"], stage.office.settings.var, YIMEN_DATABASE_URL=url)
        assert refused.returncode == 1
        assert said in refused.stderr
        assert not (folder / "encryption.key").exists() or said == "里的密钥打不开"
        keyring.open_keyring(folder)
    shutil.rmtree(folder)
    kept.rename(folder)
    assert run([YIMEN, "parameters"], stage.office.settings.var, YIMEN_DATABASE_URL=url).returncode == 0


def _a_telephone(stage: Stage) -> None:
    cases.a_household(stage)


def _a_bank_account(stage: Stage) -> None:
    number = cases.a_case(stage, at="county_decision")
    cases.complete(stage, cases.item_at(stage, number, "county_decision"))
    with stage.database.unit_of_work() as uow:
        award = uow.session.scalars(select(Award)).one()
        award.account = "6217000010001234567"
        award.account_index = actions.fingerprints_of(award.account)[0]
        for household in uow.session.scalars(select(Household)):
            household.phone, household.phone_index = "", ""
        uow.commit()


@pytest.mark.parametrize("lay", [_a_telephone, _a_bank_account])
def test_a_foreign_index_key__is_known_where_nobody_has_a_number(
    stage: Stage, lay: Callable[[Stage], None]
) -> None:
    lay(stage)
    with stage.database.unit_of_work() as uow:
        for person in uow.session.scalars(select(Person_)):
            person.id_number, person.id_index = "", f"provisional:{person.id}"
        uow.commit()
    url, index = database_of(stage), stage.office.settings.keys / "index.key"
    kept = index.read_text()
    index.write_text("ab" * 32)
    refused = run([YIMEN, "parameters"], stage.office.settings.var, YIMEN_DATABASE_URL=url)
    assert (refused.returncode, "里的密钥打不开" in refused.stderr) == (1, True)
    index.write_text(kept)
    assert run([YIMEN, "parameters"], stage.office.settings.var, YIMEN_DATABASE_URL=url).returncode == 0


def test_a_session_key_that_was_lost__is_made_anew_and_told_once(stage: Stage) -> None:
    cases.a_case(stage)
    url, key = database_of(stage), stage.office.settings.keys / "session.key"
    before = key.read_text()
    key.unlink()
    outputs = [
        run([YIMEN, "parameters"], stage.office.settings.var, YIMEN_DATABASE_URL=url) for _ in range(2)
    ]
    assert [o.returncode for o in outputs] == [0, 0]
    assert ["所有人须重新登录" in o.stdout + o.stderr for o in outputs] == [True, False]
    assert key.read_text() not in ("", before)
    with stage.database.reading("") as session:
        told = session.scalars(select(AccessLog.target).where(AccessLog.action == "session_key_made")).all()
    assert told == ["密钥文件不在"]


def test_keys_taken_away_from_a_running_office__are_not_replaced(stage: Stage) -> None:
    cases.a_case(stage)
    before, folder = keyring.current().encryption, stage.office.settings.keys
    folder.rename(folder.with_name("moved"))
    assert keyring.current().encryption == before
    assert not folder.exists()
    folder.with_name("moved").rename(folder)
    assert keyring.current().encryption == before


def test_a_port_that_is_taken__is_named(stage: Stage, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        url = database_of(stage)
        refused = run([sys.executable, "-m", "web"], tmp_path, YIMEN_LISTEN=address, YIMEN_DATABASE_URL=url)
    assert refused.returncode == 1
    assert f"不能在 {address} 上提供服务" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_stored_file_that_was_altered__is_told_and_not_shown(stage: Stage) -> None:
    number = cases.a_case(stage, at="compare_economy")
    jobs.make_papers(stage.office)
    clerk = Person(stage, "window_clerk")
    (address,) = {a for a in clerk.get(f"/cases/{number}").text.split('"') if a.endswith(".pdf")}
    assert clerk.get(address).mimetype == "application/pdf"
    for path in stage.office.settings.papers.glob("*/*.sealed"):
        sealed = bytearray(path.read_bytes())
        sealed[-1] ^= 1
        path.write_bytes(bytes(sealed))
    told = clerk.get(address)
    assert told.status_code == 503
    assert "存档文件已损坏，正在按存档内容重新生成" in told.text


def test_a_disk_that_takes_no_file__is_told_and_leaves_no_half(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = cases.a_case(stage, at="compare_economy")
    clerk, folder = stage.actor("window_clerk", cases.VILLAGE), stage.office.settings.attachments

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(FileUnwritable) as caught:
        stage.office.perform(AddAttachment(number, "证明.pdf", files.a_pdf()), clerk)
    assert "磁盘已满" in caught.value.message
    assert [p for p in folder.rglob("*") if p.is_file()] == []
    assert jobs.make_papers(stage.office) == 0
    with stage.database.reading("") as session:
        assert [i.code for i in session.scalars(select(Incident))] == ["file_unwritable"]
    assert [p for p in stage.office.settings.papers.rglob("*") if p.is_file()] == []
    monkeypatch.undo()
    with stage.database.reading("") as session:
        (incident,) = session.scalars(select(Incident.id))
    stage.office.perform(RetryIncident(incident), stage.actor("supervisor", "340199"))
    assert jobs.make_papers(stage.office) == 1
    with stage.database.reading("") as session:
        assert queries.incidents(session) == [], "what has come right is no incident any more"


def test_what_was_committed__survives_a_power_cut(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite syncs at every commit (FULL is 2); in WAL its default would lose the last ones."""
    monkeypatch.setattr(engines, "_prepare_sqlite", prepare_sqlite)
    stage = Stage(stage.office.settings, str(stage.database.engine.url))
    with stage.database.reading("") as session:
        assert session.execute(text("PRAGMA synchronous")).scalar_one() == 2
        assert session.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
    stage.close()


@pytest.mark.slow
def test_an_index_key_that_is_foreign_or_no_key__stops_the_office_in_a_sentence(
    stage: Stage, tmp_path: Path
) -> None:
    cases.a_case(stage)
    elsewhere, url = tmp_path / "elsewhere", database_of(stage)
    shutil.copytree(stage.office.settings.keys, elsewhere / "keys")
    index = elsewhere / "keys" / "index.key"
    for content, said in (
        ("ab" * 32, "里的密钥打不开"),
        ("", "为空或内容不对"),
        ("不是密钥", "为空或内容不对"),
    ):
        index.write_text(content)
        refused = run([YIMEN, "parameters"], elsewhere, YIMEN_DATABASE_URL=url)
        assert refused.returncode == 1
        assert said in refused.stderr
        assert "Traceback" not in refused.stderr
    given = run([YIMEN, "parameters"], elsewhere, YIMEN_DATABASE_URL=url, YIMEN_KEY_INDEX="ab")
    assert "YIMEN_KEY_INDEX”为空或内容不对" in given.stderr


def test_a_folder_that_takes_no_file__stops_the_office_and_is_named(stage: Stage) -> None:
    settings = stage.office.settings
    settings.scans.write_text("here lies a file")
    refused = run([YIMEN, "parameters"], settings.var, YIMEN_DATABASE_URL=database_of(stage))
    assert refused.returncode == 1
    assert f"文件夹 {settings.scans} 不能写入" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_setup_of_an_older_program__refuses_a_newer_database_in_a_sentence(
    stage: Stage, tmp_path: Path
) -> None:
    with stage.database.unit_of_work() as uow:
        uow.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        uow.session.commit()
    refused = run([YIMEN, "setup"], stage.office.settings.var, YIMEN_DATABASE_URL=database_of(stage))
    assert refused.returncode == 1
    assert "数据库由更新的版本建立" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_database_that_was_cut__is_said_in_a_sentence(stage: Stage) -> None:
    file = Path(stage.database.engine.url.database or "")
    stage.database.close()
    for left_over in ("-wal", "-shm"):
        file.with_name(file.name + left_over).unlink(missing_ok=True)
    os.truncate(file, 100_000)
    refused = run([YIMEN, "parameters"], stage.office.settings.var, YIMEN_DATABASE_URL=database_of(stage))
    assert refused.returncode == 1
    assert "数据库文件已损坏" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_nothing_is_restored_before_its_keys_are_there__and_none_are_made(tmp_path: Path) -> None:
    empty, backup = tmp_path / "empty", tmp_path / "backup"
    backup.mkdir()
    refused = run([YIMEN, "restore", str(backup)], empty)
    assert refused.returncode == 1
    assert "没有密钥。请先放入备份时的整个密钥文件夹" in refused.stderr
    assert not empty.exists()


@pytest.mark.slow
def test_what_is_refused_in_an_empty_folder__leaves_it_empty(tmp_path: Path) -> None:
    places = tmp_path / "places.csv"
    places.write_text("代码,名称\n341599,青山县\n341599101,城关镇\n", encoding="utf-8")
    nobody = ["found", "--divisions", str(places), "--administrator", "王管理", "--username", "Wrong Name"]
    for number, (command, said) in enumerate(
        (
            ([sys.executable, "-m", "web"], "还没有单位"),
            ([YIMEN, "worker"], "还没有单位"),
            ([YIMEN, "audit", "verify"], "还没有单位"),
            ([YIMEN, "backup", str(tmp_path / "nas")], "还没有单位"),
            ([YIMEN, "account", "close-demo"], "还没有单位"),
            ([YIMEN, *nobody], "用户名为"),
        )
    ):
        empty = tmp_path / f"var{number}"
        empty.mkdir()
        refused = run(command, empty)
        assert refused.returncode == 1, command
        assert said in refused.stderr
        assert "Traceback" not in refused.stderr
        assert list(empty.iterdir()) == [], command
    assert not (tmp_path / "nas").exists()
