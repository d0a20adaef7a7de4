"""Limits of connections: number for each address, time and size of a request."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import waitress

from tests.web.test_serving import desk  # noqa: F401  (a fixture)
from web import connections, proxies
from web.app import MAX_REQUEST

WHOLE = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
BEGUN = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: "


def _answer(_environ: dict[str, Any], start: Any) -> list[bytes]:
    start("200 OK", [("Content-Length", "0")])
    return []


@pytest.fixture
def serving() -> Iterator[Callable[..., int]]:
    """Serves an empty answer in a thread of this process; answers the port."""
    servers = []

    def serve(*trusted: str) -> int:
        server = waitress.create_server(
            _answer, host="127.0.0.1", port=0, connection_limit=2_000, asyncore_use_poll=True
        )
        connections.limit(server, proxies.named(trusted))
        servers.append(server)
        threading.Thread(target=server.run, daemon=True).start()
        return int(server.effective_port)

    yield serve
    for server in servers:
        server.close()


def _opened(port: int, said: bytes, count: int = 1) -> list[socket.socket]:
    found = []
    for _ in range(count):
        one = socket.create_connection(("127.0.0.1", port), timeout=60)
        one.sendall(said)
        found.append(one)
    return found


def _open(held: list[socket.socket], expected: int) -> int:
    """How many of them the server has not closed, once it has had time for it."""
    time.sleep(1.5)
    for _ in range(60):
        still = sum(map(_is_open, held))
        if still <= expected:
            break
        time.sleep(0.5)
    return still


def _is_open(one: socket.socket) -> bool:
    one.settimeout(0)
    try:
        return one.recv(1) != b""
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


def test_one_address_holds_no_more_than_its_share__and_the_newest_is_answered(
    serving: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "OF_ONE_ADDRESS", 20)
    port = serving()
    held = _opened(port, BEGUN, 50)
    [person] = _opened(port, WHOLE)
    assert person.recv(12) == b"HTTP/1.1 200"
    assert _open(held, 19) == 19  # 20 with the person's


def test_a_named_proxy_brings_as_many_as_there_are_visitors(
    serving: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "OF_ONE_ADDRESS", 20)
    assert _open(_opened(serving("127.0.0.0/8"), BEGUN, 50), 50) == 50


def test_a_request_that_comes_byte_by_byte_is_cut_off__and_an_open_browser_is_not(
    serving: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 1)
    port = serving()
    [slow], [browser] = _opened(port, BEGUN), _opened(port, WHOLE)
    assert browser.recv(2_000).startswith(b"HTTP/1.1 200")
    with pytest.raises(ConnectionError):
        for _ in range(200):
            slow.sendall(b"a")
            time.sleep(0.2)
    browser.sendall(WHOLE)
    assert browser.recv(2_000).startswith(b"HTTP/1.1 200")


def test_a_body_that_does_not_come_is_cut_off(
    serving: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 1)
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
    [slow] = _opened(serving(), head)
    with pytest.raises(ConnectionError):
        for _ in range(200):
            slow.sendall(b"a")
            time.sleep(0.2)


def test_the_head_says_it_is_too_large__and_nothing_of_it_is_kept(
    desk: tuple[subprocess.Popen[bytes], int],  # noqa: F811
) -> None:
    child, port = desk
    head = b"POST /verify HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (MAX_REQUEST + 1)
    [one] = _opened(port, head)
    assert one.recv(12) == b"HTTP/1.1 413"
    kept = 0
    for descriptor in Path(f"/proc/{child.pid}/fd").iterdir():
        try:
            if "deleted" in os.readlink(descriptor):
                kept = max(kept, descriptor.stat().st_size)
        except OSError:  # closed meanwhile
            continue
    assert kept == 0


def test_a_desk_that_one_stranger_fills__answers_everybody_else(
    desk: tuple[subprocess.Popen[bytes], int],  # noqa: F811
) -> None:
    _, port = desk
    held = _opened(
        port, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: ", connections.OF_ONE_ADDRESS + 20
    )
    [asking] = _opened(port, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert asking.recv(12) == b"HTTP/1.1 200"
    for one in held:
        one.close()
