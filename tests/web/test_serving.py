"""The desk under real connections: idle browsers, proxies, a renderer that fails to start once, a killed
rehearsal."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pytest

from documents import render
from documents.errors import RenderingFailed
from documents.sheets import RenderJob
from processes.errors import SettingInvalid
from processes.rehearsal.stage import Stage
from tests.builders.workers import free_port, url_of
from web.app import create_app

IDLE = 18 * 6
"""Connections of eighteen browsers that nobody touches."""


@pytest.fixture
def desk(stage: Stage) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The desk as a process of its own, and its port."""
    port = free_port()
    environment = {
        **os.environ, "YIMEN_VAR": str(stage.office.settings.var), "YIMEN_DATABASE_URL": url_of(stage),
        "YIMEN_LISTEN": f"127.0.0.1:{port}",
    }  # fmt: skip
    child = subprocess.Popen([sys.executable, "-m", "web"], env=environment)
    for _ in range(300):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield child, port
    child.terminate()
    child.wait(timeout=60)


@pytest.fixture
def served(desk: tuple[subprocess.Popen[bytes], int]) -> int:
    """The port of a desk."""
    return desk[1]


def test_eighteen_idle_browsers__do_not_hold_the_desk(served: int) -> None:
    idle = []
    for _ in range(IDLE):
        one = socket.create_connection(("127.0.0.1", served), timeout=60)
        one.sendall(b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n")
        idle.append(one)
    for one in idle:
        assert one.recv(12) == b"HTTP/1.1 200"
    with urllib.request.urlopen(f"http://127.0.0.1:{served}/sign-in", timeout=60) as page:
        assert page.status == 200
    for one in idle:
        one.close()


def test_a_desk_that_is_stopped__answers_first_what_it_has_begun(
    stage: Stage, desk: tuple[subprocess.Popen[bytes], int], request: pytest.FixtureRequest
) -> None:
    """A wrong password waits for the database, which another holds, while the desk is told to stop."""
    child, port = desk
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    request.addfinalizer(asking.close)
    asking.request("GET", "/sign-in")
    page = asking.getresponse()
    token = re.search(r'name="csrf-token" content="([^"]+)"', page.read().decode())
    assert token is not None
    said = urllib.parse.urlencode({"csrf_token": token.group(1), "username": "nobody", "password": "no"})
    head = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": page.headers["Set-Cookie"].split(";")[0],
    }
    with closing(sqlite3.connect(stage.database.engine.url.database or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        asking.request("POST", "/sign-in", said, head)
        time.sleep(2.5)
        child.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert child.poll() is None, "it waits for the answer"
        with pytest.raises(ConnectionError):
            socket.create_connection(("127.0.0.1", port), timeout=5)
        other.execute("ROLLBACK")
        assert "用户名或密码不正确" in asking.getresponse().read().decode()
    assert child.wait(timeout=60) == 0


def _answered(stage: Stage, proxies: tuple[str, ...], peer: str) -> list[int]:
    """What seventy visitors behind a proxy at an address are answered, each asking once in a minute."""
    stage.office.settings = replace(stage.office.settings, trusted_proxies=proxies)
    client = create_app(stage.office).test_client()
    return [
        client.get(
            "/verify/ABCDEFGHJK",
            headers={"X-Forwarded-For": f"10.0.0.{n}"},
            environ_base={"REMOTE_ADDR": peer},
        ).status_code
        for n in range(70)
    ]


def test_visitors_behind_a_named_proxy_are_told_apart__and_nobody_else_can_pretend(stage: Stage) -> None:
    assert 429 not in _answered(stage, ("127.0.0.1", "10.9.0.0/16"), "10.9.3.4")
    assert _answered(stage, ("127.0.0.1", "10.9.0.0/16"), "10.8.3.4").count(429) == 10, "60 a minute"
    assert _answered(stage, (), "127.0.0.1").count(429) == 10
    with pytest.raises(SettingInvalid, match="YIMEN_TRUSTED_PROXY"):
        _answered(stage, ("nginx",), "127.0.0.1")


def _sheet() -> RenderJob:
    return RenderJob(
        templates={"t.html": "<p>字</p>"},
        template="t.html",
        data={},
        address="",
        made_at="2026-03-02T09:00:00",
    )


def test_a_press_that_fails_to_start_once__makes_the_next_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    renderer = render.Renderer()
    start = SpawnProcess.start

    def refused(_child: SpawnProcess) -> None:
        monkeypatch.setattr(SpawnProcess, "start", start)
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(SpawnProcess, "start", refused)
    with pytest.raises(RenderingFailed):
        renderer.make(_sheet())
    assert renderer.make(_sheet()).pages == 1
    renderer.close()


def test_the_time_of_a_job__does_not_begin_before_its_child_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading the libraries takes longer than this press gives a sheet."""
    renderer = render.Renderer(seconds=60, needs=("documents.page", "tests.web.slow_to_load"))
    renderer.seconds = 1.5
    begun = time.monotonic()
    assert renderer.make(_sheet()).pages == 1
    assert time.monotonic() - begun > 2
    renderer.close()


def test_the_time_of_a_job__is_the_processors__and_not_that_of_a_machine_that_does_much_else() -> None:
    renderer = render.Renderer()
    assert renderer.make(_sheet()).pages == 1
    child = renderer._child
    assert child is not None and child.pid is not None
    renderer.seconds = 1
    os.kill(child.pid, signal.SIGSTOP)  # as if others had the processor
    threading.Timer(2, os.kill, (child.pid, signal.SIGCONT)).start()
    assert renderer.make(_sheet()).pages == 1
    assert renderer._child is child
    # One that comes to nothing at all is given up all the same.
    os.kill(child.pid, signal.SIGSTOP)
    with pytest.raises(RenderingFailed, match="1 秒"):
        renderer.make(_sheet())
    renderer.close()


_REHEARSE = """
import threading, time
from multiprocessing import active_children
from processes.rehearsal.pool import pool
def told():
    time.sleep(3)
    print(*(child.pid for child in active_children()), flush=True)
if __name__ == "__main__":
    with pool(2) as children:
        threading.Thread(target=told).start()
        list(children.each(lambda seconds: children.do(time.sleep, seconds), [120, 120]))
"""


def test_a_killed_rehearsal__leaves_no_child_and_no_folder(tmp_path: Path) -> None:
    script = tmp_path / "rehearse.py"
    script.write_text(_REHEARSE)
    parent = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": os.getcwd()},
    )  # fmt: skip
    assert parent.stdout is not None
    children = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(children) == 2
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        left = [pid for pid in children if _lives(pid)]
        if not left and not list(tmp_path.glob("yimen-rehearsal-*")):
            break
        time.sleep(0.1)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert left == []
    assert list(tmp_path.glob("yimen-rehearsal-*")) == []


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # it ended while it was looked at
        return False
