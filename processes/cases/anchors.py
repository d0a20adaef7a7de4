"""Daily seals over all event chains. A copy kept off-site exposes any later rewriting of the database.

The anchors are also lines of a file (`var/anchors.txt`) that the operator copies elsewhere or prints; `yimen
audit verify` recomputes every anchor from the events and compares both.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from processes.access import log_chain
from processes.access.models import AccessLog
from processes.cases.anchor_models import ChainAnchor
from processes.cases.models import CaseEvent
from processes.cases.restoration_models import Restoration
from processes.errors import AnchorUnwritten
from processes.policy.calendar import SHANGHAI
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

SETTLED = timedelta(minutes=30)
"""By then every transaction of the day before has ended, so that no event is added before the anchor."""
MOST = 100_000
"""Events under one anchor: an office that begins to anchor seals its past in several."""


def is_due(session: Session, now: datetime) -> bool:
    """Return whether a day has ended whose events are not sealed yet."""
    last = latest(session)
    return now >= _midnight(now) + SETTLED and _until(session, last, _midnight(now)) is not None


def make(uow: UnitOfWork) -> ChainAnchor | None:
    """Seal the events of the days that have ended; None if there is nothing to seal."""
    last = latest(uow.session)
    until = _until(uow.session, last, _midnight(uow.now))
    if until is None:
        return None
    after, previous = (last.last_event_id, last.digest) if last else (0, "")
    log_after = (last.last_log_id or 0) if last else 0
    log_until = _log_until(uow.session, log_after, _midnight(uow.now))
    events, entries, digest = _sealed(uow.session, (after, until), (log_after, log_until), previous)
    anchor = ChainAnchor(
        at=uow.now, last_event_id=until, events=events, last_log_id=log_until, log_entries=entries,
        digest=digest,
    )  # fmt: skip
    uow.add(anchor)
    return anchor


def latest(session: Session) -> ChainAnchor | None:
    """Return the last anchor."""
    return session.scalars(select(ChainAnchor).order_by(ChainAnchor.id.desc()).limit(1)).one_or_none()


def verify(session: Session, file: Path) -> list[str]:
    """Return errors of the anchors in words; empty if events, rows and file agree."""
    faults = []
    after, log_after, previous = 0, 0, ""
    closed = _closed(session, file)
    written = _lines(file)
    for anchor in session.scalars(select(ChainAnchor).order_by(ChainAnchor.id)):
        log = None if anchor.last_log_id is None else (log_after, anchor.last_log_id)
        recomputed = _sealed(session, (after, anchor.last_event_id), log, previous)
        if recomputed != (anchor.events, anchor.log_entries, anchor.digest):
            faults.append(tr("{at} 封存以后，此前的办理记录或访问记录被改动", at=_when(anchor.at)))
        volume, lines = _volume_of(anchor, closed, (file, written))
        line = lines.pop(anchor.id, None)
        if line is None:
            faults.append(tr("{at} 的封存没有写入 {name}", at=_when(anchor.at), name=volume.name))
        elif line != _line(anchor):
            faults.append(tr("{at} 的封存与 {name} 不一致", at=_when(anchor.at), name=volume.name))
        after, previous = anchor.last_event_id, anchor.digest
        log_after = anchor.last_log_id or 0
    faults += [tr("{name} 中第 {n} 次封存在数据库中没有", name=file.name, n=n) for n in sorted(written)]
    return faults


def volumes(file: Path) -> list[Path]:
    """Return the current file of seals, preceded by the volumes closed when the office was restored from a backup."""
    closed = sorted(file.parent.glob(f"{file.stem}.*{file.suffix}"))
    return [*closed, file] if file.exists() else closed


def _closed(session: Session, file: Path) -> list[tuple[int, Path, dict[int, str]]]:
    """Closed volumes: the last seal that belongs to each, its file, its lines.

    Lines after the last one are of days that the backup did not contain; they are no evidence against it.
    """
    rows = session.scalars(select(Restoration).order_by(Restoration.id))
    named = [(r.last_anchor_id, file.with_name(f"{file.stem}.{r.id}{file.suffix}")) for r in rows]
    return [(last, volume, _lines(volume)) for last, volume in named]


def _volume_of(
    anchor: ChainAnchor, closed: list[tuple[int, Path, dict[int, str]]], present: tuple[Path, dict[int, str]]
) -> tuple[Path, dict[int, str]]:
    return next(((volume, lines) for last, volume, lines in closed if anchor.id <= last), present)


def write_down(session: Session, file: Path) -> None:
    """Append lines for the anchors after the last one in the file; raises `AnchorUnwritten`."""
    try:
        restored = session.scalar(select(func.max(Restoration.last_anchor_id))) or 0
        last = max(_lines(file), default=restored)
        query = select(ChainAnchor).where(ChainAnchor.id > last).order_by(ChainAnchor.id)
        lacking = [_line(anchor) for anchor in session.scalars(query)]
        if not lacking:
            return
        with file.open("a", encoding="utf-8") as out:
            out.writelines(f"{line}\n" for line in lacking)
            out.flush()
            os.fsync(out.fileno())
    except OSError as fault:
        raise AnchorUnwritten(file=file.name, reason=fault.strerror or "") from fault


def _sealed(
    session: Session, part: tuple[int, int], log: tuple[int, int] | None, previous: str
) -> tuple[int, int, str]:
    """Number of events and log entries in (after, until], and the hash over them and the previous anchor."""
    after, until = part
    sum_, count = hashlib.sha256(previous.encode()), 0
    rows = session.execute(
        select(CaseEvent.id, CaseEvent.case_id, CaseEvent.position, CaseEvent.digest)
        .where(CaseEvent.id > after, CaseEvent.id <= until)
        .order_by(CaseEvent.id)
    )
    for event_id, case_id, position, digest in rows:
        sum_.update(f"\n{event_id} {case_id} {position} {digest}".encode())
        count += 1
    entries = 0
    for entry in _log(session, log):
        # The digest covers the whole entry; entries without a chain have none and are hashed here.
        sum_.update(
            f"\nlog {entry.id} {entry.account_id} {entry.position} {log_chain.sealed_digest(entry)}".encode()
        )
        entries += 1
    return count, entries, sum_.hexdigest()


def _log(session: Session, part: tuple[int, int] | None) -> Iterable[AccessLog]:
    if part is None:
        return ()
    within = select(AccessLog).where(AccessLog.id > part[0], AccessLog.id <= part[1])
    return session.scalars(within.order_by(AccessLog.id)).yield_per(1000)


def _log_until(session: Session, after: int, before: datetime) -> int:
    """The last log entry that the next anchor seals, by the same rule as for events."""
    newest = select(func.max(AccessLog.id)).where(AccessLog.id > after, AccessLog.at < before)
    last = session.scalar(newest) or after
    ids = select(AccessLog.id).where(AccessLog.id > after, AccessLog.id <= last).order_by(AccessLog.id)
    return session.scalar(select(func.max(ids.limit(MOST).subquery().c.id))) or after


def _until(session: Session, last: ChainAnchor | None, before: datetime) -> int | None:
    """The last event that the next anchor seals: before an instant, or as many as fit in one transaction."""
    after = last.last_event_id if last else 0
    newest = session.scalar(
        select(CaseEvent.id)
        .where(CaseEvent.id > after, CaseEvent.at < before)
        .order_by(CaseEvent.id.desc())
        .limit(1)
    )
    if newest is None:
        return None
    within = select(CaseEvent.id).where(CaseEvent.id > after, CaseEvent.id <= newest)
    until: int | None = session.scalar(
        select(func.max(within.order_by(CaseEvent.id).limit(MOST).subquery().c.id))
    )
    return until


def _midnight(now: datetime) -> datetime:
    """The instant at which today began in China."""
    return now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(now.tzinfo)


def _when(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _line(anchor: ChainAnchor) -> str:
    log = "" if anchor.last_log_id is None else f" {anchor.last_log_id} {anchor.log_entries}"
    return f"{anchor.id} {_when(anchor.at)} {anchor.last_event_id} {anchor.events}{log} {anchor.digest}"


def _lines(file: Path) -> dict[int, str]:
    """The lines of the file by anchor number; anything else in the file is ignored."""
    if not file.exists():
        return {}
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    numbered = ((line.split(" ", 1)[0], line) for line in lines)
    return {int(number): line for number, line in numbered if number.isascii() and number.isdigit()}
