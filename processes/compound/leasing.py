"""Taking jobs of the outbox one after another, each under a lease: what every task of the worker does its work by."""

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
    """A row of the outbox that this worker holds."""

    key: str
    subject: str
    payload: dict[str, Any]
    attempts: int


def jobs(office: Office, kind: str, most: int) -> Iterator[Job]:
    """The jobs of a kind that are free, at most so many, the most urgent first; each is taken when it is asked for.

    Whoever takes one ends it (`finish`, or a command of its own): what is left is free when its lease is over.
    """
    for _ in range(most):
        taken = _claimed(office, kind, together=False)
        if not taken:
            return
        yield taken[0]


def subjects(office: Office, kind: str, most: int) -> Iterator[list[Job]]:
    """The same for what goes together: all free jobs of one subject at a time."""
    for _ in range(most):
        taken = _claimed(office, kind, together=True)
        if not taken:
            return
        yield taken


def renew(office: Office, key: str) -> bool:
    """Keep a job while it is worked on; False: another worker has it by now."""
    return bool(office.perform(RenewJob(key, office.holder), system_actor()).held)


def finish(office: Office, *keys: str) -> None:
    """These jobs are done."""
    if keys:
        office.perform(FinishJob(keys, office.holder), system_actor())


def _claimed(office: Office, kind: str, *, together: bool) -> list[Job]:
    with office.database.reading("") as session:
        if not outbox.is_waiting(session, kind, office.database.clock(), office.holder):
            return []
    found = office.perform(ClaimJob(kind, office.holder, together), system_actor())
    return [Job(**job) for job in found.jobs]
