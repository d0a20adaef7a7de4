"""Issuing papers: number and contract in the case's transaction, the PDF afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from documents import render
from documents.errors import GlyphMissing, RenderingFailed, ValueMissing
from processes.access import contacts
from processes.access.permissions import Role
from processes.access.scope import Actor
from processes.cases import numbering
from processes.cases.clocks import CaseClocks
from processes.cases.models import Case, WorkItem
from processes.cases.status import WorkItemStatus
from processes.decisions import standing as decided_by
from processes.errors import PaperValueMissing, RenderFailed, UnknownPaper
from processes.papers import assemble, contracts, renderer_sentences
from processes.papers.levels import level_of
from processes.papers.models import IssuedPaper, Printing
from processes.papers.status import PaperStanding, PaperStatus
from processes.policy.calendar import civil_date
from processes.releases.bundle import Bundle, PaperRule
from processes.releases.effects import Needed
from processes.storage import file_store, outbox
from processes.storage.outbox import Urgency
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

RENDER = "render_paper"
PRINT_STATE, ON_DEMAND = "print_state", "on_demand"
"""Replace the diagram's question if a person requested the paper."""

UNNUMBERED = tr("未办结，不编文号")
"""Printed instead of a number on a paper before the case is decided."""


def issue(
    uow: UnitOfWork,
    case: Case,
    bundle: Bundle,
    paper: str,
    items: Sequence[WorkItem],
    data: Mapping[str, Any],
    question: str,
    actor: Actor,
    clocks: CaseClocks,
    decided: bool = True,
) -> IssuedPaper:
    """Number a paper, store its contract, request the PDF from the renderer.

    Raises `UnknownPaper` and `PaperValueMissing`; `DecisionMissing` if a paper announces a decision that the
    case does not have. A form of a case in progress (`decided` false) says that it is undecided.
    """
    rule = bundle.papers.get(paper)
    if rule is None:
        raise UnknownPaper(paper=paper)
    if decided and rule.decided_by:
        needed = Needed(rule.decided_by, rule.verdict)
        decided_by.demand(bundle, case.process, needed, items, tr("出具《{title}》", title=rule.title))
    today = civil_date(uow.now)
    level = level_of(rule, items)
    place = assemble.names(uow.session, case.division)[level]
    number = numbering.letter_number(uow, place, rule.series, today.year) if decided else UNNUMBERED
    code = numbering.verification_code()
    office = assemble.office_name(uow.session, case.division, level)
    reached = contacts.of_office(uow.session, assemble.office_code(case.division, level))
    header = contracts.Header(
        office, rule.title, number, today.isoformat(), case.number, code, place, decided,
        reached.phone, reached.address, reached.review_body, reached.court,
    )  # fmt: skip
    source = assemble.Source(uow.session, case, bundle, rule, items, data, clocks, today)
    row = IssuedPaper(
        case_id=case.id,
        release_id=case.release_id,
        division=case.division,
        kind=paper,
        title=rule.title,
        template=rule.template,
        number=number,
        code=code,
        contract=assemble.contract(source, header),
        question=question,
        is_decided=decided,
        issued_on=today,
        issued_at=uow.now,
        issued_by=actor.name,
    )
    uow.add(row)
    outbox.put(uow, RENDER, _job_of(code), {"code": code}, urgency=_urgency(question, actor))
    return row


def _urgency(question: str, actor: Actor) -> Urgency:
    """Somebody waits for a paper on demand; papers of steps come next, those of timers last."""
    if Role.SYSTEM in actor.roles:
        return Urgency.BY_ITSELF
    return Urgency.SOMEBODY_WAITS if question in (PRINT_STATE, ON_DEMAND) else Urgency.BY_A_PERSON


def _job_of(code: str) -> str:
    return f"{RENDER}/{code}"


def ask_again(uow: UnitOfWork, code: str) -> None:
    """Retry at once a paper that could not be made."""
    paper = uow.session.scalars(select(IssuedPaper).where(IssuedPaper.code == code)).one()
    if paper.status == PaperStatus.FAILED or paper.sha256 is not None:
        paper.status, paper.error = PaperStatus.PENDING, None
    outbox.ask_again(uow, RENDER, _job_of(code), {"code": code}, Urgency.SOMEBODY_WAITS)


def on_demand(bundle: Bundle, items: Sequence[WorkItem]) -> list[PaperRule]:
    """Return the papers of a case that can be requested now."""
    done = {i.task for i in items if i.status == WorkItemStatus.DONE}
    return [p for p in bundle.papers.values() if p.on_demand and (not p.after or p.after in done)]


def standing(uow: UnitOfWork, case: Case, paper: str) -> IssuedPaper | None:
    """Return the valid paper of a kind, or None."""
    query = select(IssuedPaper).where(
        IssuedPaper.case_id == case.id,
        IssuedPaper.kind == paper,
        IssuedPaper.standing == PaperStanding.STANDING,
        IssuedPaper.is_decided,
    )
    uow.flush()
    return uow.session.scalars(query).first()


def supersede(uow: UnitOfWork, case: Case, question: str) -> None:
    """Mark papers of a step that was sent back as superseded, including later issues; they stay on file."""
    uow.flush()
    query = select(IssuedPaper).where(
        IssuedPaper.case_id == case.id,
        IssuedPaper.question == question,
        IssuedPaper.standing == PaperStanding.STANDING,
    )
    for row in uow.session.scalars(query):
        end(uow, row, PaperStanding.SUPERSEDED, tr("办理环节退回"))


def end(uow: UnitOfWork, row: IssuedPaper, standing: PaperStanding, reason: str) -> None:
    """End the validity of a paper; it stays on file, and verification shows the status."""
    row.standing, row.ended_on, row.ended_because = standing, civil_date(uow.now), reason


def make(row: IssuedPaper, bundle: Bundle, folder: Path, address: str) -> tuple[str, int, int]:
    """Render a paper and store it; the same row gives the same bytes. Returns hash, size, pages."""
    sheet = render.RenderJob(
        templates=bundle.templates(),
        template=row.template,
        data=row.contract,
        address=f"{address}/verify/{row.code}",
        made_at=row.issued_at.isoformat(),
    )
    try:
        made = render.to_pdf(sheet)
    except ValueMissing as fault:
        raise PaperValueMissing(paper=row.title, reason=renderer_sentences.of(fault)) from fault
    except (RenderingFailed, GlyphMissing) as fault:
        raise RenderFailed(reason=renderer_sentences.of(fault)) from fault
    return file_store.put(folder, made.content), len(made.content), made.pages


def record_printing(uow: UnitOfWork, row: IssuedPaper, actor: Actor) -> int:
    """Record a printing and return the number of the copy."""
    copies = list(uow.session.scalars(select(Printing.copy).where(Printing.paper_id == row.id)))
    copy = max(copies, default=0) + 1
    uow.add(Printing(paper_id=row.id, at=uow.now, by=actor.name, copy=copy))
    if not row.is_printed:
        row.is_printed = True
    return copy
