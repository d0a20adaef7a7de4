"""Graceful shutdown: accept no new connection, finish open requests, then end."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

LONGEST = 20.0
"""Maximum seconds to wait for open requests; service managers kill the process later."""
_LOOK_EVERY = 0.05


def answer_before_stopping(server: Any) -> None:
    """Make SIGTERM and SIGINT end a waitress server after open requests; a second signal ends it at once.

    A user who submitted something during a restart gets the response.
    """
    asked = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        if asked.is_set():
            raise SystemExit  # waitress's loop ends with it
        asked.set()
        # New clients are refused by the system instead of waiting for a server that ends.
        server.del_channel()
        server.socket.close()
        threading.Thread(target=_end_when_answered, args=(server,), daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def _end_when_answered(server: Any) -> None:
    until = time.monotonic() + LONGEST
    while time.monotonic() < until and any(_is_busy(one) for one in list(server.active_channels.values())):
        time.sleep(_LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)


def _is_busy(channel: Any) -> bool:
    """Whether a request of the connection is being received, processed or answered."""
    return bool(channel.request is not None or channel.requests or channel.total_outbufs_len)
