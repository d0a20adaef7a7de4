"""Print runs: content of a payment list or batch, and making it in parts with limited memory."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from documents import binding
from processes.access.scope import Actor
from processes.errors import NotFound
from processes.papers import batch, shared_template
from processes.papers.run_models import PrintRun
from processes.papers.status import RunKind, RunStatus
from processes.people import masking
from processes.policy.calendar import civil_date
from processes.relief.payroll import PayLine
from processes.storage import file_store
from processes.storage.unit_of_work import within
from processes.texts import tr

TEMPLATE = "payment_list.html"
LIST_TITLE = tr("救助金发放清册")
SERIES = tr("民救册")
MAKE = "make_run"
LINES_PER_PART = 250
"""About nine pages; the renderer holds one part at a time."""
SHOWN = 30
BATCH_KEPT = timedelta(days=7)
_COLUMNS = (
    tr("序号"),
    tr("村（居）"),
    tr("户主姓名"),
    tr("身份证号"),
    tr("保障人数"),
    tr("档次"),
    tr("金额（元）"),
    tr("收款账号"),
    tr("办件编号"),
)
_WIDTHS = (6, 26, 14, 22, 10, 8, 14, 26, 24)


def payment_list(
    lines: Sequence[PayLine],
    programme: str,
    programme_title: str,
    place: str,
    office: str,
    month: str,
    number: str,
    code: str,
) -> dict[str, Any]:
    """Return the content of a payment list; ID and account numbers are masked, the full ones are stored for
    the bank."""
    return {
        "programme": programme, "title": f"{programme_title}{LIST_TITLE}", "place": place, "office": office, "month": month,
        "number": number, "code": code, "households": len(lines), "persons": sum(n.persons for n in lines),
        "amount": str(_sum(lines)), "without_account": sum(not n.account for n in lines),
        "lines": [
            {**asdict(n), "village": n.village.removeprefix(place), "amount": str(n.amount)} for n in lines
        ],
    }  # fmt: skip


def _sum(lines: Sequence[PayLine]) -> Decimal:
    return sum((n.amount for n in lines), Decimal(0))


def total(content: dict[str, Any], kind: str) -> int:
    """Return the number of parts of a run."""
    return len(_chunks(content)) if kind == RunKind.PAYMENT_LIST else len(content["sheets"])


def _chunks(content: dict[str, Any]) -> list[list[dict[str, Any]]]:
    lines = content["lines"]
    return [lines[at : at + LINES_PER_PART] for at in range(0, len(lines), LINES_PER_PART)] or [[]]


def outlived(session: Session, now: datetime) -> list[str]:
    """Return codes of batches old enough to be deleted."""
    query = select(PrintRun.code).where(
        PrintRun.kind == RunKind.BATCH,
        PrintRun.status != RunStatus.WAITING,
        PrintRun.asked_at < now - BATCH_KEPT,
    )
    return list(session.scalars(query))


def latest(session: Session, account_id: int | None) -> list[PrintRun]:
    """Return the person's own runs, latest first."""
    own = select(PrintRun).where(PrintRun.asked_by_id == account_id, PrintRun.status != RunStatus.DESTROYED)
    query = own.order_by(PrintRun.id.desc())
    return list(session.scalars(query.limit(SHOWN)))


def in_scope(actor: Actor, code: str) -> Select[PrintRun]:
    """Return the query for runs in scope: a batch belongs to its requester, a payment list to the office.

    The program itself makes all of them.
    """
    query = select(PrintRun).where(
        PrintRun.code == code.upper(), PrintRun.status != RunStatus.DESTROYED,
        within(PrintRun.division, actor.division),
    )  # fmt: skip
    if actor.account_id is None:
        return query
    return query.where(or_(PrintRun.asked_by_id == actor.account_id, PrintRun.kind == RunKind.PAYMENT_LIST))


def find(session: Session, code: str) -> PrintRun | None:
    """Return a run for the program itself; None if it does not exist any more."""
    return session.scalar(select(PrintRun).where(PrintRun.code == code.upper()))


def by_code(session: Session, actor: Actor, code: str) -> PrintRun:
    """Return a run in scope; raises `NotFound`."""
    found = session.scalar(in_scope(actor, code))
    if found is None:
        raise NotFound()
    return found


def parts_to_make(run: PrintRun, session: Session, folder: Path, address: str) -> Iterator[dict[str, Any]]:
    """Yield the missing parts of a payment list one after another; each is stored before the next."""
    chunks = _chunks(run.content)
    for n, chunk in enumerate(chunks[len(run.parts) :], start=len(run.parts) + 1):
        data = _part(run.content, chunk, n, len(chunks), civil_date(run.asked_at).isoformat())
        made = shared_template.made(
            session, TEMPLATE, data, run.asked_at, f"{address}/verify/{run.code}", marked=False
        )
        yield {
            "title": tr("第 {n} 册", n=n),
            "sha256": file_store.put(folder, made.content),
            "pages": made.pages,
        }


def _part(
    content: dict[str, Any], chunk: list[dict[str, Any]], number: int, count: int, made_on: str
) -> dict[str, Any]:
    first = (number - 1) * LINES_PER_PART + 1
    return {
        **{k: v for k, v in content.items() if k not in ("lines", "programme")},
        "part": number, "parts": count, "made_on": made_on,
        "part_amount": str(sum((Decimal(n["amount"]) for n in chunk), Decimal(0))),
        "part_persons": sum(int(n["persons"]) for n in chunk),
        "lines": [
            {
                "serial": serial, "village": n["village"], "householder": n["householder"],
                "id_number": masking.id_number(n["id_head"], n["id_tail"]), "persons": int(n["persons"]),
                "grade": n["grade"], "amount": n["amount"], "account": _tail(n["account"]),
            }
            for serial, n in enumerate(chunk, start=first)
        ],
    }  # fmt: skip


def _tail(account: str) -> str:
    digits = account.strip()
    return tr("尾号 {digits}", digits=digits[-4:]) if len(digits) > 4 else ""  # noqa: PLR2004  (what a bank prints of an account)


def bound_parts(run: PrintRun, parts: Sequence[dict[str, Any]], folder: Path) -> tuple[str, int]:
    """Join the parts into one file for printing; return hash and pages. One part is in memory at a time."""
    content = binding.bound(file_store.get(folder, p["sha256"]) for p in parts)
    return file_store.put(folder, content), sum(int(p["pages"]) for p in parts)


def bound_batch(run: PrintRun, session: Session, folder: Path, now: datetime) -> tuple[str, int]:
    """Join the papers of a batch behind their list; return hash and pages."""
    sheets = [batch.BatchPaper(**s) for s in run.content["sheets"]]
    content, pages = batch.bound(session, sheets, folder, run.asked_by, now)
    return file_store.put(folder, content), pages


def bank_file(run: PrintRun) -> bytes:
    """Return the list for the paying bank as XLSX with full numbers; written row by row in constant memory."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"constant_memory": True})
    book.set_properties({"title": run.title, "created": run.asked_at.replace(tzinfo=None)})
    sheet = book.add_worksheet("代发清单")
    head = book.add_format({"bold": True, "border": 1, "align": "center"})
    money = book.add_format({"num_format": "#,##0.00", "border": 1})
    plain = book.add_format({"border": 1})
    for column, (name, width) in enumerate(zip(_COLUMNS, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, head)
    for serial, n in enumerate(run.content["lines"], start=1):
        row = (
            serial, n["village"], n["householder"], n["id_number"], n["persons"], n["grade"],
            Decimal(n["amount"]), n["account"], n["case_number"],
        )  # fmt: skip
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(serial, column, value, plain)
            else:
                sheet.write_number(serial, column, value, money if column == 6 else plain)  # noqa: PLR2004
    book.close()
    return held.getvalue()
