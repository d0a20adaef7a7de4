"""Child processes that play scenarios and compute cases: they end with the process that began them, however that ends.

What a child plays was written by a supervisor, so each thing that it does has a time.  A child that does not come to its
end is killed and another one begun: it holds up neither the desk nor what others asked of the worker.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from processes.errors import RehearsalCutOff, RehearsalEnded

PREFIX = "yimen-rehearsal-"
SECONDS = 180
"""For one scenario, or one portion of cases; the longest that is shipped takes a few seconds on a machine that is busy."""
_Job = TypeVar("_Job")
_Answer = TypeVar("_Answer")


class Children:
    """Child processes beside one another; where one was ended, another is begun."""

    def __init__(self, workers: int, seconds: int) -> None:
        self.seconds = seconds
        self._workers = workers
        self._folder = tempfile.mkdtemp(prefix=PREFIX)
        self._lock = threading.Lock()
        self._is_over = False
        self._pool = self._begun()

    def do(self, work: Callable[..., _Answer], *told: Any) -> _Answer:
        """Have a child do something, and raise what it raises there.

        Raises `RehearsalCutOff` where the time is over, `RehearsalEnded` where the child came to its end before.
        """
        try:
            found: _Answer = self._ready().schedule(work, args=told, timeout=self.seconds).result()
        except TimeoutError as fault:
            raise RehearsalCutOff(seconds=self.seconds) from fault
        except (ProcessExpired, BrokenProcessPool, CancelledError) as fault:
            raise RehearsalEnded() from fault
        return found

    def each(self, do: Callable[[_Job], _Answer], jobs: Iterable[_Job]) -> Iterator[_Answer]:
        """What `do` answers to every job, in their order; as many are under way at once as there are children."""
        threads = ThreadPoolExecutor(self._workers)
        try:
            yield from threads.map(do, jobs)
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    def end(self) -> None:
        """End them all: who waits for an answer is told."""
        with self._lock:
            self._is_over = True
            self._stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _ready(self) -> ProcessPool:
        """The pool, or another one where it is broken: it is when a child dies that has nothing to do."""
        with self._lock:
            if self._is_over:
                raise RehearsalEnded()
            if not self._pool.active:
                self._stop()
                self._pool = self._begun()
            return self._pool

    def _begun(self) -> ProcessPool:
        return ProcessPool(
            self._workers, context=get_context("spawn"), initializer=_begin, initargs=(self._folder,)
        )

    def _stop(self) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()


@contextmanager
def pool(workers: int, seconds: int = SECONDS) -> Iterator[Children]:
    """Children for a while, whose stages go with them."""
    made = Children(workers, seconds)
    try:
        yield made
    finally:
        made.end()


def lasting(seconds: int) -> Children:
    """A child that stands as long as the process does."""
    made = Children(1, seconds)
    atexit.register(made.end)
    return made


def _begin(folder: str) -> None:
    """In the child: its stages lie in a folder of its own, and those of children that were killed go."""
    for left in Path(folder).iterdir():
        if not Path(f"/proc/{left.name}").exists():
            shutil.rmtree(left, ignore_errors=True)
    own = Path(folder, str(os.getpid()))
    own.mkdir(exist_ok=True)
    tempfile.tempdir = str(own)
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()


def _end_with_parent(folder: str) -> None:
    """When the parent is killed, nobody is left to say that it is over."""
    parent = parent_process()
    if parent is None:
        return
    connection.wait([parent.sentinel])
    shutil.rmtree(Path(folder), ignore_errors=True)
    os._exit(1)
