"""Limits concurrent password hashing, which is slow and memory-intensive on purpose and open to strangers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from processes.errors import PasswordsBusy

AT_ONCE = 2
"""Hashes at the same moment."""
WAITING = 2
"""So many more wait for a place; the desk answers others with the threads that are left."""
LONGEST_WAIT = 1
"""Seconds: several times what a hash takes, so that who comes at the same moment as two others is not sent away."""


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
"""Of this process: sign-ins from browsers that the account has not used before."""
KNOWN = Gate(waiting=30, longest_wait=10)
"""Of this process: who is signed in, or has been with this browser.  Strangers take no place of theirs, and a whole office
that signs in at half past eight waits for its turn."""
