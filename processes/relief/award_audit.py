"""Checks every award against its case's events: who is paid, how much, since when and until when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.cases.models import Case, CaseEvent
from processes.people.models import Transfer
from processes.people.status import TransferStatus
from processes.policy.periods import Month
from processes.relief import seals
from processes.relief.models import Award, AwardMember
from processes.relief.status import AwardStatus
from processes.texts import tr

_FOREVER = "9999-12"
_KINDS = ("award_granted", "award_withdrawn", "award_stopped", "household_moved")


@dataclass(slots=True)
class _AwardRecord:
    """What the events of a case say of one award; older events contain less."""

    granted: CaseEvent
    question: str
    status: str = AwardStatus.STANDING
    until: str | None = None
    was_ended: bool = False
    is_known: bool = True
    """Whether the event that ended it contains the last month."""


@dataclass(slots=True)
class _History:
    """The awards of a case in the order in which they were granted, and its former townships."""

    awards: list[_AwardRecord] = field(default_factory=list)
    places: set[str] = field(default_factory=set)


def differing(session: Session) -> Iterator[str]:
    """Return sentences for awards that differ from the events, are unknown to them, or are missing.

    A case whose file was destroyed has no events with content: nothing of it may still be paid.
    """
    cases = {c.id: c for c in session.execute(_CASES)}
    recorded, left = _told(session), _households_left(session)
    members: dict[int, list[AwardMember]] = defaultdict(list)
    for member in session.scalars(select(AwardMember)):
        members[member.award_id].append(member)
    awards: dict[int, list[Award]] = defaultdict(list)
    for award in session.scalars(select(Award).order_by(Award.id)):
        awards[award.case_id].append(award)
    for case_id in sorted({*awards, *recorded}):
        case = cases.get(case_id)
        if case is None:
            yield tr("第 {case_id} 号办件不存在，却有救助待遇", case_id=case_id)
            continue
        for award in awards[case_id]:
            if not _covers(award, members[award.id]):
                yield tr("{number} 的享受人员与救助待遇不符", number=case.number)
        faults = _of_destroyed if case.destroyed_on else _of_case
        yield from faults(case, awards[case_id], recorded[case_id], members, left[case.number])


_CASES = select(
    Case.id, Case.number, Case.division, Case.household_id, Case.programme, Case.destroyed_on,
)  # fmt: skip


def _told(session: Session) -> dict[int, _History]:
    histories: dict[int, _History] = defaultdict(_History)
    query = (
        select(CaseEvent).where(CaseEvent.kind.in_(_KINDS)).order_by(CaseEvent.case_id, CaseEvent.position)
    )
    for event in session.scalars(query):
        history = histories[event.case_id]
        match event.kind:
            case "household_moved":
                history.places.add(str(event.payload.get("before", "")))
            case "award_granted":
                _grant(history, event)
            case _:
                _end(history, event)
    return histories


def _grant(history: _History, event: CaseEvent) -> None:
    """A new award, or the same one after its end was undone."""
    question = str(event.payload.get("question", ""))
    last = next((a for a in reversed(history.awards) if a.question in (question, "")), None)
    if last is not None and last.status == AwardStatus.ENDED:
        last.granted, last.status, last.until, last.is_known = event, AwardStatus.STANDING, None, True
    else:
        history.awards.append(_AwardRecord(event, question))


def _end(history: _History, event: CaseEvent) -> None:
    """Older events do not say to which step they belong: all awards of the case are dropped."""
    question = str(event.payload.get("question", ""))
    standing = [a for a in history.awards if a.status == AwardStatus.STANDING]
    named = [a for a in standing if a.question == question]
    if not named and any(a.question == question for a in history.awards):
        return
    for one in named or standing:
        if event.kind == "award_withdrawn":
            one.status = AwardStatus.WITHDRAWN
            continue
        one.status, one.was_ended = AwardStatus.ENDED, True
        one.until, one.is_known = event.payload.get("until"), "until" in event.payload


def _households_left(session: Session) -> dict[str, set[int]]:
    """By case number: the households that it left with a person who moved alone, as awards were granted there."""
    by_number: dict[str, set[int]] = defaultdict(set)
    for row in session.scalars(select(Transfer).where(Transfer.status == TransferStatus.ACCEPTED)):
        for number in row.went_along:
            by_number[str(number)].add(row.household_id)
    return by_number


def _covers(award: Award, members: Iterable[AwardMember]) -> bool:
    is_standing = award.status == AwardStatus.STANDING
    return all((m.programme, m.is_standing) == (award.programme, is_standing) for m in members)


def _of_destroyed(
    case: Any,
    awards: list[Award],
    _history: _History,
    _members: dict[int, list[AwardMember]],
    _left: set[int],
) -> Iterator[str]:
    last = str(Month.of(case.destroyed_on))
    for award in awards:
        if (
            award.status in (AwardStatus.STANDING, AwardStatus.ENDED)
            and (award.until_month or _FOREVER) > last
        ):
            yield tr("{number} 已销毁，其救助待遇却仍在发放", number=case.number)


def _of_case(
    case: Any,
    awards: list[Award],
    history: _History,
    members: dict[int, list[AwardMember]],
    left: set[int],
) -> Iterator[str]:
    if [a.status for a in awards] != [a.status for a in history.awards]:
        yield tr("{number} 的救助待遇与办理记录不符", number=case.number)
        return
    for award, record in zip(awards, history.awards, strict=True):
        if record.is_known and award.until_month != record.until:
            yield tr("{number} 的救助待遇的截止月份与办理记录不符", number=case.number)
        elif not _is_as_granted(award, record.granted, [m.person_id for m in members[award.id]], left):
            yield tr("{number} 的救助待遇被改动", number=case.number)
        elif not _is_of(award, case, record, history.places):
            yield tr("{number} 的救助待遇的地点、家庭或项目与办件不符", number=case.number)


def _is_as_granted(award: Award, event: CaseEvent, people: list[int], left: set[int]) -> bool:
    payload = event.payload
    if (payload.get("monthly"), payload.get("from_month")) != (award.monthly_amount, award.from_month):
        return False
    if payload.get("rest") not in (None, seals.of_other_values(award)):
        return False
    seal = payload.get("seal")
    return seal is None or any(
        seal == seals.of_award(award, people, household) for household in (award.household_id, *left)
    )


def _is_of(award: Award, case: Any, record: _AwardRecord, places: set[str]) -> bool:
    """A valid award moves with its case; an ended one stays with the township that paid it."""
    if award.programme != case.programme:
        return False
    if record.status == AwardStatus.STANDING and not record.was_ended:
        return (award.division, award.household_id) == (case.division, case.household_id)
    return award.division == case.division or award.division in places
