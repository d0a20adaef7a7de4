"""Migration of cases: plan it, choose, execute case by case, undo (ADR 0020)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from processes.access import persons
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, events, migration_queries
from processes.cases import migration_models as m
from processes.cases.actions import locked_by_id
from processes.cases.migration_models import MigrationBatch, MigrationRow
from processes.cases.models import Case, WorkItem
from processes.cases.status import CaseStatus, MigrationRowStatus, MigrationStatus, WorkItemStatus
from processes.engine import migration, runtime
from processes.engine.facts import Facts
from processes.engine.migration import Kind, Verdict
from processes.errors import MigrationRefused, OwnProposal, RuleBroken
from processes.office.answers import reason_of
from processes.office.command import Command, R, handles
from processes.office.run import Run
from processes.parameters.pins import CasePolicy
from processes.releases import publish
from processes.releases.bundle import Bundle
from processes.settings import Settings
from processes.storage import outbox
from processes.storage.outbox import Urgency
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

AT_ONCE = 20
_KEPT = ("status", "title", "role", "form", "clock", "due_on", "yellow_on", "red_on")


@dataclass(frozen=True, slots=True)
class PlanMigrationResult:
    """The result of `PlanMigration`."""

    batch: int


@dataclass(frozen=True, slots=True)
class PlanMigration(Command[PlanMigrationResult]):
    """Check for every unfinished case of a release whether it can continue under another one. Changes no case."""

    permission = Permission.STUDIO

    programme: str
    from_number: int
    to_number: int


@handles(PlanMigration)
def plan(settings: Settings, uow: UnitOfWork, actor: Actor, command: PlanMigration) -> PlanMigrationResult:
    """Begin to check the unfinished cases of a release; the worker does it."""
    if migration_queries.standing(uow.session, command.programme) is not None:
        raise RuleBroken(reason=tr("该项目有一批迁移还没有结束"))
    here = publish.numbered(uow.session, command.programme, command.from_number)
    there = publish.numbered(uow.session, command.programme, command.to_number)
    if here.id == there.id:
        raise RuleBroken(reason=tr("请选择另一个版本"))
    batch = MigrationBatch(
        programme=here.programme, title=here.title, from_id=here.id, to_id=there.id,
        from_number=here.number, to_number=there.number, status=MigrationStatus.PLANNING, cursor=0, reason="",
        total=migration_queries.count_unfinished(uow.session, here.id),
        by_id=actor.account_id, by=actor.name, at=uow.now,
    )  # fmt: skip
    uow.add(batch)
    uow.flush()
    _ask_worker(uow, batch)
    return PlanMigrationResult(batch=batch.id)


def _ask_worker(uow: UnitOfWork, batch: MigrationBatch) -> None:
    outbox.ask_again(uow, m.MIGRATE, f"{m.MIGRATE}/{batch.id}", {"batch": batch.id}, Urgency.BY_ITSELF)


@dataclass(frozen=True, slots=True)
class MigrationCommand(Command[R]):
    """A command on a migration batch."""

    batch_id: int


@dataclass(frozen=True, slots=True)
class JudgeNextResult:
    """The result of `JudgeNext`."""

    more: bool


@dataclass(frozen=True, slots=True)
class JudgeNext(MigrationCommand[JudgeNextResult]):
    """The worker checks the next cases of a plan."""

    permission = Permission.SYSTEM_WORK


@handles(JudgeNext)
def judge_next(settings: Settings, uow: UnitOfWork, actor: Actor, command: JudgeNext) -> JudgeNextResult:
    """Check more cases; return whether there may be others."""
    batch = _batch(uow, command, MigrationStatus.PLANNING)
    query = migration_queries.unfinished(batch.from_id).where(Case.id > batch.cursor)
    found = uow.session.scalars(query.order_by(Case.id).limit(AT_ONCE)).all()
    target = publish.open_release(uow.session, batch.to_id)
    for case in found:
        verdict = _verdict(Run(uow, actor, case, []), target)
        uow.add(
            MigrationRow(
                batch_id=batch.id, case_id=case.id, kind=str(verdict.kind), reasons=list(verdict.reasons),
                go=None, status=MigrationRowStatus.WAITS, said="", version_after=0, items_before=[],
            )
        )  # fmt: skip
        batch.cursor = case.id
    if len(found) < AT_ONCE:
        batch.status = MigrationStatus.PLANNED
    return JudgeNextResult(more=batch.status == MigrationStatus.PLANNING)


@dataclass(frozen=True, slots=True)
class ChooseMigration(MigrationCommand[None]):
    """Choose whether cases with differences migrate."""

    permission = Permission.STUDIO

    rows: tuple[int, ...]
    go: bool


@handles(ChooseMigration)
def choose(settings: Settings, uow: UnitOfWork, actor: Actor, command: ChooseMigration) -> None:
    """Choose whether cases with differences migrate; no row named means all of them."""
    batch = _batch(uow, command, MigrationStatus.PLANNED)
    query = select(MigrationRow).where(
        MigrationRow.batch_id == batch.id, MigrationRow.kind == str(Kind.CHOICE)
    )
    if command.rows:
        query = query.where(MigrationRow.id.in_(command.rows))
    for row in uow.session.scalars(query):
        row.go = command.go
    if actor.account_id not in batch.chosen_by:
        batch.chosen_by = [*batch.chosen_by, actor.account_id]


@dataclass(frozen=True, slots=True)
class RunMigration(MigrationCommand[None]):
    """Execute the plan."""

    permission = Permission.STUDIO

    reason: str

    def needs_verification(self) -> bool:
        """Because it changes every case of the plan."""
        return True


@handles(RunMigration)
def run(settings: Settings, uow: UnitOfWork, actor: Actor, command: RunMigration) -> None:
    """Let the worker begin, as a person who neither planned nor chose; raises while a choice is open."""
    batch = _batch(uow, command, MigrationStatus.PLANNED)
    undecided = migration_queries.tally(uow.session, batch.id)["undecided"]
    if undecided:
        raise RuleBroken(reason=tr("还有 {undecided} 件需要选择是否迁移", undecided=undecided))
    hands = (batch.by_id, *batch.chosen_by)
    if persons.is_one_of(uow.session, actor.account_id, hands, batch.at):
        raise OwnProposal(what=tr("{title}的迁移", title=batch.title))
    batch.reason, batch.status, batch.run_by_id = (
        reason_of(command.reason),
        MigrationStatus.RUNNING,
        actor.account_id,
    )
    _ask_worker(uow, batch)


@dataclass(frozen=True, slots=True)
class UndoMigration(MigrationCommand[None]):
    """Undo the migration of all migrated cases."""

    permission = Permission.STUDIO

    reason: str


@handles(UndoMigration)
def undo(settings: Settings, uow: UnitOfWork, actor: Actor, command: UndoMigration) -> None:
    """Let the worker undo the migration; not by the person who had it executed."""
    batch = _batch(uow, command, MigrationStatus.DONE)
    if persons.is_one_of(uow.session, actor.account_id, (batch.run_by_id,), batch.at):
        raise OwnProposal(what=tr("{title}的迁移", title=batch.title))
    batch.undone_because, batch.status = reason_of(command.reason), MigrationStatus.UNDOING
    batch.undone_by_id = actor.account_id
    _ask_worker(uow, batch)


@dataclass(frozen=True, slots=True)
class DropMigration(MigrationCommand[None]):
    """Discard a plan that was not carried out."""

    permission = Permission.STUDIO


@handles(DropMigration)
def drop(settings: Settings, uow: UnitOfWork, actor: Actor, command: DropMigration) -> None:
    """Discard a plan that was not carried out."""
    _batch(uow, command, MigrationStatus.PLANNING, MigrationStatus.PLANNED).status = MigrationStatus.DROPPED


@dataclass(frozen=True, slots=True)
class MigrateNextResult:
    """The result of `MigrateNext`."""

    row: int | None


@dataclass(frozen=True, slots=True)
class MigrateNext(MigrationCommand[MigrateNextResult]):
    """The worker migrates one case, or undoes one."""

    permission = Permission.SYSTEM_WORK


@handles(MigrateNext)
def migrate_next(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: MigrateNext
) -> MigrateNextResult:
    """Migrate one case or undo one; return its row, or that the batch is finished.

    Failures are raised and recorded by the worker, and the others continue.
    """
    batch = _batch(uow, command, MigrationStatus.RUNNING, MigrationStatus.UNDOING)
    wanted = (
        MigrationRowStatus.WAITS if batch.status == MigrationStatus.RUNNING else MigrationRowStatus.MIGRATED
    )
    row = migration_queries.next_row(uow.session, batch, wanted)
    if row is None:
        batch.status = (
            MigrationStatus.DONE if batch.status == MigrationStatus.RUNNING else MigrationStatus.UNDONE
        )
        return MigrateNextResult(row=None)
    case = locked_by_id(uow, row.case_id)
    if case is None:
        raise MigrationRefused(reason=tr("办件不存在"))
    (_forward if wanted == MigrationRowStatus.WAITS else _back)(uow, actor, batch, row, case)
    return MigrateNextResult(row=row.id)


@dataclass(frozen=True, slots=True)
class NoteMigration(MigrationCommand[None]):
    """Record why a case could not be migrated, or its migration not undone."""

    permission = Permission.SYSTEM_WORK

    row_id: int
    said: str


@handles(NoteMigration)
def note(settings: Settings, uow: UnitOfWork, actor: Actor, command: NoteMigration) -> None:
    """Record why a case was left unchanged."""
    batch = _batch(uow, command, MigrationStatus.RUNNING, MigrationStatus.UNDOING)
    row = uow.session.get_one(MigrationRow, command.row_id)
    row.status, row.said = (
        (MigrationRowStatus.FAILED if batch.status == MigrationStatus.RUNNING else MigrationRowStatus.STUCK),
        command.said,
    )


def _forward(uow: UnitOfWork, actor: Actor, batch: MigrationBatch, row: MigrationRow, case: Case) -> None:
    """Bind the case to the other release; clocks, drafts, ledger and history stay as they are."""
    if case.release_id != batch.from_id or case.status == CaseStatus.CLOSED:
        raise MigrationRefused(reason=tr("办件已办结，或已不在原版本"))
    here = Run(uow, actor, case, actions.items_of(uow, case))
    verdict = _verdict(here, publish.open_release(uow.session, batch.to_id))
    if verdict.state is None or (verdict.kind == Kind.CHOICE and (not row.go or _says_more(verdict, row))):
        raise MigrationRefused(reason=tr("；").join(verdict.reasons))
    row.state_before, row.due_before = case.state, case.due_at
    row.items_before = [{"id": i.id} | {k: getattr(i, k) for k in _KEPT} for i in here.items]
    case.release_id = batch.to_id
    case.former_releases = [
        r for r in dict.fromkeys([*case.former_releases, batch.from_id]) if r != batch.to_id
    ]
    run = Run(uow, actor, case, here.items)
    actions.rebind(uow, case, runtime.look(run.definition, verdict.state, run.facts()), run.clocks, run.items)
    events.append(
        uow, case, actor, "migrated", batch.title,
        before=batch.from_number, after=batch.to_number, reason=batch.reason,
    )  # fmt: skip
    row.status, row.said, row.version_after = MigrationRowStatus.MIGRATED, "", case.version


def _back(uow: UnitOfWork, actor: Actor, batch: MigrationBatch, row: MigrationRow, case: Case) -> None:
    """Restore the previous state of the case, unless somebody has continued with it."""
    if case.release_id != batch.to_id or case.version != row.version_after or row.state_before is None:
        raise MigrationRefused(reason=tr("迁移后已有人继续办理"))
    case.release_id, case.state, case.due_at = batch.from_id, row.state_before, row.due_before
    # Rules of the release that it leaves applied meanwhile; undoing must not weaken them.
    case.former_releases = [
        r for r in dict.fromkeys([*case.former_releases, batch.to_id]) if r != batch.from_id
    ]
    case.version += 1
    before = {int(kept["id"]): kept for kept in row.items_before}
    for item in actions.items_of(uow, case):
        _restore(item, before.get(item.id), actor, uow)
    events.append(
        uow, case, actor, "migration_undone", batch.title,
        before=batch.to_number, after=batch.from_number, reason=batch.undone_because,
    )  # fmt: skip
    row.status, row.said = MigrationRowStatus.BACK, ""


def _restore(item: WorkItem, kept: dict[str, Any] | None, actor: Actor, uow: UnitOfWork) -> None:
    if kept is None:
        item.status = WorkItemStatus.WITHDRAWN  # offered by the migration
    elif all(getattr(item, k) == kept[k] for k in _KEPT):
        return
    else:
        for name in _KEPT:
            setattr(item, name, kept[name])
    item.version += 1
    item.changed_at, item.changed_by = uow.now, actor.name


def _says_more(verdict: Verdict, row: MigrationRow) -> bool:
    """Whether there are reasons now that were not shown to the person who chose."""
    return bool(set(verdict.reasons) - set(row.reasons))


def _verdict(run: Run, target: Bundle) -> Verdict:
    facts = run.facts()
    if not any(s.process == (run.case.process or target.process) for s in target.starts.values()):
        return Verdict(Kind.IMPOSSIBLE, (tr("新版本没有流程 {process}", process=run.case.process),))
    then = Facts(
        facts.now,
        CasePolicy(run.uow.session, run.case.id, run.case.division, target.policy),
        facts.dues,
    )
    return migration.judge(run.definition, target.definition(run.case.process), run.state(), facts, then)


def _batch(uow: UnitOfWork, command: MigrationCommand[Any], *status: MigrationStatus) -> MigrationBatch:
    batch = migration_queries.locked(uow, command.batch_id)
    if batch.status not in status:
        raise RuleBroken(reason=tr("这批迁移{title}，不能这样办理", title=batch.status.title))
    return batch
