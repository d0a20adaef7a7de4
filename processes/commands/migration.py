"""Commands of a migration batch: running cases go on under another release."""

from __future__ import annotations

from dataclasses import dataclass

from processes.commands.base import Command


@dataclass(frozen=True, slots=True)
class PlanMigration(Command):
    """Look at every unfinished case of a release: can it go on under another one?  Changes no case."""

    programme: str
    from_number: int
    to_number: int


@dataclass(frozen=True, slots=True)
class MigrationCommand(Command):
    """Something done to a migration batch."""

    batch_id: int


@dataclass(frozen=True, slots=True)
class JudgeNext(MigrationCommand):
    """The worker judges the next cases of a plan."""


@dataclass(frozen=True, slots=True)
class ChooseMigration(MigrationCommand):
    """Say of cases that need a choice whether they migrate."""

    rows: tuple[int, ...]
    go: bool


@dataclass(frozen=True, slots=True)
class RunMigration(MigrationCommand):
    """Carry the plan out."""

    reason: str

    def needs_verification(self) -> bool:
        """It changes every case of the plan."""
        return True


@dataclass(frozen=True, slots=True)
class UndoMigration(MigrationCommand):
    """Take the migrated cases back to where they were."""

    reason: str


@dataclass(frozen=True, slots=True)
class DropMigration(MigrationCommand):
    """Give a plan up that was not carried out."""


@dataclass(frozen=True, slots=True)
class MigrateNext(MigrationCommand):
    """The worker migrates one case, or undoes one."""


@dataclass(frozen=True, slots=True)
class NoteMigration(MigrationCommand):
    """A case of the batch could not be migrated or taken back, and why."""

    row_id: int
    said: str
