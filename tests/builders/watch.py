"""A guard against hanging."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def watched(seconds: int) -> Iterator[None]:
    """The alarm is an error, whatever the machine's speed: nothing under test may take so long."""

    def ring(*_: object) -> None:
        raise TimeoutError("it did not end")

    signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
