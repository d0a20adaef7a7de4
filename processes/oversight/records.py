"""Checks papers and register against the records of their changes: events of cases, states of households."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.cases.models import Case, CaseEvent
from processes.errors import SealBroken
from processes.papers.issue import UNNUMBERED
from processes.papers.models import IssuedPaper
from processes.people import history
from processes.people.models import Household, HouseholdVersion
from processes.texts import tr

_AT_ONCE = 200
_ISSUED, _AS_IT_STANDS = "paper_issued", "state_printed"


def differing(session: Session) -> Iterator[str]:
    """Return sentences for differences; no names, no ID numbers."""
    yield from _papers(session)
    yield from _households(session)


def _papers(session: Session) -> Iterator[str]:
    """Every event of issuing must have a paper with its number; destroyed files have no such events."""
    numbers: dict[int, str] = {row.id: row.number for row in session.execute(select(Case.id, Case.number))}
    destroyed = set(session.scalars(select(Case.id).where(Case.destroyed_on.is_not(None))))

    def named(case_id: int) -> str:
        return numbers.get(case_id, tr("第 {case_id} 号办件（不存在）", case_id=case_id))

    issued: dict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
    query = select(CaseEvent).where(CaseEvent.kind.in_((_ISSUED, _AS_IT_STANDS))).order_by(CaseEvent.id)
    for event in session.scalars(query.execution_options(yield_per=_AT_ONCE)):
        number = str(event.payload.get("number")) if event.kind == _ISSUED else UNNUMBERED
        issued[event.case_id][str(event.payload.get("code")), number] += 1
        session.expunge(event)
    papers = select(IssuedPaper.case_id, IssuedPaper.code, IssuedPaper.number).order_by(IssuedPaper.id)
    for case_id, code, number in session.execute(papers.execution_options(yield_per=_AT_ONCE)):
        if case_id in destroyed:
            continue
        if issued[case_id][code, number] < 1:
            yield tr(
                "{case_id}：文书 {number}（{code}）没有出具记录",
                case_id=named(case_id),
                number=number,
                code=code,
            )
        issued[case_id][code, number] -= 1
    for case_id, found in issued.items():
        for code, number in sorted(found.elements()) if case_id not in destroyed else ():
            yield tr(
                "{case_id}：文书 {number}（{code}）缺失", case_id=named(case_id), number=number, code=code
            )


def _households(session: Session) -> Iterator[str]:
    """Every household must equal its last recorded state, with no state missing in between."""
    after = 0
    while ids := session.scalars(
        select(Household.id).where(Household.id > after).order_by(Household.id).limit(_AT_ONCE)
    ).all():
        after = ids[-1]
        states: dict[int, list[HouseholdVersion]] = defaultdict(list)
        kept = select(HouseholdVersion).where(HouseholdVersion.household_id.in_(ids))
        for state in session.scalars(kept.order_by(HouseholdVersion.version, HouseholdVersion.id)):
            states[state.household_id].append(state)
        for household in session.scalars(select(Household).where(Household.id.in_(ids))).unique():
            fault = _fault(household, states.pop(household.id, []))
            if fault:
                yield tr("档案 {number}：{fault}", number=household.number, fault=fault)
        session.expunge_all()


def _fault(household: Household, states: list[HouseholdVersion]) -> str:
    if not states:  # not saved since states are recorded: nothing to compare with
        return ""
    if any(member.person is None for member in household.members):
        return tr("有成员在人员登记中不存在")
    last = states[-1]
    versions = [state.version for state in states]
    if versions != list(range(versions[0], versions[0] + len(versions))):
        return tr("历次登记有缺失或者多出")
    try:
        if any(
            state.content.get("saved", own := history.saved_by(state.at, state.by, state.by_id)) != own
            for state in states
        ):
            return tr("历次登记的时间或者登记人被改动")
        is_same = last.version == household.version and _agrees(
            last.content, history.as_kept(household, last.by_id)
        )
    except SealBroken:
        return tr("登记的内容不能解密")
    return "" if is_same else tr("登记的内容与最后一次保存的不符")


def _agrees(kept: Any, now: Any) -> bool:
    """Whether a recorded state equals the current one; states of earlier versions have fewer values, and name
    members by position."""
    if isinstance(kept, dict):
        return all(_agrees(value, now[key]) for key, value in kept.items() if key in now)
    if isinstance(kept, list):
        return len(kept) == len(now) and all(map(_agrees, kept, now))
    return kept == now or (isinstance(kept, int) and isinstance(now, str))
