"""Response times of clerks while others send files designed to be slow.

Three kinds: a PDF whose page tree is a bomb to the public page, sixty pages of A0 and a drawing of many
thousand lines as returned scans. Reported are the clerks' 95th percentile without and with them, and the
responses to the files.
"""

from __future__ import annotations

import http.client
import io
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from uuid import uuid4

import pikepdf

from benchmarks.people import Visitor, desk

HOSTILE_AT_ONCE = 2
"""Windows for each kind of file."""
_A0 = (2384, 3370)
_PAGES = 60
_LINES = 200_000
_TIMEOUT = 300
"""Seconds: as patient as a browser. On a busy machine a file of many lines waits behind others for longer than two minutes."""
_CASE = re.compile(r'href="/cases/([^"/]+)"')


def page_tree_bomb() -> bytes:
    """A page tree of nine levels of twelve that all lead to the same page: twelve to the ninth of them to whoever counts."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    kid = pdf.pages[0].obj
    for _ in range(9):
        kid = pdf.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Pages, Kids=pikepdf.Array([kid] * 12), Count=12)
        )
    pdf.Root.Pages = kid
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def large_pages() -> bytes:
    """Sixty pages of A0, a few kilobytes."""
    pdf = pikepdf.new()
    for _ in range(_PAGES):
        pdf.add_blank_page(page_size=_A0)
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def many_lines() -> bytes:
    """One page with a great many lines."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    drawn = b"\n".join(
        b"%d %d m %d %d l S" % (n % 600, n % 800, n * 7 % 600, n * 3 % 800) for n in range(_LINES)
    )
    page.Contents = pdf.make_stream(drawn)
    out = io.BytesIO()
    pdf.save(out, compress_streams=False)
    return out.getvalue()


KINDS: dict[str, tuple[Callable[[], bytes], str]] = {
    "page_tree_bomb": (page_tree_bomb, "/verify"),
    "large_pages": (large_pages, "/scan/returns"),
    "many_lines": (many_lines, "/scan/returns"),
}
"""By kind: how the file is made, and where it is sent."""


def measure(clerks: int, seconds: float, at_once: int = HOSTILE_AT_ONCE) -> dict[str, object]:
    """Measure with so many windows for each kind of file: `undisturbed_p95_ms`, `disturbed_p95_ms`, `ratio`, what went wrong for the clerks (`errors`), and by kind how the files were answered."""
    windows = len(KINDS) * at_once
    with desk(clerks + windows) as (port, usernames):
        honest, others = usernames[:clerks], usernames[clerks:]
        quiet, quiet_faults = _work(port, honest, seconds)
        stop = threading.Event()
        answered: dict[str, Counter[int]] = {kind: Counter() for kind in KINDS}
        senders = [
            threading.Thread(target=_send, args=(port, name, kind, answered[kind], stop))
            for name, kind in zip(others, list(KINDS) * at_once, strict=True)
        ]
        for sender in senders:
            sender.start()
        loud, loud_faults = _work(port, honest, seconds)
        stop.set()
        for sender in senders:
            sender.join()
    return {
        "clerks": clerks, "requests": [len(quiet), len(loud)], "errors": [quiet_faults[:5], loud_faults[:5]],
        "undisturbed_p95_ms": _p95(quiet), "disturbed_p95_ms": _p95(loud),
        "ratio": round(_p95(loud) / max(_p95(quiet), 0.1), 2),
        "hostile": {kind: {str(s): n for s, n in sorted(found.items())} for kind, found in answered.items()},
    }  # fmt: skip


def _work(port: int, usernames: list[str], seconds: float) -> tuple[list[float], list[str]]:
    """Every clerk looks at the queue and opens a case, again and again; the times of the answers, and the faults."""
    times: list[list[float]] = [[] for _ in usernames]
    faults: list[str] = []
    until = time.perf_counter() + seconds
    threads = [
        threading.Thread(target=_day, args=(Visitor(port, own, faults), name, until))
        for name, own in zip(usernames, times, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [t for own in times for t in own], faults


def _day(visitor: Visitor, username: str, until: float) -> None:
    _arrive(visitor, username)
    visitor.times.clear()
    while time.perf_counter() < until:
        found = _CASE.findall(visitor.ask("GET", "/worklist?queue=mine"))
        if found:
            visitor.ask("GET", f"/cases/{found[0]}")
        time.sleep(0.2)


def _arrive(visitor: Visitor, username: str) -> None:
    visitor.sign_in(username)
    visitor.ask("GET", "/about")


def _send(port: int, username: str, kind: str, answered: Counter[int], stop: threading.Event) -> None:
    made, address = KINDS[kind]
    content = made()
    visitor = Visitor(port, [], [])
    _arrive(visitor, username)
    boundary = uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="x.pdf"\r\n\r\n'
    body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    while not stop.is_set():
        answered[_sent(port, visitor, address, body, boundary)] += 1


def _sent(port: int, visitor: Visitor, address: str, body: bytes, boundary: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)
    headers = {
        "Cookie": visitor.cookie, "Referer": "http://127.0.0.1/", "X-CSRFToken": visitor.token,
        "Content-Type": f"multipart/form-data; boundary={boundary}", "X-Requested-With": "fetch",
    }  # fmt: skip
    try:
        connection.request("POST", address, body, headers)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def _p95(times: list[float]) -> float:
    ordered = sorted(times)
    return round(ordered[int(len(ordered) * 0.95)], 1) if ordered else 0.0
