"""Print runs: batches of papers and payment lists, which the worker makes part by part."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from processes.access import audit, divisions
from processes.access.permissions import Permission
from processes.access.scope import TOWNSHIP_DIGITS, Actor
from processes.cases import numbering
from processes.cases.models import Case
from processes.errors import Invalid, NotFound, RuleBroken, Unreadable
from processes.office.command import Command, handles
from processes.office.papers.read import RecordPrinting, record_printing
from processes.papers import assemble, batch, destruction, queries, runs
from processes.papers.run_models import PrintRun
from processes.papers.status import RunKind, RunStatus
from processes.policy import reading
from processes.policy.calendar import civil_date
from processes.relief import payroll
from processes.settings import Settings
from processes.storage import outbox
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

_NAMED = 5
"""So many households are named in a refusal."""


@dataclass(frozen=True, slots=True)
class PrintBatchResult:
    """The result of `PrintBatch`."""

    run: str


@dataclass(frozen=True, slots=True)
class PrintBatch(Command[PrintBatchResult]):
    """Print several papers as one file: each printing is recorded, the worker joins them."""

    permission = Permission.PAPER_READ

    codes: tuple[str, ...]


@handles(PrintBatch)
def print_batch(settings: Settings, uow: UnitOfWork, actor: Actor, command: PrintBatch) -> PrintBatchResult:
    """Record the printing of every paper and request one file of them, in the given order."""
    if not 1 <= len(command.codes) <= batch.MOST:
        raise RuleBroken(reason=tr("一次打印 1 至 {most} 份文书", most=batch.MOST))
    sheets = []
    for code in command.codes:
        printed = record_printing(settings, uow, actor, RecordPrinting(code))
        paper = queries.by_code(uow.session, actor, code)
        case = uow.session.get_one(Case, paper.case_id)
        sheets.append(
            batch.BatchPaper(
                printed.sha256, paper.title, paper.number, case.number, case.applicant, paper.pages or 0
            )
        )
    content = {"sheets": [asdict(s) for s in sheets]}
    row = _ask(
        uow,
        actor,
        RunKind.BATCH,
        tr("{title}（{sheets} 份）", title=batch.TITLE, sheets=len(sheets)),
        content,
    )
    return PrintBatchResult(run=row.code)


@dataclass(frozen=True, slots=True)
class MakePaymentListResult:
    """The result of `MakePaymentList`."""

    run: str


@dataclass(frozen=True, slots=True)
class MakePaymentList(Command[MakePaymentListResult]):
    """Make the payment list of a month (发放清册) under a programme, in a division."""

    permission = Permission.PAYMENT_LIST

    programme: str
    month: str
    place: str


@handles(MakePaymentList)
def make_payment_list(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: MakePaymentList
) -> MakePaymentListResult:
    """Store the payments of a month as known now, under a new number, and request the list."""
    try:
        month = str(reading.month(command.month))
    except Unreadable as fault:
        raise Invalid(reason=fault.reason) from None
    if not command.place.startswith(actor.division):
        raise NotFound()
    lines = payroll.lines(uow.session, command.programme, month, command.place)
    if not lines:
        raise RuleBroken(reason=tr("{month} 没有应发放的待遇", month=month))
    title = next(s.programme_title for s in payroll.sums(uow.session, month, TOWNSHIP_DIGITS)
                 if s.programme == command.programme)  # fmt: skip
    level = "township" if len(command.place) >= TOWNSHIP_DIGITS else "county"
    place = assemble.names(uow.session, command.place)[level]
    office = assemble.office_name(uow.session, command.place, level)
    number = numbering.letter_number(uow, place, runs.SERIES, civil_date(uow.now).year)
    code = numbering.verification_code()
    content = runs.payment_list(
        lines,
        command.programme,
        title,
        divisions.name(uow.session, command.place),
        office,
        month,
        number,
        code,
    )
    row = _ask(
        uow,
        actor,
        RunKind.PAYMENT_LIST,
        f"{place} {month} {content['title']}",
        content,
        code,
        number,
        command.place,
    )
    audit.note(uow, actor, "payment_list_made", row.code)
    return MakePaymentListResult(run=row.code)


def _ask(
    uow: UnitOfWork, actor: Actor, kind: str, title: str, content: dict[str, Any], code: str = "",
    number: str = "", place: str = "",
) -> PrintRun:  # fmt: skip
    row = PrintRun(
        code=code or numbering.verification_code(), kind=kind, title=title, number=number, content=content,
        asked_by_id=actor.account_id, asked_by=actor.name, asked_at=uow.now,
        division=place or actor.division, total=runs.total(content, kind), parts=[],
    )  # fmt: skip
    uow.add(row)
    _ask_worker(uow, row.code)
    return row


def _ask_worker(uow: UnitOfWork, code: str) -> None:
    outbox.ask_again(uow, runs.MAKE, f"{runs.MAKE}/{code}", {"code": code})


@dataclass(frozen=True, slots=True)
class NotePart(Command[None]):
    """The worker has finished a part of a print run."""

    permission = Permission.SYSTEM_WORK

    code: str
    title: str
    sha256: str
    pages: int


@handles(NotePart)
def note_part(settings: Settings, uow: UnitOfWork, actor: Actor, command: NotePart) -> None:
    """Record a finished part, so that a restarted worker continues with the next one."""
    row = _locked(uow, actor, command.code)
    part = {"title": command.title, "sha256": command.sha256, "pages": command.pages}
    if part["title"] not in [p["title"] for p in row.parts]:
        row.parts = [*row.parts, part]
        row.done = len(row.parts)


@dataclass(frozen=True, slots=True)
class FinishRun(Command[None]):
    """The worker has finished a print run, or has failed with an error."""

    permission = Permission.SYSTEM_WORK

    code: str
    sha256: str = ""
    pages: int = 0
    error: str = ""


@handles(FinishRun)
def finish_run(settings: Settings, uow: UnitOfWork, actor: Actor, command: FinishRun) -> None:
    """Make the file available, or record the failure for a retry."""
    row = _locked(uow, actor, command.code)
    if command.error:
        row.status, row.error = RunStatus.FAILED, command.error
        return
    row.status, row.error, row.done = RunStatus.READY, None, row.total
    row.sha256, row.pages = command.sha256, command.pages


@dataclass(frozen=True, slots=True)
class RetryRunResult:
    """The result of `RetryRun`."""

    run: str


@dataclass(frozen=True, slots=True)
class RetryRun(Command[RetryRunResult]):
    """Retry a failed print run from where it stopped."""

    permission = Permission.SESSION

    code: str


@handles(RetryRun)
def retry_run(settings: Settings, uow: UnitOfWork, actor: Actor, command: RetryRun) -> RetryRunResult:
    """Queue it for the worker again."""
    row = _locked(uow, actor, command.code)
    actor.demand(_needed(row))
    if row.status == RunStatus.FAILED:
        row.status, row.error = RunStatus.WAITING, None
        _ask_worker(uow, row.code)
    return RetryRunResult(run=row.code)


@dataclass(frozen=True, slots=True)
class DropRun(Command[None]):
    """Delete a batch of papers made for printing days ago; the papers themselves stay."""

    permission = Permission.SYSTEM_WORK

    code: str


@handles(DropRun)
def drop_run(settings: Settings, uow: UnitOfWork, actor: Actor, command: DropRun) -> None:
    """Delete a printed batch: it is no paper, and must not keep copies of a case that is destroyed."""
    row = _locked(uow, actor, command.code)
    if row.kind != RunKind.BATCH:
        raise RuleBroken(reason=tr("清册是正式文书，不随打印任务清除"))
    if row.sha256 is not None:
        destruction.remove_files(uow, f"print_run/{row.code}", papers=[row.sha256])
    uow.session.delete(row)


@dataclass(frozen=True, slots=True)
class TakeRun(Command[None]):
    """Log that a finished print run, or its list for the bank, was downloaded."""

    permission = Permission.SESSION

    code: str
    for_bank: bool = False

    def needs_verification(self) -> bool:
        """Only the file for the bank, which contains full numbers."""
        return self.for_bank


@handles(TakeRun)
def take_run(settings: Settings, uow: UnitOfWork, actor: Actor, command: TakeRun) -> None:
    """Log the download: a payment list contains names, its file for the bank full numbers."""
    row = _locked(uow, actor, command.code)
    actor.demand(_needed(row))
    if command.for_bank:
        _demand_as_listed(uow, row)
    audit.note(uow, actor, "payment_list_for_bank" if command.for_bank else "print_taken", row.code)


def _demand_as_listed(uow: UnitOfWork, row: PrintRun) -> None:
    """Raise `RuleBroken` if the payments of a list have changed since, because the bank pays what is valid
    today.

    Decisions are undone, awards stopped and accounts corrected after a list was made.
    """
    listed = row.content["lines"]
    programme = row.content.get("programme") or uow.session.scalar(
        select(Case.programme).where(Case.number == listed[0]["case_number"])
    )  # older lists did not store it
    now = Counter(
        (n.case_number, n.householder, n.id_number, n.amount, n.account)
        for n in payroll.lines(uow.session, programme or "", row.content["month"], row.division)
    )
    changed = []
    for n in listed:
        payment = (
            n["case_number"],
            n["householder"],
            n["id_number"],
            Decimal(n["amount"]),
            n["account"],
        )
        if not now[payment]:
            changed.append(tr("{n}（{case_number}）", n=n["householder"], case_number=n["case_number"]))
        now[payment] -= 1
    if changed:
        more = tr("等 {changed} 户", changed=len(changed)) if len(changed) > _NAMED else ""
        raise RuleBroken(
            reason=tr(
                "清册生成以后，{NAMED}{more}的待遇、金额、姓名或者收款账号已有变化，不能按原清册代发；请重新生成清册后导出",
                NAMED=tr("、").join(changed[:_NAMED]),
                more=more,
            )
        )


def _needed(row: PrintRun) -> Permission:
    return Permission.PAYMENT_LIST if row.kind == RunKind.PAYMENT_LIST else Permission.PAPER_READ


def _locked(uow: UnitOfWork, actor: Actor, code: str) -> PrintRun:
    row = uow.session.scalar(runs.in_scope(actor, code).with_for_update())
    if row is None:
        raise NotFound()
    return row
