"""The worker: every second the papers to be made, every half minute what has fallen due.

All work is found from rows, so there is no queue that could lose anything: a worker that is killed
in the middle leaves the row as it was, and the next one finds it again (docs/adr/0009).
"""

from __future__ import annotations

import signal
import threading

import structlog
from sqlalchemy import select

from processes import commands as c
from processes.access.scope import system_actor
from processes.errors import YimenError
from processes.office import Office
from processes.office.sweeping import sweep
from processes.papers import issue
from processes.papers.models import IssuedPaper
from processes.releases import publish
from processes.storage import outbox

PAPERS_AT_ONCE = 20
SWEEP_EVERY = 30
log = structlog.get_logger()


def make_papers(office: Office, limit: int = PAPERS_AT_ONCE) -> int:
    """Make the papers that wait; answers how many were made."""
    with office.database.reading("") as session:
        codes = [r.payload["code"] for r in outbox.waiting(session, office.database.clock(), limit)]
    return sum(make_paper(office, code) for code in codes)


def make_paper(office: Office, code: str) -> bool:
    """Make one paper; a failure becomes an incident and is tried again."""
    with office.database.reading("") as session:
        row = session.scalars(select(IssuedPaper).where(IssuedPaper.code == code)).one()
        bundle = publish.open_release(session, row.release_id)
    try:
        digest, size, pages = issue.make(row, bundle, office.settings.papers, office.settings.public_address)
    except YimenError as fault:
        log.error("paper_failed", paper=row.kind, code=fault.code)
        office.perform(c.FailPaper(code, fault.code, fault.message), system_actor())
        return False
    office.perform(c.FinishPaper(code, digest, size, pages), system_actor())
    return True


def work(office: Office) -> None:
    """Run until told to stop (SIGTERM, SIGINT)."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    rounds = 0
    while not stop.is_set():
        try:
            if rounds % SWEEP_EVERY == 0:
                sweep(office)
            make_papers(office)
        except YimenError as fault:
            log.warning("worker_waits", code=fault.code)
        rounds += 1
        stop.wait(1)
