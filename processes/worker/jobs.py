"""Background jobs, each a function that returns how much it did; `worker` decides when they run.

Work is found in outbox rows, each claimed under a lease (`compound/leasing.py`): a second worker skips it,
and if a worker is killed, another one claims it when the lease ends (docs/adr/0041).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from processes import defects
from processes.access.scope import system_actor
from processes.cases import anchors, migration_queries
from processes.cases.migration_models import MIGRATE
from processes.cases.status import MigrationRowStatus, MigrationStatus
from processes.compound import leasing
from processes.errors import DATABASE_FAILED, FileDamaged, FileLost, ScenarioInvalid, Unavailable, YimenError
from processes.office import Office
from processes.office.papers.print_runs import DropRun, FinishRun, NotePart
from processes.office.papers.renderer_reports import FailPaper, FinishPaper
from processes.office.studio.drafts import NoteRehearsal, NoteSimulation
from processes.office.studio.migrating import (
    JudgeNext,
    JudgeNextResult,
    MigrateNext,
    MigrateNextResult,
    NoteMigration,
)
from processes.office.system.seals import AnchorChains
from processes.papers import destruction, issue, runs
from processes.papers.models import IssuedPaper
from processes.papers.status import RunKind, RunStatus
from processes.parameters import book
from processes.rehearsal import reports, simulation, soundness
from processes.rehearsal.results import Result
from processes.releases import drafts, publish
from processes.releases.status import RehearsalState
from processes.storage import file_store
from processes.texts import tr
from processes.worker import heartbeat

PAPERS_AT_ONCE = 20
RUNS_AT_ONCE = DRAFTS_AT_ONCE = BATCHES_AT_ONCE = 20
TELL_EVERY = 3
RENEW_EVERY = 50
"""Cases of a migration between two heartbeats."""


def make_papers(office: Office, limit: int = PAPERS_AT_ONCE) -> int:
    """Render waiting papers; return how many."""
    return sum(make_paper(office, job.payload["code"]) for job in leasing.jobs(office, issue.RENDER, limit))


def make_paper(office: Office, code: str) -> bool:
    """Render one paper; a failure is recorded as an incident and retried."""
    heartbeat.beat(office.settings)  # the renderer may need its full time limit for each
    with office.database.reading("") as session:
        row = session.scalars(select(IssuedPaper).where(IssuedPaper.code == code)).one()
        bundle = publish.open_release(session, row.release_id)
    folder = office.settings.papers
    try:
        if row.sha256 is not None and _is_whole(folder, row.sha256):
            office.perform(FinishPaper(code, row.sha256, row.size or 0, row.pages or 0), system_actor())
            return True
        digest, size, pages = issue.make(row, bundle, folder, office.settings.public_address)
    except Exception as fault:
        office.perform(FailPaper(code, *defects.said(fault, paper=row.kind)), system_actor())
        return False
    office.perform(FinishPaper(code, digest, size, pages), system_actor())
    return True


def _is_whole(folder: Path, digest: str) -> bool:
    """Whether the file of a paper is intact; a damaged one is moved away for the new one."""
    try:
        file_store.get(folder, digest)
    except FileLost:
        return False
    except FileDamaged:
        file_store.remove(folder, digest)
        return False
    return True


def remove_files(office: Office) -> int:
    """Delete files of destroyed records, unless other rows use the same bytes; return the number of rows."""
    done = 0
    for job in leasing.jobs(office, destruction.REMOVE, PAPERS_AT_ONCE):
        named = [(folder, sha256) for folder, hashes in job.payload["files"].items() for sha256 in hashes]
        with office.database.reading("") as session:
            unused = [(f, sha256) for f, sha256 in named if not destruction.still_used(session, f, sha256)]
        for folder, sha256 in unused:
            file_store.remove(office.settings.file_stores[folder], sha256)
        leasing.finish(office, job.key)
        done += 1
    return done


def anchor_chains(office: Office) -> bool:
    """Seal the events of past days, and append the seal to the file that is copied off-site."""
    with office.database.reading("") as session:
        due = anchors.is_due(session, office.database.clock())
    if due:
        office.perform(AnchorChains(), system_actor())
    with office.database.reading("") as session:
        anchors.write_down(session, office.settings.anchors)
    return due


def make_runs(office: Office) -> int:
    """Make waiting print runs, part by part; return how many.

    Finished parts are kept, so that another worker can continue.
    """
    with office.database.reading("") as session:
        outlived = runs.outlived(session, office.database.clock())
    for code in outlived:
        office.perform(DropRun(code), system_actor())
    return sum(_make_run(office, job) for job in leasing.jobs(office, runs.MAKE, RUNS_AT_ONCE))


def _make_run(office: Office, job: leasing.Job) -> bool:
    """Make one print run; its requester is notified of a failure."""
    settings, code = office.settings, str(job.payload["code"])
    try:
        with office.database.reading("") as session:
            run = runs.find(session, code)
            if run is None or run.status != RunStatus.WAITING:
                leasing.finish(office, job.key)  # cancelled, or made by another worker after all
                return False
            if run.kind == RunKind.BATCH:
                made = runs.bound_batch(run, session, settings.papers, office.database.clock())
            else:
                parts = list(run.parts)
                for part in runs.parts_to_make(run, session, settings.papers, settings.public_address):
                    office.perform(NotePart(code, **part), system_actor())
                    parts.append(part)
                    if not leasing.renew(office, job.key):
                        return False
                made = runs.bound_parts(run, parts, settings.papers)
    except DATABASE_FAILED:
        raise  # the next round continues after the last part
    except Exception as fault:
        _, message = defects.said(fault, paper="print_run")
        office.perform(FinishRun(code, error=message), system_actor())
        leasing.finish(office, job.key)
        return False
    office.perform(FinishRun(code, *made), system_actor())
    leasing.finish(office, job.key)
    return True


def rehearse_drafts(office: Office) -> int:
    """Play the scenarios of drafts with a requested rehearsal; return the number of drafts."""
    return sum(_rehearse(office, job) for job in leasing.jobs(office, drafts.REHEARSE, DRAFTS_AT_ONCE))


def _rehearse(office: Office, job: leasing.Job) -> bool:
    draft_id = int(job.payload["draft"])
    with office.database.reading("") as session:
        draft = drafts.asked(session, draft_id)
        if draft is not None:
            bundle = drafts.bundle_of(draft)
            programmes = publish.published_programmes(session)
            beside = [publish.open_release(session, r.id) for r in programmes if r.programme != bundle.id]
    if draft is None:
        leasing.finish(office, job.key)  # changed since, or discarded
        return False
    progress_so_far: dict[str, Any] = {"digest": bundle.digest, "done": 0, "total": 0, "failed": []}

    def tell(done: int, total: int, results: list[Result]) -> None:
        failed = [{"scenario": r.scenario, "differences": r.differences} for r in results if not r.passed]
        progress_so_far.update(state=RehearsalState.RUNNING, done=done, total=total, failed=failed)
        if done % TELL_EVERY == 0:
            leasing.renew(office, job.key)
            office.perform(NoteRehearsal(draft_id, dict(progress_so_far)), system_actor())

    try:
        results = reports.rehearse(bundle, beside, office.settings, tell)
        missing = soundness.check(bundle, results, office.database.clock())
        if missing:
            results += missing
            tell(len(results), len(results), results)
        played = [{"scenario": r.scenario, "passed": r.passed, "flows": r.flows} for r in results]
        progress = {
            **progress_so_far,
            "state": RehearsalState.DONE,
            "flows": _flows(results),
            "played": played,
        }
    except ScenarioInvalid as fault:
        wrong = {"scenario": tr("情景文件"), "differences": [fault.message]}
        progress = {**progress_so_far, "state": RehearsalState.DONE, "total": 1, "failed": [wrong]}
    except DATABASE_FAILED:
        raise  # the next round plays it again
    except Exception as fault:
        progress = {
            **progress_so_far,
            "state": RehearsalState.FAILED,
            "incident": defects.note(fault, draft=draft_id),
        }
    office.perform(NoteRehearsal(draft_id, progress), system_actor())
    leasing.finish(office, job.key)
    return True


def simulate_drafts(office: Office) -> int:
    """Recompute registered cases under drafts with a requested simulation; return the number of drafts."""
    return sum(_simulate(office, job) for job in leasing.jobs(office, drafts.SIMULATE, DRAFTS_AT_ONCE))


def _simulate(office: Office, job: leasing.Job) -> bool:
    draft_id = int(job.payload["draft"])
    with office.database.reading("") as session:
        draft = drafts.to_simulate(session, draft_id)
        if draft is not None:
            asked, new = dict(draft.simulation), drafts.bundle_of(draft)
            old = drafts.base_of(session, draft)
            found = simulation.rows(session, new.id, new.process)
            standing = book.standing(session)
    if draft is None:
        leasing.finish(office, job.key)
        return False

    def tell(done: int, total: int) -> None:
        leasing.renew(office, job.key)
        running = {**asked, "state": RehearsalState.RUNNING, "done": done, "total": total}
        office.perform(NoteSimulation(draft_id, running), system_actor())

    try:
        made = simulation.simulate(found, old, new, date.fromisoformat(asked["on"]), tell, standing)
        progress = {**asked, "state": RehearsalState.DONE, "done": len(found), "total": len(found), **made}
    except DATABASE_FAILED:
        raise
    except Exception as fault:
        progress = {**asked, "state": RehearsalState.FAILED, "incident": defects.note(fault, draft=draft_id)}
    office.perform(NoteSimulation(draft_id, progress), system_actor())
    leasing.finish(office, job.key)
    return True


def migrate_cases(office: Office) -> int:
    """Check, migrate or restore the cases of migration batches; return how many were processed."""
    worked = 0
    for job in leasing.jobs(office, MIGRATE, BATCHES_AT_ONCE):
        with office.database.reading("") as session:
            batch = migration_queries.one(session, int(job.payload["batch"]))
            status = batch.status
        if status.is_working:
            command = JudgeNext(batch.id) if status == MigrationStatus.PLANNING else MigrateNext(batch.id)
            try:
                while _migrate_step(office, command):
                    worked += 1
                    if worked % RENEW_EVERY == 0 and not leasing.renew(office, job.key):
                        break
            except Unavailable:
                return worked  # the next round continues
        leasing.finish(office, job.key)
    return worked


def _migrate_step(office: Office, command: JudgeNext | MigrateNext) -> bool:
    """One transaction of a batch; a case that cannot be migrated is recorded, and the others continue."""
    with office.database.reading("") as session:
        batch = migration_queries.one(session, command.batch_id)
        wanted = (
            MigrationRowStatus.WAITS
            if batch.status == MigrationStatus.RUNNING
            else MigrationRowStatus.MIGRATED
        )
        row = (
            None
            if batch.status == MigrationStatus.PLANNING
            else migration_queries.next_row(session, batch, wanted)
        )
    answer: JudgeNextResult | MigrateNextResult
    try:
        if isinstance(command, JudgeNext):
            answer = office.perform(command, system_actor())
        else:
            answer = office.perform(command, system_actor())
    except Unavailable:
        raise
    except YimenError as fault:
        if row is None:
            return False  # the batch was cancelled meanwhile
        office.perform(NoteMigration(command.batch_id, row.id, fault.message), system_actor())
        return True
    return answer.more if isinstance(answer, JudgeNextResult) else bool(answer.row)


def _flows(results: list[Result]) -> dict[str, list[str]]:
    """Sequence flows taken by any scenario, by file."""
    taken: dict[str, set[str]] = {}
    for result in results:
        for file, flows in result.flows.items():
            taken.setdefault(file, set()).update(flows)
    return {file: sorted(flows) for file, flows in taken.items()}
