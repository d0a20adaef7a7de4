"""Child processes that play scenarios and compute cases: they end with the process that began them, however that ends."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import connection, get_context, parent_process
from pathlib import Path

PREFIX = "yimen-rehearsal-"


@contextmanager
def pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool whose children keep their stages in a folder that goes with them."""
    folder = tempfile.mkdtemp(prefix=PREFIX)
    try:
        with _watched(workers, folder) as made:
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def lasting(workers: int) -> ProcessPoolExecutor:
    """A pool that stands as long as the process does."""
    folder = tempfile.mkdtemp(prefix=PREFIX)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return _watched(workers, folder)


def _watched(workers: int, folder: str) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_watch_parent, initargs=(folder,)
    )


def _watch_parent(folder: str) -> None:
    """In the child: when the parent is killed, nobody is left to say that it is over."""
    tempfile.tempdir = folder
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()


def _end_with_parent(folder: str) -> None:
    parent = parent_process()
    if parent is None:
        return
    connection.wait([parent.sentinel])
    shutil.rmtree(Path(folder), ignore_errors=True)
    os._exit(1)
