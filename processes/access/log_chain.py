"""Hash chains over the access log: each entry of an account includes the hash of the one before.

Each account has its own chain, so that people do not wait for each other. Entries are written at the end of
their transaction, under the lock of the chain's head and after every other lock, so that transactions cannot
deadlock. Entries older than the chains (position 0) are sealed by the first daily anchor (`cases.anchors`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import Session

from processes.access.models import AccessLog, Account, LogHead
from processes.policy import values
from processes.policy.calendar import civil_date
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

DESTROYED = "destroyed"
"""The action of an entry whose retention has ended: its hash stays, its content is deleted."""
KEPT = ("row_state", "account_state", "file_destroyed")
"""Entries that are never emptied: hashes for comparisons, and records of destruction."""
NOBODY = 0
"""The chain of the program and of unknown names."""
OF_A_YEAR = tr("访问记录-")
"""Prefix of the number for a year of the log in the record of its destruction."""
_WAITING = "access log"


def add(uow: UnitOfWork, entry: AccessLog) -> None:
    """Add an entry to be written with the transaction."""
    waiting: list[AccessLog] = uow.session.info.setdefault(_WAITING, [])
    waiting.append(entry)
    uow.at_end(_WAITING, lambda: _write(uow))


def digest(entry: AccessLog) -> str:
    """Return the hash over everything in the entry and the hash before it."""
    content = [
        entry.account_id, entry.position, entry.at, entry.action, entry.target, entry.address, entry.previous,
    ]  # fmt: skip
    return hashlib.sha256(values.dumps(content)).hexdigest()


def sealed_digest(entry: AccessLog) -> str:
    """Return the hash of an entry as used by seals; for an emptied entry, the one it had before."""
    return entry.digest if entry.action == DESTROYED else digest(entry)


def has_content(since: datetime, until: datetime) -> ColumnElement[bool]:
    """Condition for entries of a period that have content and may be emptied."""
    of_time = and_(AccessLog.at >= since, AccessLog.at < until)
    return and_(of_time, AccessLog.action.not_in((DESTROYED, *KEPT)))


def first_with_content(session: Session) -> datetime | None:
    """Return when the oldest entry that may be emptied was written."""
    query = select(AccessLog.at).where(AccessLog.action.not_in((DESTROYED, *KEPT)))
    return session.scalar(query.order_by(AccessLog.at).limit(1))


def empty(session: Session, since: datetime, until: datetime) -> None:
    """Delete the content of entries of a period; hashes and positions stay, so that chains and seals remain valid."""
    unchained = select(AccessLog).where(has_content(since, until), AccessLog.position == 0)
    for entry in session.scalars(unchained):
        entry.digest = digest(entry)
    session.flush()
    session.execute(
        update(AccessLog)
        .where(has_content(since, until))
        .values(action=DESTROYED, target="", address="")
        .execution_options(synchronize_session=False)
    )


def verify(session: Session) -> list[str]:
    """Return sentences for errors in the log; empty if no entry was changed, added or dropped."""
    return [*_chains(session), *_unchained(session)]


def _write(uow: UnitOfWork) -> None:
    waiting: list[AccessLog] = uow.session.info.pop(_WAITING, [])
    for account_id in sorted({_chain(e) for e in waiting}):
        head = _head(uow, account_id)
        for entry in (e for e in waiting if _chain(e) == account_id):
            head.entries += 1
            entry.position, entry.previous = head.entries, head.head
            entry.digest = head.head = digest(entry)
            uow.add(entry)


def _head(uow: UnitOfWork, account_id: int) -> LogHead:
    query = select(LogHead).where(LogHead.account_id == account_id).with_for_update()
    query = query.execution_options(populate_existing=True)
    head = uow.session.scalar(query)
    if head is None:
        uow.insert_if_missing(LogHead, account_id=account_id, entries=0, head="")
        head = uow.session.scalars(query).one()
    return head


def _chain(entry: AccessLog) -> int:
    return NOBODY if entry.account_id is None else entry.account_id


def _chains(session: Session) -> Iterator[str]:
    heads = {h.account_id: h for h in session.scalars(select(LogHead))}
    names: dict[int, str] = {a.id: a.username for a in session.execute(select(Account.id, Account.username))}
    found: dict[int, tuple[int, str]] = {}
    emptied = _emptied(session)
    broken: set[int] = set()
    chained = select(AccessLog).where(AccessLog.position > 0)
    for entry in session.scalars(chained.order_by(AccessLog.position, AccessLog.id)).yield_per(1000):
        chain = _chain(entry)
        position, previous = found.get(chain, (0, ""))
        if chain in broken:
            continue
        if entry.position != position + 1 or entry.previous != previous or not _is_as_written(entry, emptied):
            broken.add(chain)
            yield tr(
                "{names}的第 {position} 条访问记录被改动、增加或缺失",
                names=_whose(chain, names),
                position=position + 1,
            )
        found[chain] = (entry.position, entry.digest)
    for chain in sorted((heads.keys() | found.keys()) - broken):
        head = heads.get(chain)
        if head is None or (head.entries, head.head) != found.get(chain, (0, "")):
            yield tr("{names}的访问记录末尾缺失", names=_whose(chain, names))


def _emptied(session: Session) -> frozenset[int]:
    """Years whose entries were destroyed, from log entries that are themselves never emptied."""
    targets = select(AccessLog.target).where(
        AccessLog.action == "file_destroyed", AccessLog.target.startswith(OF_A_YEAR)
    )
    return frozenset(int(t.removeprefix(OF_A_YEAR)) for t in session.scalars(targets))


def _is_as_written(entry: AccessLog, emptied: frozenset[int]) -> bool:
    if entry.action != DESTROYED:
        return digest(entry) == entry.digest
    return civil_date(entry.at).year in emptied and not entry.target and not entry.address


def _unchained(session: Session) -> Iterator[str]:
    """Entries without a chain must be older than all chained ones."""
    first: Any = session.scalar(select(func.min(AccessLog.id)).where(AccessLog.position > 0))
    if first is None:
        return
    late = select(func.count()).where(AccessLog.position == 0, AccessLog.id > first)
    if session.scalar(late):
        yield tr("有访问记录不是由程序写入的")


def _whose(chain: int, names: dict[int, str]) -> str:
    return tr("系统和未知账号") if chain == NOBODY else tr("账号 {chain} ", chain=names.get(chain, chain))
