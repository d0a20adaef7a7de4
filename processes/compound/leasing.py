"""Claiming outbox jobs one after another, each under a lease; used by every task of the worker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from processes.access.scope import system_actor
from processes.office.door import Office
from processes.office.system.jobs import ClaimJob, FinishJob, RenewJob
from processes.storage import outbox


@dataclass(frozen=True, slots=True)
class Job:
    """An outbox row claimed by this worker."""

    key: str
    subject: str
    payload: dict[str, Any]
    attempts: int


def jobs(office: Office, kind: str, most: int) -> Iterator[Job]:
    """Claim free jobs of a kind, the most urgent first, up to a number; each is claimed when the iterator
    reaches it.

    The caller finishes each (`finish`, or a command of its own); unfinished jobs are free when their lease
    ends.
    """
    for _ in range(most):
        taken = _claimed(office, kind, together=False)
        if not taken:
            return
        yield taken[0]


def subjects(office: Office, kind: str, most: int) -> Iterator[list[Job]]:
    """Claim all free jobs of one subject at a time."""
    for _ in range(most):
        taken = _claimed(office, kind, together=True)
        if not taken:
            return
        yield taken


def renew(office: Office, key: str) -> bool:
    """Extend the lease of a job in progress; False if another worker has it by now."""
    return bool(office.perform(RenewJob(key, office.holder), system_actor()).held)


def finish(office: Office, *keys: str) -> None:
    """Mark jobs as done."""
    if keys:
        office.perform(FinishJob(keys, office.holder), system_actor())


def _claimed(office: Office, kind: str, *, together: bool) -> list[Job]:
    with office.database.reading("") as session:
        if not outbox.is_waiting(session, kind, office.database.clock(), office.holder):
            return []
    claimed = office.perform(ClaimJob(kind, office.holder, together), system_actor())
    return [Job(**job) for job in claimed.jobs]
