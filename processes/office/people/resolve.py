"""Resolve a difference between two places' entries of a person."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access import audit
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.office.answers import reason_of
from processes.office.command import Command, handles
from processes.office.people import register_limits
from processes.people import differences
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ResolveDifferenceResult:
    """The result of `ResolveDifference`."""

    status: str


@dataclass(frozen=True, slots=True)
class ResolveDifference(Command[ResolveDifferenceResult]):
    """In the township of a person's file: accept another township's value, or keep its own."""

    permission = Permission.HOUSEHOLD_WRITE

    difference: int
    accept: bool
    reason: str


@handles(ResolveDifference)
def resolve_difference(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: ResolveDifference
) -> ResolveDifferenceResult:
    """Resolve a difference about a person of this township's file."""
    reason = reason_of(command.reason)
    row = differences.resolve(uow, actor, command.difference, command.accept, reason)
    register_limits.tell_of_resolution(uow, row)
    audit.note(uow, actor, "difference_resolved", f"person/{row.person_id}")
    return ResolveDifferenceResult(status=row.status)
