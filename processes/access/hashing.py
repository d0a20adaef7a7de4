"""Limits concurrent password hashing, which is slow and memory-intensive on purpose and open to strangers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from processes.errors import PasswordsBusy

AT_ONCE = 2
"""Hashes computed at the same time."""
WAITING = 2
"""How many more may wait; the remaining threads of the desk serve other requests."""
LONGEST_WAIT = 1
"""Seconds: several times the duration of a hash, so that a third simultaneous sign-in is not refused."""


class Gate:
    """Allows a fixed number of hashes at once; further callers are refused at once and do not block a thread."""

    def __init__(self, waiting: int = WAITING, longest_wait: int = LONGEST_WAIT) -> None:
        self._places = threading.BoundedSemaphore(AT_ONCE + waiting)
        self._hashes = threading.BoundedSemaphore(AT_ONCE)
        self.longest_wait = longest_wait

    @contextmanager
    def through(self) -> Iterator[None]:
        """Reserve a place for one hash; raises `PasswordsBusy`."""
        if not self._places.acquire(blocking=False):
            raise PasswordsBusy()
        try:
            if not self._hashes.acquire(timeout=self.longest_wait):
                raise PasswordsBusy()
            try:
                yield
            finally:
                self._hashes.release()
        finally:
            self._places.release()


STRANGERS = Gate()
"""For sign-ins from browsers that the account has not used before."""
KNOWN = Gate(waiting=30, longest_wait=10)
"""For people who are signed in, or have used this browser before. Strangers cannot occupy these places, and a
whole office may sign in at half past eight."""
