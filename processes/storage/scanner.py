"""The virus scanner: checks uploads with ClamAV's `clamd` over its socket (docs/adr/0055).

The protocol needs sixty lines, so no library is used. What cannot be checked is refused.
"""

from __future__ import annotations

import re
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import closing

from processes.errors import FileUnscanned, SettingInvalid
from processes.texts import tr

SETTING = "YIMEN_CLAMD"
SECONDS = 30
"""For one file in total: a scanner needs a few for the largest accepted."""
_PART = 256 * 1024
_LONGEST_ANSWER = 4_096
_SENTENCE = re.compile(rb"stream: (?:OK|([^\0]*) FOUND)\0")
_NAMELESS = tr("未命名")
_TCP = re.compile(r"tcp[ :/]+(\[?[0-9A-Za-z.:-]+\]?)[ :]([0-9]{1,5})")


def demand_valid(address: str) -> None:
    """Raise `SettingInvalid` for an address of no scanner; an empty one is allowed."""
    if address and not address.startswith("unix:/") and not _TCP.fullmatch(address):
        raise SettingInvalid(name=SETTING, reason=tr("应为 unix:/路径 或 tcp 主机:端口"))


def found_in(address: str, content: bytes, seconds: float = SECONDS) -> str:
    """Return the name of the malware found; "" if none.

    Raises `FileUnscanned` if the scanner does not answer in time, cannot be reached or refuses the file.
    """
    until = time.monotonic() + seconds
    try:
        with closing(_connected(address, until)) as line:
            for part in _stream(content):
                line.settimeout(_left(until))
                line.sendall(part)
            answer = _answer(line, until)
    except OSError as fault:
        raise FileUnscanned(reason=tr("病毒扫描服务没有应答")) from fault
    match = _SENTENCE.fullmatch(answer)
    if match is None:
        raise FileUnscanned(reason=tr("病毒扫描服务不能检查这个文件（可能过大）"))
    return "" if match[1] is None else match[1].decode("utf-8", "replace").strip() or _NAMELESS


def _connected(address: str, until: float) -> socket.socket:
    if address.startswith("unix:"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(_left(until))
        try:
            line.connect(address.removeprefix("unix:"))
        except OSError:
            line.close()
            raise
        return line
    named = _TCP.fullmatch(address)
    if named is None:
        raise FileUnscanned(reason=tr("{setting} 设置不正确", setting=SETTING))
    return socket.create_connection((named[1].strip("[]"), int(named[2])), timeout=_left(until))


def _stream(content: bytes) -> Iterator[bytes]:
    yield b"zINSTREAM\0"
    for start in range(0, len(content), _PART):
        part = content[start : start + _PART]
        yield struct.pack("!I", len(part)) + part
    yield struct.pack("!I", 0)


def _answer(line: socket.socket, until: float) -> bytes:
    """The complete response; a connection lost before its end gives no result."""
    received = b""
    while b"\0" not in received and len(received) < _LONGEST_ANSWER:
        line.settimeout(_left(until))
        part = line.recv(_LONGEST_ANSWER)
        if not part:
            break
        received += part
    return received


def _left(until: float) -> float:
    """Remaining seconds; raises `TimeoutError` if there are none."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
