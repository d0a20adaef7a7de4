"""Child processes that play scenarios and compute cases; they end with their parent, however it ends.

A scenario is written by a supervisor, so every job has a time limit. A child that exceeds it is killed and
replaced; neither the desk nor other jobs of the worker wait for it.
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
from processes.rehearsal import blank

PREFIX = "yimen-rehearsal-"
SECONDS = 180
"""For one scenario, or one set of cases; the longest that is shipped takes a few seconds on a busy machine."""
_Job = TypeVar("_Job")
_Answer = TypeVar("_Answer")


class Children:
    """A set of child processes; one that was killed is replaced."""

    def __init__(self, workers: int, seconds: int) -> None:
        self.seconds = seconds
        self._workers = workers
        self._folder = tempfile.mkdtemp(prefix=PREFIX)
        self._lock = threading.Lock()
        self._is_over = False
        self._pool = self._begun()

    def do(self, work: Callable[..., _Answer], *told: Any) -> _Answer:
        """Run a function in a child and return its result; exceptions are raised here.

        Raises `RehearsalCutOff` if the time limit is exceeded, `RehearsalEnded` if the child ended before.
        """
        try:
            found: _Answer = self._ready().schedule(work, args=told, timeout=self.seconds).result()
        except TimeoutError as fault:
            raise RehearsalCutOff(seconds=self.seconds) from fault
        except (ProcessExpired, BrokenProcessPool, CancelledError) as fault:
            raise RehearsalEnded() from fault
        return found

    def each(self, do: Callable[[_Job], _Answer], jobs: Iterable[_Job]) -> Iterator[_Answer]:
        """Run a function on every job in the children and return the results in order."""
        threads = ThreadPoolExecutor(self._workers)
        try:
            yield from threads.map(do, jobs)
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    def end(self) -> None:
        """End all children; waiting callers get an error."""
        with self._lock:
            self._is_over = True
            self._stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _ready(self) -> ProcessPool:
        """The pool, or a new one if it is broken, which happens if an idle child dies."""
        with self._lock:
            if self._is_over:
                raise RehearsalEnded()
            if not self._pool.active:
                self._stop()
                self._pool = self._begun()
            return self._pool

    def _begun(self) -> ProcessPool:
        return ProcessPool(
            self._workers,
            context=get_context("spawn"),
            initializer=_begin,
            initargs=(self._folder, blank.model()),
        )

    def _stop(self) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()


@contextmanager
def pool(workers: int, seconds: int = SECONDS) -> Iterator[Children]:
    """Run a pool of children for the duration of a context; their stages are deleted with them."""
    made = Children(workers, seconds)
    try:
        yield made
    finally:
        made.end()


def permanent_child(seconds: int) -> Children:
    """Return a child that lives as long as the process."""
    made = Children(1, seconds)
    atexit.register(made.end)
    return made


def _begin(folder: str, template: Path) -> None:
    """Runs in the child: use the parent's template database, a folder of its own for stages, and delete the
    folders of killed children."""
    blank.use(template)
    for left in Path(folder).iterdir():
        if not Path(f"/proc/{left.name}").exists():
            shutil.rmtree(left, ignore_errors=True)
    own = Path(folder, str(os.getpid()))
    own.mkdir(exist_ok=True)
    tempfile.tempdir = str(own)
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()


def _end_with_parent(folder: str) -> None:
    """End this child when its parent is killed."""
    parent = parent_process()
    if parent is None:
        return
    connection.wait([parent.sentinel])
    shutil.rmtree(Path(folder), ignore_errors=True)
    os._exit(1)
