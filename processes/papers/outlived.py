"""Records with a retention period beside files of cases: access log, notices, payment lists, households
without a case.

Each period is a parameter of the county's book; what has ended is listed, proposed and decided like a file
(`papers.destruction`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from processes.access import log_chain
from processes.access.models import AccessLog, Installation
from processes.cases.models import Notice
from processes.errors import NotFound, ParameterMissing
from processes.papers import household_files
from processes.papers.run_models import PrintRun
from processes.papers.status import RecordKind, RunKind, RunStatus
from processes.people import queries as people
from processes.policy import retention
from processes.policy.calendar import SHANGHAI, civil_date
from processes.releases import publish
from processes.storage.batched_reads import SCOPE
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

KINDS = (RecordKind.ACCESS_LOG, RecordKind.NOTICES, RecordKind.PAYMENT_LIST, RecordKind.HOUSEHOLD)
TERMS = {
    RecordKind.ACCESS_LOG: "retention.access_log", RecordKind.NOTICES: "retention.notices", RecordKind.PAYMENT_LIST: "retention.payment_list", RecordKind.HOUSEHOLD: "retention.household",
}  # fmt: skip
BY_YEAR = (RecordKind.ACCESS_LOG, RecordKind.NOTICES)
"""Records kept by years for the whole county."""


@dataclass(frozen=True, slots=True)
class Due:
    """A file or record whose retention has ended; `id` is the row, or the year."""

    kind: RecordKind
    number: str
    title: str
    closed_on: date
    retention: str
    over_on: date
    id: int
    division: str


def found(session: Session, today: date, number: str = "") -> list[Due]:
    """Return what has ended in scope, or the one with a number."""
    over = [*_years(session, today), *_lists(session, today, number), *_households(session, today, number)]
    return [o for o in over if not number or o.number == number]


def place_of(session: Session, kind: str, number: str) -> str:
    """Return the division of the record with a number; raises `NotFound`."""
    if kind in BY_YEAR:
        return _county(session)
    if kind == RecordKind.HOUSEHOLD:
        return people.household_by_number(session, number).division
    division = session.scalar(select(PrintRun.division).where(PrintRun.number == number, _is_a_list()))
    if division is None:
        raise NotFound()
    return division


def pieces_of(session: Session, kind: str, subject: int) -> list[dict[str, Any]]:
    """Return its contents for the permanent record: the amount, and a hash over all of it."""
    if kind == RecordKind.PAYMENT_LIST:
        row = session.get_one(PrintRun, subject)
        piece = {"title": f"{row.title} {row.number}", "pages": row.pages, "sha256": row.sha256 or ""}
        return [piece, *(dict(part) for part in row.parts)]
    if kind == RecordKind.HOUSEHOLD:
        return household_files.pieces_of(session, subject)
    if kind == RecordKind.NOTICES:
        marks = session.scalars(
            select(Notice.seal_mark).where(_of_year(Notice.at, subject)).order_by(Notice.id)
        )
        return [
            _sum(tr("{subject} 年的{title}", subject=subject, title=RecordKind.NOTICES.title), marks.all())
        ]
    return [
        _sum(
            tr("{subject} 年的{title}", subject=subject, title=RecordKind.ACCESS_LOG.title),
            list(_digests(session, subject)),
        )
    ]


def destroy(uow: UnitOfWork, kind: str, number: str) -> tuple[str, list[str]]:
    """Delete personal data; return a key and which files to delete."""
    session = uow.session
    if kind == RecordKind.PAYMENT_LIST:
        row = session.scalars(select(PrintRun).where(PrintRun.number == number, _is_a_list())).one()
        files = [p["sha256"] for p in row.parts] + ([row.sha256] if row.sha256 else [])
        row.content, row.parts, row.sha256, row.error, row.status = {}, [], None, None, RunStatus.DESTROYED
        return f"print_run/{row.code}", files
    if kind == RecordKind.HOUSEHOLD:
        household_files.destroy(uow, number)
        return "", []
    year = int(number.rpartition("-")[2])
    if kind == RecordKind.NOTICES:
        for notice in session.scalars(select(Notice).where(_of_year(Notice.at, year))):
            session.delete(notice)
    else:
        log_chain.empty(session, *_bounds(year))
    return "", []


def _years(session: Session, today: date) -> Iterator[Due]:
    """Years of the log and of notices; they belong to the county, so a smaller scope sees none."""
    county = _county(session)
    if not county.startswith(session.info.get(SCOPE, "")):
        return
    for kind, first in (
        (RecordKind.ACCESS_LOG, log_chain.first_with_content(session)),
        (RecordKind.NOTICES, session.scalar(select(func.min(Notice.at)))),
    ):
        years = _term(session, kind, today, county)
        if first is None or years is None:
            continue
        for year in range(civil_date(first).year, today.year - years):
            closed, term = date(year, 12, 31), tr("{years}年", years=years)
            over_on = retention.over_on(closed, term)
            if over_on is not None and today >= over_on and _is_any(session, kind, year):
                number = f"{kind.title}-{year}"
                title = tr("{year} 年的{title}", year=year, title=kind.title)
                yield Due(kind, number, title, closed, term, over_on, year, county)


def _is_any(session: Session, kind: RecordKind, year: int) -> bool:
    if kind == RecordKind.NOTICES:
        return session.scalar(select(Notice.id).where(_of_year(Notice.at, year)).limit(1)) is not None
    return (
        session.scalar(select(AccessLog.id).where(log_chain.has_content(*_bounds(year))).limit(1)) is not None
    )


def _lists(session: Session, today: date, number: str) -> Iterator[Due]:
    years = _term(session, RecordKind.PAYMENT_LIST, today, _county(session))
    if years is None:
        return
    before = datetime(today.year - years, 1, 1, tzinfo=SHANGHAI)
    query = select(PrintRun).where(
        _is_a_list(), PrintRun.status.in_((RunStatus.READY, RunStatus.FAILED)), PrintRun.asked_at < before
    )
    for row in session.scalars(query.where(PrintRun.number == number) if number else query):
        closed, term = civil_date(row.asked_at), tr("{years}年", years=years)
        over_on = retention.over_on(closed, term)
        if over_on is not None and today >= over_on:
            yield Due(
                RecordKind.PAYMENT_LIST, row.number, row.title, closed, term, over_on, row.id, row.division
            )


def _households(session: Session, today: date, number: str) -> Iterator[Due]:
    years = _term(session, RecordKind.HOUSEHOLD, today, _county(session))
    for household, since, first in (
        () if years is None else household_files.over(session, today, years, number)
    ):
        yield Due(
            RecordKind.HOUSEHOLD,
            household.number,
            tr("家庭档案"),
            since,
            tr("{years}年", years=years),
            first,
            household.id,
            household.division,
        )


def _is_a_list() -> ColumnElement[bool]:
    return and_(PrintRun.kind == RunKind.PAYMENT_LIST, PrintRun.number != "")


def _term(session: Session, kind: RecordKind, today: date, county: str) -> int | None:
    """The full years in the county's book; None if no release in force declares the period: nothing has ended
    then."""
    try:
        years = publish.shared_value(session, TERMS[kind], today, county)
    except ParameterMissing:
        return None
    return max(int(Decimal(str(years))), 1)


def _county(session: Session) -> str:
    return session.scalar(select(Installation.county)) or ""


def _bounds(year: int) -> tuple[datetime, datetime]:
    return datetime(year, 1, 1, tzinfo=SHANGHAI), datetime(year + 1, 1, 1, tzinfo=SHANGHAI)


def _of_year(column: Any, year: int) -> ColumnElement[bool]:
    begins, ends = _bounds(year)
    return and_(column >= begins, column < ends)


def _digests(session: Session, year: int) -> Iterable[str]:
    query = select(AccessLog).where(log_chain.has_content(*_bounds(year))).order_by(AccessLog.id)
    for entry in session.scalars(query.execution_options(yield_per=1000)):
        yield log_chain.digest(entry)


def _sum(title: str, parts: Sequence[str]) -> dict[str, Any]:
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return {"title": tr("{title} {parts} 条", title=title, parts=len(parts)), "pages": None, "sha256": digest}
