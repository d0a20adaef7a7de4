"""How the desk stops: it takes no further connection, answers what it has begun, and ends."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

LONGEST = 20.0
"""Seconds that what was begun is waited for; service managers kill after more."""
_LOOK_EVERY = 0.05


def answer_before_stopping(server: Any) -> None:
    """Let SIGTERM and SIGINT end a waitress server after it has answered; a second signal ends it at once.

    Whoever pressed a button as the desk was restarted gets the answer, instead of not knowing whether it was done.
    """
    asked = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        if asked.is_set():
            raise SystemExit  # waitress's loop ends with it
        asked.set()
        # Whoever comes now is refused by the system instead of waiting for a desk that ends.
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
    """Whether a connection is being asked, worked for or answered."""
    return bool(channel.request is not None or channel.requests or channel.total_outbufs_len)
