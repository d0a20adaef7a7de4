"""Commands on papers: print the state of a case, note a printing, take what the press made."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from processes import commands as c
from processes.access import audit
from processes.access.permissions import Permission, Role
from processes.access.scope import Actor
from processes.cases import actions, events, incidents
from processes.cases.models import Case
from processes.engine import runtime
from processes.errors import NotFound, PageFiled, PaperNotReady, RuleBroken, StaleCase
from processes.office.answers import reason_of
from processes.office.cases import locked_by_id
from processes.office.running import Run
from processes.papers import assemble, issue, queries, return_scan, signing, tickets
from processes.papers.levels import COUNTY, level_of
from processes.papers.models import DESTROYED, STANDING, SUPERSEDED, WITHDRAWN, IssuedPaper
from processes.releases import publish
from processes.settings import Settings
from processes.storage import outbox, vault
from processes.storage.file_names import file_name
from processes.storage.outbox import OutboxRow
from processes.storage.unit_of_work import UnitOfWork


def print_state(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.PrintState) -> dict[str, Any]:
    """Make a form of the case as it stands; while undecided it says so and has no number.

    By who works on tasks: whoever only reads cases leaves no paper and no event in them.
    """
    actor.demand(Permission.TASK_WORK)
    actor.demand(Permission.PAPER_READ)
    case = actions.locked_case(uow, actor, command.case_number)
    run = Run(uow, actor, case, actions.items_of(uow, case))
    rule = run.bundle.papers.get(command.paper)
    if rule is None or not rule.state_of_case:
        raise RuleBroken(reason="这份文书不能按办件现状打印")
    progress = runtime.look(run.definition, run.state(), run.facts())
    row = issue.issue(
        uow, case, run.bundle, command.paper, run.items, progress.data, issue.PRINT_STATE, actor,
        run.clocks, decided=False,
    )  # fmt: skip
    events.append(uow, case, actor, "state_printed", row.title, code=row.code)
    return {"code": row.code}


def make_paper(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.MakePaper) -> dict[str, Any]:
    """Make a paper on demand, of what is known now; the one made before is superseded.

    By who works on tasks and reads the case's papers: whoever may not open it makes none.
    """
    actor.demand(Permission.TASK_WORK)
    actor.demand(Permission.PAPER_READ)
    case = actions.locked_case(uow, actor, command.case_number)
    run = Run(uow, actor, case, actions.items_of(uow, case))
    rule = run.bundle.papers.get(command.paper)
    if rule is None or rule not in issue.on_demand(run.bundle, run.items):
        raise RuleBroken(reason="这份文书现在不能制作")
    earlier = issue.standing(uow, case, command.paper)
    if earlier is not None:
        issue.end(uow, earlier, SUPERSEDED, "重新制作")
    progress = runtime.look(run.definition, run.state(), run.facts())
    row = issue.issue(
        uow, case, run.bundle, command.paper, run.items, progress.data, issue.ON_DEMAND, actor, run.clocks
    )
    events.append(uow, case, actor, "paper_issued", row.title, number=row.number, code=row.code, asked=True)
    return {"code": row.code}


def record_printing(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.RecordPrinting
) -> dict[str, Any]:
    """Note who opened which paper when, and as which copy; answers where its bytes lie."""
    actor.demand(Permission.PAPER_READ)
    queries.demand_whole(actor)
    row = uow.session.scalar(queries.in_scope(actor, command.code))
    if row is None or row.standing == DESTROYED:
        raise NotFound()
    if row.sha256 is None:
        raise PaperNotReady()
    copy = issue.record_printing(uow, row, actor)
    audit.note(uow, actor, "paper_read", row.code)
    return {
        "sha256": row.signed_sha256 or row.sha256,
        "title": row.title,
        "number": row.number,
        "copy": copy,
        "code": row.code,
    }


def note_list(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.NoteListExport) -> dict[str, Any]:
    """Into the log of reads before the list is made: with names, a list is more than a look at a page."""
    if not any(actor.may(p) for p in (Permission.CASE_READ, Permission.TASK_WORK, Permission.AUDIT_READ)):
        actor.demand(Permission.CASE_READ)
    audit.note(uow, actor, "list_exported", command.target[:120])
    return {}


def note_read(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.NotePaperRead) -> dict[str, Any]:
    """Into the log of reads, like a printing; what was read is found in scope by whoever asks."""
    actor.demand(Permission.PAPER_READ)
    audit.note(uow, actor, "paper_read", command.target)
    return {}


def export_file(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ExportFile) -> dict[str, Any]:
    """Note the export in the log of reads and in the case's own record.

    In a whole file, pictures of signed pages and documents included, no number can be masked.
    """
    actor.demand(Permission.FILE_EXPORT)
    queries.demand_whole(actor)
    if command.case_number:
        case = actions.locked_case(uow, actor, command.case_number)
        events.append(uow, case, actor, "exported", case.programme_title)
    audit.note(uow, actor, "file_exported", command.case_number or command.household)
    return {}


def sign_paper(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.SignPaper) -> dict[str, Any]:
    """Take a signature or seal in when it is one's turn and nobody else signed meanwhile."""
    actor.demand(Permission.PAPER_SIGN)
    paper = return_scan.paper_of(uow, actor, command.code)
    case = locked_by_id(uow, paper.case_id)
    if case is None or paper.sha256 is None:
        raise PaperNotReady()
    rule = publish.open_release(uow.session, paper.release_id).papers[paper.kind]
    signed = signing.given(uow.session, paper.id)
    if len(signed) != command.signed:
        raise StaleCase(number=case.number)
    items = actions.items_of(uow, case)
    turn = signing.demand_signer(signing.next_of(rule, signed, items), actor, paper, items)
    before = vault.get(settings.papers, paper.signed_sha256 or paper.sha256)
    if not vault.get(settings.papers, command.sha256).startswith(before):
        raise StaleCase(number=case.number)
    hand = signing.hand_of(
        turn, actor, assemble.office_name(uow.session, case.division, level_of(rule, items)), items
    )
    row = signing.take_in(uow, actor, paper, turn, hand, command.sha256)
    events.append(
        uow, case, actor, "paper_sealed" if turn.wanted == signing.SEAL else "paper_signed", paper.title,
        number=paper.number, role=row.role, sha256=row.sha256,
    )  # fmt: skip
    return {"case": case.number, "signed": row.position}


def withdraw_paper(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.WithdrawPaper
) -> dict[str, Any]:
    """Withdraw a paper, with a reason, and issue it anew where that is asked for."""
    actor.demand(Permission.PAPER_WITHDRAW)
    reason = reason_of(command.reason)
    paper = return_scan.paper_of(uow, actor, command.code)
    if paper.standing != STANDING or not paper.is_decided:
        raise RuleBroken(reason="文书尚未办结，或者已经被取代、撤销")
    case = locked_by_id(uow, paper.case_id)
    if case is None:
        raise NotFound()
    run = Run(uow, actor, case, actions.items_of(uow, case))
    rule = run.bundle.papers.get(paper.kind)
    if rule is not None and level_of(rule, run.items) == COUNTY and Role.COUNTY_LEADER not in actor.roles:
        raise RuleBroken(reason="县级出具的文书由县级领导撤销")
    issue.end(uow, paper, WITHDRAWN, reason)
    events.append(
        uow, case, actor, "paper_withdrawn", paper.title, number=paper.number, code=paper.code, reason=reason
    )
    if not command.again:
        return {"case": case.number}
    progress = runtime.look(run.definition, run.state(), run.facts())
    row = issue.issue(
        uow, case, run.bundle, paper.kind, run.items, progress.data, paper.question, actor, run.clocks
    )
    events.append(uow, case, actor, "paper_issued", row.title, number=row.number, code=row.code, asked=True)
    return {"case": case.number, "code": row.code}


def file_scan(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.FileScan) -> dict[str, Any]:
    """File every page of a scan; a page whose place is not known is kept and waits for a person."""
    actor.demand(Permission.SCAN_FILE)
    filed = []
    for number, page in enumerate(command.pages, start=1):
        sha256 = vault.put(settings.scans, page.picture)
        said: dict[str, Any] = {"number": number, "scan": tickets.ticket(actor, sha256)}
        place = return_scan.place_of(page.codes)
        try:
            said |= _file(uow, actor, place, return_scan.Scan(sha256, file_name(command.name, "扫描件")))
        except (NotFound, RuleBroken) as fault:
            said["fault"] = fault.message
            if isinstance(fault, PageFiled) and place is not None:
                said |= {"code": place.code, "page": fault.params["page"], "filed": True}
        filed.append(said)
    return {"pages": filed}


def place_scan(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.PlaceScan) -> dict[str, Any]:
    """File a page where a person says that it belongs."""
    actor.demand(Permission.SCAN_FILE)
    sha256 = tickets.opened(actor, command.scan)
    if not vault.holds(settings.scans, sha256):
        raise NotFound()
    place = return_scan.Place(command.code.strip().upper(), command.page)
    scan = return_scan.Scan(sha256, file_name(command.name, "扫描件"))
    return _file(uow, actor, place, scan, reason_of(command.reason) if command.reason.strip() else "")


def _file(
    uow: UnitOfWork, actor: Actor, place: return_scan.Place | None, scan: return_scan.Scan, reason: str = ""
) -> dict[str, Any]:
    if place is None:
        return {"fault": "页面上没有找到二维码"}
    paper = return_scan.paper_of(uow, actor, place.code)
    page = place.page or (1 if paper.pages == 1 else None)
    if page is None:
        return {"fault": f"《{paper.title}》有 {paper.pages} 页，没有找到页码标记"}
    filed = return_scan.file_page(uow, actor, paper, page, scan, reason)
    case = locked_by_id(uow, paper.case_id)
    if case is None:
        raise NotFound()
    if filed.before is not None:
        events.append(
            uow, case, actor, "page_replaced", paper.title, number=paper.number, code=paper.code, page=page,
            reason=reason, before=filed.before, after=scan.sha256,
        )  # fmt: skip
    if filed.whole:
        events.append(uow, case, actor, "paper_returned", paper.title, number=paper.number, code=paper.code)
    return {
        "title": paper.title, "paper": paper.number, "code": paper.code, "case": case.number, "page": page,
        "pages": paper.pages, "missing": return_scan.missing(uow.session, paper),
        "stands": paper.standing == STANDING,
    }  # fmt: skip


def finish_paper(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.FinishPaper) -> dict[str, Any]:
    """The press has stored a paper: it can be printed now.

    The case is locked first, as whoever issues papers does: its events tell the hash of the file.
    """
    actor.demand(Permission.SYSTEM_WORK)
    case = _case_of(uow, command.code)
    row, job = _paper_and_job(uow, command.code)
    if row.sha256 not in (None, command.sha256):
        # A later version of the press made the lost file again: the same paper in other bytes, which the case tells.
        events.append(
            uow,
            case,
            actor,
            "paper_remade",
            row.title,
            number=row.number,
            before=row.sha256,
            after=command.sha256,
        )
    row.sha256, row.size, row.pages, row.status, row.error = (
        command.sha256, command.size, command.pages, "ready", None,
    )  # fmt: skip
    if job is not None:
        outbox.finish(uow, job)
    incidents.resolve(uow, row.case_id, incidents.of_paper(row.code))
    return {}


def fail_paper(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.FailPaper) -> dict[str, Any]:
    """The press could not make a paper: an incident of the case, tried again later.

    A worker that comes too late, after another one has made the paper, changes nothing.
    """
    actor.demand(Permission.SYSTEM_WORK)
    case = _case_of(uow, command.code)
    row, job = _paper_and_job(uow, command.code)
    if job is not None and job.done_at is not None:
        return {}
    row.status, row.error = "failed", command.message
    if job is not None:
        outbox.put_off(job, uow.now + outbox.back_off(job.attempts + 1), command.error_code)
    next_try_at = None if job is None else job.due_at
    place = incidents.of_paper(row.code)
    incidents.note(uow, case, place, command.error_code, command.message, next_try_at)
    return {}


def _case_of(uow: UnitOfWork, code: str) -> Case:
    of_paper = select(IssuedPaper.case_id).where(IssuedPaper.code == code).scalar_subquery()
    case = uow.session.scalar(select(Case).where(Case.id == of_paper).with_for_update())
    if case is None:
        raise NotFound()
    return case


def _paper_and_job(uow: UnitOfWork, code: str) -> tuple[IssuedPaper, OutboxRow | None]:
    row = uow.session.scalar(select(IssuedPaper).where(IssuedPaper.code == code).with_for_update())
    if row is None:
        raise NotFound()
    job = uow.session.scalar(select(OutboxRow).where(OutboxRow.key == f"{issue.RENDER}/{code}"))
    return row, job
