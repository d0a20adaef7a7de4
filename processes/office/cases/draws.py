"""Commands of draws: commit to a number, reveal a round."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import draws
from processes.office.command import Command, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CommitDrawNumberResult:
    """The result of `CommitDrawNumber`."""

    round: int
    commitment: str


@dataclass(frozen=True, slots=True)
class CommitDrawNumber(Command[CommitDrawNumberResult]):
    """Commit to a number for draws; nobody sees it until the round is revealed."""

    permission = Permission.DRAW_WRITE

    number: str
    token: str = ""


@handles(CommitDrawNumber)
def commit(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: CommitDrawNumber
) -> CommitDrawNumberResult:
    """Store a number encrypted; return its round and its hash."""
    row = draws.enter(uow, actor, command.number)
    return CommitDrawNumberResult(round=row.round_id, commitment=row.commitment)


@dataclass(frozen=True, slots=True)
class RevealDrawRoundResult:
    """The result of `RevealDrawRound`."""

    round: int


@dataclass(frozen=True, slots=True)
class RevealDrawRound(Command[RevealDrawRoundResult]):
    """Reveal the numbers of a round and close it."""

    permission = Permission.DRAW_WRITE

    round_id: int


@handles(RevealDrawRound)
def reveal(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: RevealDrawRound
) -> RevealDrawRoundResult:
    """Reveal the numbers of a round."""
    return RevealDrawRoundResult(round=draws.reveal(uow, actor, command.round_id).id)
