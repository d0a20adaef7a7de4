"""Child processes that play scenarios and compute cases: they end with the process that began them, however that ends.

What a child plays was written by a supervisor, so each thing that it does has a time.  A child that does not come to its
end is killed and another one begun: it holds up neither the desk nor what others asked of the worker.
"""

from __future__ import annotations

import atexit
import os
import queue
import shutil
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, TypeVar

from processes.errors import RehearsalCutOff, RehearsalEnded, YimenError

PREFIX = "yimen-rehearsal-"
SECONDS = 180
"""For one scenario, or one portion of cases; the longest that is shipped takes a few seconds on a machine that is busy."""
_LOOK_SECONDS = 1
_Job = TypeVar("_Job")
_Answer = TypeVar("_Answer")


class Child:
    """One child process that does one thing after another; where it was ended, another one is begun for the next."""

    def __init__(self, seconds: int = SECONDS) -> None:
        self.seconds = seconds
        self._lock = threading.Lock()
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._folder = ""

    @property
    def pid(self) -> int | None:
        """The process that stands ready, if one was begun."""
        return None if self._process is None else self._process.pid

    def do(self, work: Callable[..., _Answer], *told: Any) -> _Answer:
        """Have the child do something, and raise what it raises there.

        Raises `RehearsalCutOff` where the time is over, `RehearsalEnded` where the child came to its end before.
        """
        with self._lock:
            try:
                pipe = self._ready()
                pipe.send((work, told))
                if not pipe.poll(self.seconds):
                    raise RehearsalCutOff(seconds=self.seconds)
                is_done, answer = pipe.recv()
            except (EOFError, OSError) as fault:
                self._clear()
                raise RehearsalEnded() from fault
            except BaseException:
                self._clear()
                raise
        if not is_done:
            raise answer
        found: _Answer = answer
        return found

    def end(self) -> None:
        """End the child: who waits for an answer of it is told."""
        while not self._lock.acquire(timeout=_LOOK_SECONDS):
            process = self._process
            if process is not None and process.pid is not None:
                process.kill()
        try:
            self._clear()
        finally:
            self._lock.release()

    def _ready(self) -> Connection:
        if self._process is not None and not self._process.is_alive():
            self._clear()  # it was ended between two jobs: nothing of anybody is lost
        if self._pipe is None:
            context = get_context("spawn")
            self._folder = tempfile.mkdtemp(prefix=PREFIX)
            self._pipe, other = context.Pipe()
            self._process = context.Process(target=_serve, args=(other, self._folder))
            try:
                self._process.start()
            finally:
                other.close()
        return self._pipe

    def _clear(self) -> None:
        if self._process is not None and self._process.pid is not None:
            self._process.kill()
            self._process.join()
        if self._pipe is not None:
            self._pipe.close()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._process, self._pipe, self._folder = None, None, ""


class Children:
    """Several children beside one another."""

    def __init__(self, workers: int, seconds: int) -> None:
        self.all = [Child(seconds) for _ in range(workers)]
        self._free: queue.SimpleQueue[Child] = queue.SimpleQueue()
        for child in self.all:
            self._free.put(child)
        self._threads = ThreadPoolExecutor(workers)

    def each(self, do: Callable[[Child, _Job], _Answer], jobs: Iterable[_Job]) -> Iterator[_Answer]:
        """What `do` answers to every job, in their order, each with a child of its own meanwhile."""

        def done(job: _Job) -> _Answer:
            child = self._free.get()
            try:
                return do(child, job)
            finally:
                self._free.put(child)

        return self._threads.map(done, jobs)

    def end(self) -> None:
        """End them all; jobs that were not begun are not begun any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for child in self.all:
            child.end()
        self._threads.shutdown()
        for child in self.all:
            child.end()  # a job that was just being begun


@contextmanager
def pool(workers: int, seconds: int = SECONDS) -> Iterator[Children]:
    """Children for a while, whose stages go with them."""
    made = Children(workers, seconds)
    try:
        yield made
    finally:
        made.end()


def lasting(seconds: int) -> Child:
    """A child that stands as long as the process does."""
    made = Child(seconds)
    atexit.register(made.end)
    return made


def _serve(pipe: Connection, folder: str) -> None:
    """The child's life: one job after another, its stages in a folder of its own."""
    tempfile.tempdir = folder
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    while True:
        try:
            work, told = pipe.recv()
        except EOFError:
            return
        pipe.send(_answer(work, told))


def _answer(work: Callable[..., Any], told: tuple[Any, ...]) -> tuple[bool, Any]:
    try:
        return True, work(*told)
    except YimenError as fault:
        return False, fault
    except Exception as fault:  # it goes on in the parent, which has no frames of this process
        return False, RuntimeError(f"{type(fault).__name__}\n{traceback.format_exc()}")


def _end_with_parent(folder: str) -> None:
    """When the parent is killed, nobody is left to say that it is over."""
    parent = parent_process()
    if parent is None:
        return
    connection.wait([parent.sentinel])
    shutil.rmtree(Path(folder), ignore_errors=True)
    os._exit(1)
