"""Whatever somebody uploads is looked at by the virus scanner first; without its answer nothing is let in (docs/adr/0055)."""

from __future__ import annotations

import io
import os
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from processes.access.models import AccessLog
from processes.cases.models import Attachment, Notice
from processes.errors import FileUnscanned, SettingInvalid
from processes.rehearsal.stage import Stage
from processes.storage import scanner
from tests.builders import cases, files
from tests.builders.desks import Person

TEST_FILE = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS" + b"-TEST-FILE!$H+H*"
"""What every scanner calls a virus and none is; in two pieces, so that none calls this file one."""


@pytest.fixture(scope="module")
def clamd() -> str:
    address = os.environ.get("YIMEN_TEST_CLAMD", "")
    if not address:
        pytest.fail("clamd is not running: start the tests with ./test")
    return address


def _scanned(stage: Stage, address: str) -> Stage:
    stage.office.settings = replace(stage.office.settings, clamd=address)
    return stage


@contextmanager
def _scanner_that(answers: bytes | None) -> Iterator[str]:
    """A scanner that takes everything and then says this, or nothing at all."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        done = threading.Event()

        def serve() -> None:
            line, _ = server.accept()
            with closing(line):
                while not line.recv(65536).endswith(b"\0\0\0\0"):
                    pass
                if answers is not None:
                    line.sendall(answers)
                    return
                done.wait(10)

        worker = threading.Thread(target=serve)
        worker.start()
        yield f"tcp 127.0.0.1:{port}"
        done.set()
        worker.join()


def _sent(clerk: Person, number: str, name: str, content: bytes) -> Any:
    """A file as the page's script sends it."""
    return clerk.send_form(f"/cases/{number}/attachments/add", {"file": (io.BytesIO(content), name)})


@pytest.mark.clamd
def test_the_scanner_finds_the_test_file_alone_and_inside_another(clamd: str) -> None:
    assert scanner.found_in(clamd, files.a_pdf()) == ""
    assert scanner.found_in(clamd, b"") == ""
    # signatures that are not ClamAV's own are called so
    assert scanner.found_in(clamd, TEST_FILE) == "Eicar-Test.UNOFFICIAL"
    assert scanner.found_in(clamd, files.a_pdf(text=TEST_FILE)) == "Eicar-Test.UNOFFICIAL"


@pytest.mark.clamd
def test_a_file_that_the_scanner_does_not_take__is_not_let_in(clamd: str) -> None:
    with pytest.raises(FileUnscanned):  # 3 MB, and the scanner of the tests takes two
        scanner.found_in(clamd, bytes(3 * 1024 * 1024))


@pytest.mark.clamd
def test_an_infected_attachment__is_refused_written_down_and_told(stage: Stage, clamd: str) -> None:
    number = cases.a_case(_scanned(stage, clamd))
    clerk = Person(stage, "window_clerk")
    answer = _sent(clerk, number, "诊断书.pdf", files.a_pdf(text=TEST_FILE))
    assert answer.status_code == 422
    assert "文件“诊断书.pdf”没有接收：查出病毒（Eicar-Test.UNOFFICIAL）" in answer.json["message"]
    assert _sent(clerk, number, "户口簿.pdf", files.a_pdf()).status_code == 200
    with stage.database.reading("") as session:
        assert [row.name for row in session.scalars(select(Attachment))] == ["户口簿.pdf"]
        logged = session.scalars(select(AccessLog).where(AccessLog.action == "upload_infected")).one()
        assert logged.account_id is not None
        assert "诊断书" not in logged.target
        told = [n.text for n in session.scalars(select(Notice).where(Notice.kind == "account"))]
        assert any("上传的文件查出病毒（Eicar-Test.UNOFFICIAL）" in text for text in told)


@pytest.mark.clamd
@pytest.mark.parametrize(
    ("role", "address"),
    [("window_clerk", "/scan/returns"), ("supervisor", "/studio/1/files"), ("window_clerk", "/verify")],
)
def test_every_door_refuses_it(stage: Stage, clamd: str, role: str, address: str) -> None:
    person = Person(_scanned(stage, clamd), role)
    answer = person.post(address, {"name": "x", "file": (io.BytesIO(TEST_FILE), "a.pdf")})
    assert "查出病毒" in answer.text


@pytest.mark.parametrize(
    "answer",
    [
        b"stream: Virus.Name",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"",
        b"OK\0",
        b"x" * 9000,
        "病毒 FOUND\0".encode(),
        b"stream: OK",  # cut off before its end: what came after may have been something else
        b"stream: Virus.Name FOUND",
        b"stream: FOUND\0",
        b"stream: OK\0stream: Virus.Name FOUND\0",
        b"stream: " + b"V" * 5000 + b" FOUND\0",
    ],
)
def test_whatever_else_the_scanner_says__is_no_leave(answer: bytes) -> None:
    with _scanner_that(answer) as address, pytest.raises(FileUnscanned):
        scanner.found_in(address, b"x")


def test_only_its_two_sentences_count() -> None:
    with _scanner_that(b"stream: OK\0") as address:
        assert scanner.found_in(address, b"x") == ""
    with _scanner_that(b"stream: Win.Test.EICAR_HDB-1 FOUND\0") as address:
        assert scanner.found_in(address, b"x") == "Win.Test.EICAR_HDB-1"
    # What is found without a name that can be read is found all the same.
    for nameless in (b"stream:  FOUND\0", b"stream: \xff FOUND\0"):
        with _scanner_that(nameless) as address:
            assert scanner.found_in(address, b"x")


@contextmanager
def _scanner_that_hangs_up(after: int) -> Iterator[str]:
    """A scanner that ends the line after so many bytes, its answer to what is too large or its own end."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            line, _ = server.accept()
            with closing(line):
                taken = 0
                while taken < after:
                    taken += len(line.recv(65536))

        worker = threading.Thread(target=serve)
        worker.start()
        yield f"tcp 127.0.0.1:{server.getsockname()[1]}"
        worker.join()


@pytest.mark.parametrize("after", [0, 1, 200_000])
def test_a_line_that_is_lost__lets_nothing_in(after: int) -> None:
    with _scanner_that_hangs_up(after) as address, pytest.raises(FileUnscanned, match="没有应答|不能检查"):
        scanner.found_in(address, bytes(8_000_000))


@pytest.mark.parametrize("address", ["", "clamd", "unix:relative", "tcp 127.0.0.1:99999"])
def test_a_scanner_that_cannot_be_meant__lets_nothing_in(address: str) -> None:
    with pytest.raises(FileUnscanned):
        scanner.found_in(address, b"x")


def test_each_file_of_a_form_is_looked_at(stage: Stage) -> None:
    """Not only the first: the second one's scanner has gone."""
    number = cases.a_case(stage)
    clerk = Person(stage, "window_clerk")
    with _scanner_that(b"stream: OK\0") as address:
        _scanned(stage, address)
        pair = [(io.BytesIO(files.a_pdf()), "一.pdf"), (io.BytesIO(files.a_pdf()), "二.pdf")]
        with closing(socket.create_server(("127.0.0.1", 0))):
            answer = clerk.post(f"/cases/{number}/attachments", {"file": pair})
    assert answer.status_code == 503
    with stage.database.reading("") as session:
        assert [row.name for row in session.scalars(select(Attachment))] == ["一.pdf"]


def test_where_no_scanner_is_set__files_come_in_and_nobody_is_asked(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = cases.a_case(_scanned(stage, ""))
    monkeypatch.setattr(scanner, "found_in", lambda *_: pytest.fail("nobody is there to be asked"))
    assert _sent(Person(stage, "window_clerk"), number, "户口簿.pdf", files.a_pdf()).status_code == 200


def test_what_is_found__is_refused_and_written_down_without_the_real_one(stage: Stage) -> None:
    number = cases.a_case(stage)
    clerk = Person(stage, "window_clerk")
    with _scanner_that(b"stream: " + b"N" * 200 + b" FOUND\0") as address:
        _scanned(stage, address)
        answer = _sent(clerk, number, "诊断书.pdf", files.a_pdf())
    assert (answer.status_code, answer.json["code"]) == (422, "file_infected")
    with stage.database.reading("") as session:
        assert session.scalar(select(func.count()).select_from(Attachment)) == 0
        logged = session.scalars(select(AccessLog).where(AccessLog.action == "upload_infected")).one()
        assert "N" * 20 in logged.target
        assert len(logged.target) <= 120


def test_a_scanner_that_says_nothing__is_not_waited_for() -> None:
    with _scanner_that(None) as address, pytest.raises(FileUnscanned):
        scanner.found_in(address, b"x", seconds=0.2)


def test_without_its_scanner__the_office_takes_no_file(stage: Stage, tmp_path: Path) -> None:
    number = cases.a_case(_scanned(stage, f"unix:{tmp_path}/nobody"))
    clerk = Person(stage, "window_clerk")
    answer = _sent(clerk, number, "户口簿.pdf", files.a_pdf())
    assert answer.status_code == 503
    assert "文件没有接收：病毒扫描服务没有应答。请稍候再试" in answer.json["message"]
    with stage.database.reading("") as session:
        assert session.scalar(select(func.count()).select_from(Attachment)) == 0


@pytest.mark.parametrize("address", ["clamd", "tcp 127.0.0.1", "unix:relative", "tcp host:port"])
def test_a_setting_that_names_no_scanner__stops_the_start(address: str) -> None:
    with pytest.raises(SettingInvalid):
        scanner.demand_valid(address)
    for valid in ("", "unix:/run/clamav/clamd.ctl", "tcp 127.0.0.1:3310", "tcp:localhost:3310"):
        scanner.demand_valid(valid)


def test_files_come_in_by_one_door() -> None:
    found = [
        str(path)
        for path in sorted(Path("web").rglob("*.py"))
        if "node_modules" not in str(path) and re.search(r"request\.(files|stream)", path.read_text())
    ]
    assert found == ["web/uploads.py"]
