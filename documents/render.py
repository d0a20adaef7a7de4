"""Renderer child processes with limited memory and time that keep their fonts loaded."""

from __future__ import annotations

import atexit
import gc
import importlib
import multiprocessing
import os
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from time import monotonic
from typing import Any, TypeAlias

from documents import answers, sentences
from documents.errors import RendererBusy, RendererError, RenderingFailed
from documents.sheets import (
    Certificate,
    Checking,
    Counting,
    LongTerm,
    Made,
    Previewing,
    RenderJob,
    Scan,
    ScannedPage,
    SignatureSeen,
    Signing,
    Token,
    Workbook,
)

MAX_SECONDS = 60
MAX_BYTES = 2_000_000_000
MAX_SHEETS_PER_CHILD = 500
START_SECONDS = 60
"""For loading the libraries on a busy machine; not part of the time of a job."""
GATE_SECONDS = 10
GATE_BYTES = 1_000_000_000
STRANGER_SECONDS = 5
STRANGERS_AT_ONCE = 2
"""One file is checked, one may wait; further callers are refused."""
SCAN_SECONDS = 30
UPLOADS_BEHIND, STRANGERS_BEHIND = 5, 15
UPLOADS_AT_ONCE = 3
"""Uploads read or waiting to be read: fewer than the desk's threads, so that some remain for other requests."""
SCREEN_SECONDS = 10
"""Somebody waits for it, and the next person waits for both."""
SCREENS_AT_ONCE = 3
TURN_SECONDS = 2
MAX_SHEETS_UNSWEPT = 4
IDLE_SECONDS = 0.05
_LOOK_SECONDS = 0.2
_BEHIND_SECONDS = 15
"""Additional wall-clock time of a job while others use the processor; threads of the desk wait as long."""
_READY = "ready"
_ALLOCATION = {"MALLOC_MMAP_THRESHOLD_": "134217728", "MALLOC_TRIM_THRESHOLD_": "134217728"}
"""For the child's C library: keep memory of fonts and pages for the next job instead of releasing it."""

__all__ = [
    "Certificate",
    "Checking",
    "Counting",
    "LongTerm",
    "Made",
    "Renderer",
    "Previewing",
    "Scan",
    "ScannedPage",
    "RenderJob",
    "SignatureSeen",
    "Signing",
    "Token",
    "Workbook",
    "check_signatures",
    "count_pages",
    "renderer",
    "preview",
    "read_scan",
    "read_workbook",
    "to_pdf",
    "to_screen",
]


Job: TypeAlias = RenderJob | Scan | Counting | Previewing | Signing | Checking | Workbook


class Renderer:
    """One child process; a second call waits for the first."""

    def __init__(
        self,
        seconds: float = MAX_SECONDS,
        memory: int = MAX_BYTES,
        needs: tuple[str, ...] = ("documents.page",),
        behind: int = 0,
    ) -> None:
        self.seconds = seconds
        """Processor seconds for one job."""
        self.memory = memory
        self.needs = needs
        """Modules that the child loads before it is ready."""
        self.behind = behind
        """The child's niceness, relative to processes that serve people."""
        self._lock = threading.Lock()
        self._child: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._sheets = 0

    def make(self, sheet: RenderJob) -> Made:
        """Return the PDF of a sheet; raises a `RendererError`."""
        made: Made = self._do(sheet, Made)
        return made

    def read(self, scan: Scan) -> tuple[ScannedPage, ...]:
        """Return the pages of a scan; raises a `RendererError`."""
        pages: tuple[ScannedPage, ...] = self._do(scan, tuple)
        return pages

    def count(self, job: Counting) -> int:
        """Return the number of pages of a file; raises a `RendererError`."""
        pages: int = self._do(job, int)
        return pages

    def rows(self, job: Workbook) -> tuple[tuple[str, ...], ...]:
        """Return the rows of a spreadsheet's first sheet, as text; raises a `RendererError`."""
        rows: tuple[tuple[str, ...], ...] = self._do(job, tuple)
        return rows

    def preview(self, job: Previewing) -> bytes:
        """Return a thumbnail of a file's first page; raises a `RendererError`."""
        picture: bytes = self._do(job, bytes)
        return picture

    def sign(self, job: Signing) -> bytes:
        """Return the file with one more signature; raises a `RendererError`."""
        signed: bytes = self._do(job, bytes)
        return signed

    def check(self, job: Checking) -> tuple[SignatureSeen, ...]:
        """Return the signatures of a file; raises a `RendererError`."""
        seen: tuple[SignatureSeen, ...] = self._do(job, tuple)
        return seen

    def _do(self, job: Job, kind: type) -> Any:
        """Run a job in the child; the child is replaced after a hard failure."""
        with self._lock:
            try:
                pipe = self._ready()
                pipe.send(job)
                if not self._is_answered(pipe):
                    raise RenderingFailed(sentences.OUT_OF_TIME.format(seconds=f"{self.seconds:.0f}"))
                answer = answers.receive(pipe)
            except (EOFError, OSError) as fault:
                self.close()
                raise RenderingFailed(sentences.ENDED) from fault
            except RenderingFailed:
                self.close()
                raise
            self._sheets += 1
        if isinstance(answer, RendererError):
            raise answer
        if not isinstance(answer, kind):
            raise RenderingFailed(str(answer))
        return answer

    def _is_answered(self, pipe: Connection) -> bool:
        """Wait for the result within the child's time limit.

        The limit counts processor time: a child on a busy machine is slow, not wrong. A child that makes no
        progress is given up too.
        """
        last, used = monotonic() + self.seconds + _BEHIND_SECONDS, self._seconds_used()
        while not pipe.poll(min(_LOOK_SECONDS, self.seconds)):
            if monotonic() > last or self._seconds_used() - used > self.seconds:
                return False
        return True

    def _seconds_used(self) -> float:
        """The processor time used by the child."""
        if self._child is None or self._child.pid is None:
            return 0
        try:
            with open(f"/proc/{self._child.pid}/stat", encoding="ascii") as status:
                words = status.read().rpartition(")")[2].split()
        except OSError:  # it has ended: the pipe reports that
            return 0
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def resident_megabytes(self) -> int:
        """Return the child's current memory, for the benchmark and the health page."""
        return self._megabytes("VmRSS")

    def peak_megabytes(self) -> int:
        """Return the child's peak memory."""
        return self._megabytes("VmHWM")

    def _megabytes(self, name: str) -> int:
        if self._child is None or self._child.pid is None:
            return 0
        with open(f"/proc/{self._child.pid}/status", encoding="ascii") as status:
            line = next(x for x in status if x.startswith(name))
        return int(line.split()[1]) // 1024

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.kill()
            self._child.join()
        if self._pipe is not None:
            self._pipe.close()
        self._child, self._pipe, self._sheets = None, None, 0

    def _ready(self) -> Connection:
        if self._sheets >= MAX_SHEETS_PER_CHILD or (self._child is not None and not self._child.is_alive()):
            self.close()
        if self._pipe is None:
            for name, value in _ALLOCATION.items():
                os.environ.setdefault(name, value)
            self._start()
        if self._pipe is None:
            raise RenderingFailed(sentences.NOT_STARTED)
        return self._pipe

    def _start(self) -> None:
        """Start a new child and wait until it is ready: the time limit of a job begins after that.

        A child that fails to start is removed, so that the next job tries again.
        """
        context = multiprocessing.get_context("spawn")
        pipe, other = context.Pipe()
        child = context.Process(target=_work, args=(other, self.memory, self.needs, self.behind), daemon=True)
        try:
            child.start()
            other.close()
            self._child, self._pipe = child, pipe
            if not pipe.poll(START_SECONDS):
                raise RenderingFailed(sentences.NOT_STARTED_IN_TIME.format(seconds=START_SECONDS))
            answers.receive(pipe)
        except BaseException:
            self.close()
            pipe.close()
            other.close()
            raise


def _work(pipe: Connection, memory: int, needs: tuple[str, ...], behind: int = 0) -> None:
    """Main loop of the child: set limits, load libraries, then process jobs one by one."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    # Run the garbage collector between jobs, not while a page is being rendered.
    for name in needs:
        importlib.import_module(name)
    gc.freeze()
    gc.disable()
    os.nice(behind)  # loading does not count towards a job's limit: the first caller waits for it too
    pipe.send(_READY)
    sheets = 0
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        pipe.send(_try(_WORK[type(job)], job))
        if sheets % MAX_SHEETS_UNSWEPT == 0 or not pipe.poll(IDLE_SECONDS):
            gc.collect()
        if sheets == 0:
            gc.freeze()  # exclude the loaded libraries from garbage collection
        sheets += 1


def _make(job: RenderJob) -> Made:
    """Modules are imported when first needed, or in advance if the child `needs` them, because they are large."""
    from documents import page

    return page.pdf_of(job)


def _read(job: Scan) -> tuple[ScannedPage, ...]:
    from documents import scans

    return scans.read(job)


def _count(job: Counting) -> int:
    from documents import scans

    return scans.count(job)


def _rows(job: Workbook) -> tuple[tuple[str, ...], ...]:
    from documents import workbook

    return workbook.read(job)


def _preview(job: Previewing) -> bytes:
    from documents import scans

    return scans.preview(job)


def _sign(job: Signing) -> bytes:
    from documents import sign

    return sign.sign(job)


def _check(job: Checking) -> tuple[SignatureSeen, ...]:
    from documents import verify

    return verify.check(job)


_WORK: dict[type, Callable[[Any], Any]] = {
    RenderJob: _make, Scan: _read, Counting: _count, Previewing: _preview, Signing: _sign, Checking: _check,
    Workbook: _rows,
}  # fmt: skip


def _try(work: Callable[[Any], Any], job: Job) -> Any:
    try:
        return work(job)
    except RendererError as fault:
        return fault
    except Exception as fault:  # any exception of the libraries must reach the parent as a result
        return f"{type(fault).__name__}: {fault}"


_renderer = Renderer()
atexit.register(_renderer.close)


def to_pdf(sheet: RenderJob) -> Made:
    """Render a sheet on the process's own child."""
    return _renderer.make(sheet)


_gate = Renderer(GATE_SECONDS, GATE_BYTES, ("documents.scans",), UPLOADS_BEHIND)
"""For files of strangers: a separate child with less time and memory, so that nobody at the desk waits for them."""
atexit.register(_gate.close)


_scanner = Renderer(SCAN_SECONDS, MAX_BYTES, ("documents.scans",), UPLOADS_BEHIND)
"""For returned scans: large pages take long, and no paper or signature may wait for them."""
atexit.register(_scanner.close)
_uploads = threading.BoundedSemaphore(UPLOADS_AT_ONCE)


_screen = Renderer(SCREEN_SECONDS, MAX_BYTES, behind=UPLOADS_BEHIND)
"""For previews: a template that is being written may loop, and no paper may wait for it."""
atexit.register(_screen.close)
_screens = threading.BoundedSemaphore(SCREENS_AT_ONCE)


@contextmanager
def _turn(
    turns: threading.BoundedSemaphore = _uploads, refusal: str = sentences.READING_BUSY
) -> Iterator[None]:
    """Limit the number of waiting jobs; raises `RendererBusy` if there is no place in time."""
    if not turns.acquire(timeout=TURN_SECONDS):
        raise RendererBusy(refusal)
    try:
        yield
    finally:
        turns.release()


def to_screen(sheet: RenderJob) -> Made:
    """Render a sheet for viewing (a draft's template, or a masked page) on a separate child."""
    with _turn(_screens, sentences.PREVIEWS_BUSY):
        return _screen.make(sheet)


_strangers = Renderer(STRANGER_SECONDS, GATE_BYTES, ("documents.verify",), STRANGERS_BEHIND)
"""For the public page only: an upload of the desk never waits for a stranger's file."""
_at_once = threading.BoundedSemaphore(STRANGERS_AT_ONCE)
atexit.register(_strangers.close)


def check_signatures(job: Checking) -> tuple[SignatureSeen, ...]:
    """Check the signatures of an untrusted file; raises `RendererBusy` at once if others are waiting."""
    if not _at_once.acquire(blocking=False):
        raise RendererBusy(sentences.CHECKS_BUSY)
    try:
        return _strangers.check(job)
    finally:
        _at_once.release()


def count_pages(job: Counting) -> int:
    """Return the number of pages of an uploaded file."""
    with _turn():
        return _gate.count(job)


def read_workbook(job: Workbook) -> tuple[tuple[str, ...], ...]:
    """Return the rows of an uploaded spreadsheet."""
    with _turn():
        return _gate.rows(job)


def preview(job: Previewing) -> bytes:
    """Return a thumbnail of the first page of an uploaded file."""
    with _turn():
        return _gate.preview(job)


def read_scan(scan: Scan) -> tuple[ScannedPage, ...]:
    """Return the pages of a returned scan, read on a separate child."""
    with _turn():
        return _scanner.read(scan)


def renderer() -> Renderer:
    """Return the child of this process."""
    return _renderer
