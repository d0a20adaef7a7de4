"""Notices go out by mail and short message: quiet hours, one mail a day, nobody's name, tried again, not what was read."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from processes.access.models import Account
from processes.cases import notices
from processes.compound.sending import send_mail, send_short_messages
from processes.rehearsal.stage import Stage
from processes.storage.outbox import OutboxRow
from tests.builders import cases
from tests.builders.desks import Person
from tests.builders.workers import free_port


class Box:
    """A mail server's handler that keeps what it gets."""

    def __init__(self) -> None:
        self.mails: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep a mail's text."""
        mail = message_from_bytes(envelope.content)
        self.mails.append(mail.get_payload(decode=True).decode())  # type: ignore[union-attr]
        return "250 OK"


@pytest.fixture
def box(stage: Stage) -> Iterator[Box]:
    """A mail server on loopback that the office sends through."""
    kept = Box()
    server = Controller(kept, hostname="127.0.0.1", port=free_port())
    server.start()
    stage.office.settings = replace(
        stage.office.settings, smtp=f"smtp://127.0.0.1:{server.port}", mail_from="yimen@example.cn"
    )
    yield kept
    server.stop()


def _reach(stage: Stage, **told: str) -> None:
    form = {"email": "leader@example.cn", "mobile": "", "quiet_from": "20:00", "quiet_until": "08:00"} | told
    assert Person(stage, "township_leader").post("/reach", form).status_code == 302


def _urged(stage: Stage, at: datetime) -> str:
    """A case whose opinion is urged at a time of day."""
    stage.set_clock(datetime(2026, 3, 2, 9, 0))
    number = cases.a_case(stage, "township_opinion")
    item = cases.item_at(stage, number, "township_opinion")
    stage.set_clock(at)
    assert Person(stage, "window_clerk").post(f"/cases/{number}/tasks/{item.id}/urge", {}).status_code == 302
    return number


def test_a_mail_names_the_case_and_nobody(stage: Stage, box: Box) -> None:
    _reach(stage)
    number = _urged(stage, datetime(2026, 3, 3, 10, 0))
    assert send_mail(stage.office) == 1
    assert len(box.mails) == 1
    assert number in box.mails[0]
    assert "催办" in box.mails[0]
    assert "张建国" not in box.mails[0]
    assert send_mail(stage.office) == 0, "once"


def test_nothing_goes_out_in_quiet_hours(stage: Stage, box: Box) -> None:
    _reach(stage)
    _urged(stage, datetime(2026, 3, 3, 21, 30))
    send_mail(stage.office)
    stage.set_clock(datetime(2026, 3, 4, 7, 59))
    send_mail(stage.office)
    assert box.mails == []
    stage.set_clock(datetime(2026, 3, 4, 8, 0))
    send_mail(stage.office)
    assert len(box.mails) == 1


def test_one_mail_a_day(stage: Stage, box: Box) -> None:
    _reach(stage, digest="1")
    _urged(stage, datetime(2026, 3, 3, 9, 0))
    with stage.database.unit_of_work() as uow:
        leader = uow.session.scalars(select(Account.id).where(Account.username == "t1_leader")).one()
        notices.tell(uow, [leader], "mentioned", "张建国的办件中提到您")
        uow.commit()
    stage.set_clock(datetime(2026, 3, 3, 18, 0))
    send_mail(stage.office)
    assert box.mails == []
    stage.set_clock(datetime(2026, 3, 4, 8, 30))
    send_mail(stage.office)
    assert len(box.mails) == 1
    assert "催办" in box.mails[0]
    assert "提到您" in box.mails[0]


def test_what_was_read_is_not_sent(stage: Stage, box: Box) -> None:
    _reach(stage)
    _urged(stage, datetime(2026, 3, 3, 21, 30))
    Person(stage, "township_leader").get("/notices")
    stage.set_clock(datetime(2026, 3, 4, 9, 0))
    send_mail(stage.office)
    assert box.mails == []


def test_a_server_that_is_down_is_tried_again(stage: Stage, box: Box) -> None:
    _reach(stage)
    _urged(stage, datetime(2026, 3, 3, 10, 0))
    there = stage.office.settings
    stage.office.settings = replace(there, smtp=f"smtp://127.0.0.1:{free_port()}")
    send_mail(stage.office)
    with stage.database.reading("") as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == notices.MAIL)).all()
    assert [r.attempts for r in rows if r.done_at is None] == [1]
    stage.office.settings = there
    stage.move("1 hours")
    send_mail(stage.office)
    assert len(box.mails) == 1


Got = list[tuple[str, bytes, str]]


@contextmanager
def gateway(stage: Stage, status: int = 204, leads_to: str = "") -> Iterator[Got]:
    """A short-message gateway on this machine: what it was sent, by address."""
    got: Got = []

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.path, body, self.headers["X-Yimen-Signature"]))
            self.send_response(status)
            if leads_to:
                self.send_header("Location", leads_to)
            self.end_headers()

        def do_GET(self) -> None:
            got.append((self.path, b"", ""))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stage.office.settings = replace(
        stage.office.settings, sms_webhook=f"http://127.0.0.1:{server.server_port}/", sms_secret="secret"
    )
    _reach(stage, email="", mobile="13900000000")
    yield got
    server.shutdown()
    server.server_close()


def test_a_short_message_is_signed(stage: Stage) -> None:
    with gateway(stage) as got:
        number = _urged(stage, datetime(2026, 3, 3, 10, 0))
        send_short_messages(stage.office)
    ((_, body, signature),) = got
    assert signature == hmac.new(b"secret", body, hashlib.sha256).hexdigest()
    said = json.loads(body)
    assert said["mobile"] == "13900000000"
    assert number in said["text"]
    assert "张建国" not in said["text"]


def test_a_gateway_that_sends_on_elsewhere_has_not_taken_the_message(stage: Stage) -> None:
    """Nothing is asked of the other address, and the message is tried again later."""
    with gateway(stage, 302, "/elsewhere") as got:
        _urged(stage, datetime(2026, 3, 3, 10, 0))
        send_short_messages(stage.office)
        assert [path for path, _, _ in got] == ["/"]
        stage.move("1 days")
        send_short_messages(stage.office)
        assert [path for path, _, _ in got] == ["/", "/"]


def test_a_limit_that_is_over_is_told(stage: Stage) -> None:
    stage.set_clock(datetime(2026, 3, 2, 9, 0))
    number = cases.a_case(stage)
    item = cases.item_at(stage, number, "check_papers")
    Person(stage, "window_clerk").post(
        f"/cases/{number}/tasks/{item.id}/claim", {"version": str(item.version)}
    )
    stage.move("30 days")
    assert "已超期" in Person(stage, "window_clerk").get("/notices").text
    assert "已超期" in Person(stage, "supervisor").get("/notices").text


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"email": "nobody"}, "邮箱格式不对"),
        ({"mobile": "123"}, "11 位数字"),
        ({"quiet_from": "晚上"}, "写作 20:00"),
    ],
)
def test_a_wrong_address_is_refused(stage: Stage, told: dict[str, str], said: str) -> None:
    answer = Person(stage, "township_leader").post("/reach", {"quiet_from": "", "quiet_until": ""} | told)
    assert said in answer.text
