"""Checks denormalised columns, kept for indexes, against their source."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from processes.cases.models import Case, WorkItem
from processes.papers.destruction import GONE
from processes.papers.models import IssuedPaper, Printing
from processes.papers.status import PaperStanding
from processes.people.models import Person
from processes.policy.calendar import civil_date
from processes.policy.initials import initials, other_initials
from processes.texts import tr

_MINUTE = 60
_AT_ONCE = 5_000


def differing(session: Session) -> list[str]:
    """Return a sentence for each row that differs from its source; no names, no ID numbers."""
    return [
        *_steps(session), *_processes(session), *_papers(session), *_names(session), *_applicants(session),
    ]  # fmt: skip


def _steps(session: Session) -> Iterator[str]:
    """The day on which a step was finished, and its duration."""
    item = WorkItem.__table__.c
    query = select(
        item.id, item.case_number, item.offered_at, item.completed_at, item.completed_on, item.took
    ).where(or_(item.completed_at.is_not(None), item.completed_on.is_not(None), item.took.is_not(None)))
    for row in session.execute(query.execution_options(yield_per=_AT_ONCE)):
        at = row.completed_at
        on = None if at is None else civil_date(at)
        took = None if at is None else int((at - row.offered_at).total_seconds() // _MINUTE)
        if (on, took) != (row.completed_on, row.took):
            yield tr(
                "办件 {case_number} 的环节 {id}：办结日期、用时与办结时刻不符",
                case_number=row.case_number,
                id=row.id,
            )


def _processes(session: Session) -> Iterator[str]:
    query = select(WorkItem.id, WorkItem.case_number).join(Case, Case.id == WorkItem.case_id)
    differs = or_(WorkItem.process != Case.process, WorkItem.programme != Case.programme)
    for row in session.execute(query.where(differs)):
        yield tr(
            "办件 {case_number} 的环节 {id}：项目、流程与办件不符", case_number=row.case_number, id=row.id
        )


def _papers(session: Session) -> Iterator[str]:
    printed = exists().where(Printing.paper_id == IssuedPaper.id)
    query = select(IssuedPaper.code).where(
        IssuedPaper.standing != PaperStanding.DESTROYED,
        or_(and_(IssuedPaper.is_printed, ~printed), and_(~IssuedPaper.is_printed, printed)),
    )
    for code in session.scalars(query):
        yield tr("文书 {code}：是否打印过与打印记录不符", code=code)


def _applicants(session: Session) -> Iterator[str]:
    """The initials by which a case and its steps are found; none for a destroyed file."""
    for table, named in ((Case.__table__.c, Case.number), (WorkItem.__table__.c, WorkItem.case_number)):
        query = select(named, table.applicant, table.initials, table.initials_other).distinct()
        for number, applicant, stored, other in session.execute(query.execution_options(yield_per=_AT_ONCE)):
            is_gone = applicant == GONE and not stored
            if not is_gone and (stored, other) != (initials(applicant), other_initials(applicant)):
                yield tr("办件 {number}：拼音首字母与申请人姓名不符", number=number)


def _names(session: Session) -> Iterator[str]:
    person = Person.__table__.c
    query = select(person.id, person.name, person.initials, person.initials_other)
    for row in session.execute(query.execution_options(yield_per=_AT_ONCE)):
        if (row.initials, row.initials_other) != (initials(row.name), other_initials(row.name)):
            yield tr("人员 {id}：拼音首字母与姓名不符", id=row.id)
