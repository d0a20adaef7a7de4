"""What is done behind the desk, each job a function that answers how much it did; `worker` says when.

All work is found from rows, so there is no queue that could lose anything: a worker that is killed
in the middle leaves the row as it was, and the next one finds it again (docs/adr/0009).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from processes import commands as c
from processes import defects, heartbeat
from processes.access.scope import system_actor
from processes.cases import anchors, migration_queries
from processes.cases.migration_models import MIGRATED, PLANNING, RUNNING, WAITS
from processes.errors import DATABASE_FAILED, ScenarioInvalid, Unavailable, YimenError
from processes.office import Office
from processes.papers import destruction, issue, runs
from processes.papers.models import IssuedPaper
from processes.papers.run_models import BATCH
from processes.parameters import book
from processes.rehearsal import reports, simulation, soundness
from processes.rehearsal.results import Result
from processes.releases import drafts, publish
from processes.storage import outbox, vault

PAPERS_AT_ONCE = 20
TELL_EVERY = 3


def make_papers(office: Office, limit: int = PAPERS_AT_ONCE) -> int:
    """Make the papers that wait; answers how many were made."""
    with office.database.reading("") as session:
        codes = [
            r.payload["code"] for r in outbox.waiting(session, office.database.clock(), limit, issue.RENDER)
        ]
    return sum(make_paper(office, code) for code in codes)


def make_paper(office: Office, code: str) -> bool:
    """Make one paper; a failure becomes an incident and is tried again."""
    heartbeat.beat(office.settings)  # the press may take its whole time for each
    with office.database.reading("") as session:
        row = session.scalars(select(IssuedPaper).where(IssuedPaper.code == code)).one()
        bundle = publish.open_release(session, row.release_id)
    try:
        digest, size, pages = issue.make(row, bundle, office.settings.papers, office.settings.public_address)
    except Exception as fault:
        office.perform(c.FailPaper(code, *defects.said(fault, paper=row.kind)), system_actor())
        return False
    office.perform(c.FinishPaper(code, digest, size, pages), system_actor())
    return True


def remove_files(office: Office) -> int:
    """Take away the files of what was destroyed, unless other rows have the same bytes; answers how many rows."""
    with office.database.reading("") as session:
        rows = outbox.waiting(session, office.database.clock(), PAPERS_AT_ONCE, destruction.REMOVE)
        asked = [(r.key, r.payload["files"]) for r in rows]
        kept = {
            (folder, sha256)
            for _, files in asked
            for folder, hashes in files.items()
            for sha256 in hashes
            if destruction.still_used(session, folder, sha256)
        }
    folders = {
        "papers": office.settings.papers, "scans": office.settings.scans, "attachments": office.settings.attachments,
    }  # fmt: skip
    for key, files in asked:
        for folder, hashes in files.items():
            for sha256 in hashes:
                if (folder, sha256) not in kept:
                    vault.remove(folders[folder], sha256)
        office.perform(c.FinishJob(key), system_actor())
    return len(asked)


def anchor_chains(office: Office) -> bool:
    """Seal the events of the days that are over, and write the seal into the file that leaves the house."""
    with office.database.reading("") as session:
        due = anchors.is_due(session, office.database.clock())
    if due:
        office.perform(c.AnchorChains(), system_actor())
    with office.database.reading("") as session:
        anchors.write_down(session, office.settings.anchors)
    return due


def make_runs(office: Office) -> int:
    """Make the long prints that wait, part by part; answers how many were made.

    A part that is made is kept: after a worker that was killed the next one goes on behind it.
    """
    with office.database.reading("") as session:
        codes = [run.code for run in runs.waiting(session)]
        outlived = runs.outlived(session, office.database.clock())
    for code in outlived:
        office.perform(c.DropRun(code), system_actor())
    return sum(make_run(office, code) for code in codes)


def make_run(office: Office, code: str) -> bool:
    """Make one long print; a failure is told to whoever asked for it."""
    settings = office.settings
    try:
        with office.database.reading("") as session:
            run = runs.by_code(session, system_actor(), code)
            if run.kind == BATCH:
                made = runs.bound_batch(run, session, settings.papers, office.database.clock())
            else:
                parts = list(run.parts)
                for part in runs.parts_to_make(run, session, settings.papers, settings.public_address):
                    office.perform(c.NotePart(code, **part), system_actor())
                    parts.append(part)
                made = runs.bound_parts(run, parts, settings.papers)
    except DATABASE_FAILED:
        raise  # the next round goes on behind the last part
    except Exception as fault:
        _, message = defects.said(fault, paper="print_run")
        office.perform(c.FinishRun(code, error=message), system_actor())
        return False
    office.perform(c.FinishRun(code, *made), system_actor())
    return True


def rehearse_drafts(office: Office) -> int:
    """Play the scenarios of drafts whose supervisors asked for it; answers how many drafts were played."""
    with office.database.reading("") as session:
        waiting = [(d.id, drafts.bundle_of(d)) for d in drafts.asked(session)]
        others = [publish.open_release(session, r.id) for r in publish.published_programmes(session)]
    for draft_id, bundle in waiting:
        beside = [b for b in others if b.id != bundle.id]
        found: dict[str, Any] = {"digest": bundle.digest, "done": 0, "total": 0, "failed": []}

        def tell(
            done: int, total: int, results: list[Result], here: int = draft_id, said: dict[str, Any] = found
        ) -> None:
            failed = [{"scenario": r.scenario, "differences": r.differences} for r in results if not r.passed]
            said.update(state="running", done=done, total=total, failed=failed)
            if done % TELL_EVERY == 0:
                office.perform(c.NoteRehearsal(here, dict(said)), system_actor())

        try:
            results = reports.rehearse(bundle, beside, office.settings, tell)
            missing = soundness.check(bundle, results, office.database.clock())
            if missing:
                results += missing
                tell(len(results), len(results), results)
        except ScenarioInvalid as fault:
            wrong = {"scenario": "情景文件", "differences": [fault.message]}
            office.perform(
                c.NoteRehearsal(draft_id, {**found, "state": "done", "total": 1, "failed": [wrong]}),
                system_actor(),
            )
            continue
        except DATABASE_FAILED:
            raise  # the next round plays it again
        except Exception as fault:
            said = {**found, "state": "failed", "incident": defects.note(fault, draft=draft_id)}
            office.perform(c.NoteRehearsal(draft_id, said), system_actor())
            continue
        played = [{"scenario": r.scenario, "passed": r.passed, "flows": r.flows} for r in results]
        said = {**found, "state": "done", "flows": _flows(results), "played": played}
        office.perform(c.NoteRehearsal(draft_id, said), system_actor())
    return len(waiting)


def simulate_drafts(office: Office) -> int:
    """Compute the cases of the register under drafts whose supervisors asked for it; answers how many drafts."""
    with office.database.reading("") as session:
        waiting = [
            (d.id, dict(d.simulation), drafts.bundle_of(d), publish.open_release(session, d.base_id))
            for d in drafts.to_simulate(session)
        ]
    for draft_id, asked, new, old in waiting:
        with office.database.reading("") as session:
            found = simulation.rows(session, new.id, new.process)
            standing = book.standing(session)

        def tell(done: int, total: int, here: int = draft_id, said: dict[str, Any] = asked) -> None:
            running = {**said, "state": "running", "done": done, "total": total}
            office.perform(c.NoteSimulation(here, running), system_actor())

        try:
            made = simulation.simulate(found, old, new, date.fromisoformat(asked["on"]), tell, standing)
        except DATABASE_FAILED:
            raise
        except Exception as fault:
            said = {**asked, "state": "failed", "incident": defects.note(fault, draft=draft_id)}
            office.perform(c.NoteSimulation(draft_id, said), system_actor())
            continue
        done = {**asked, "state": "done", "done": len(found), "total": len(found), **made}
        office.perform(c.NoteSimulation(draft_id, done), system_actor())
    return len(waiting)


def migrate_cases(office: Office) -> int:
    """Look at the cases of migration plans, migrate them, take them back; answers how many were worked on."""
    with office.database.reading("") as session:
        batches = [(b.id, b.status) for b in migration_queries.working(session)]
    worked = 0
    for batch_id, status in batches:
        command = c.JudgeNext(batch_id) if status == PLANNING else c.MigrateNext(batch_id)
        while _migrate_step(office, command):
            worked += 1
    return worked


def _migrate_step(office: Office, command: c.JudgeNext | c.MigrateNext) -> bool:
    """One transaction of a batch; a case that cannot go is noted, and the others go on."""
    with office.database.reading("") as session:
        batch = migration_queries.one(session, command.batch_id)
        wanted = WAITS if batch.status == RUNNING else MIGRATED
        row = None if batch.status == PLANNING else migration_queries.next_row(session, batch, wanted)
    try:
        answer = office.perform(command, system_actor())
    except Unavailable:
        return False  # the next round goes on
    except YimenError as fault:
        if row is None:
            return False  # the plan was given up meanwhile
        office.perform(c.NoteMigration(command.batch_id, row.id, fault.message), system_actor())
        return True
    return bool(answer.get("more") or answer.get("row"))


def _flows(results: list[Result]) -> dict[str, list[str]]:
    """Sequence flows that some scenario took, by file."""
    taken: dict[str, set[str]] = {}
    for result in results:
        for file, flows in result.flows.items():
            taken.setdefault(file, set()).update(flows)
    return {file: sorted(flows) for file, flows in taken.items()}
