"""Checks the tables of money against each other and against the events of cases: advances, reliefs, awards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from processes.access.models import Division
from processes.cases.models import Case, CaseEvent
from processes.errors import SealBroken
from processes.relief import award_audit, seals
from processes.relief.fund_models import Fund, FundEntry, ReliefPayment
from processes.relief.models import Award, AwardMember
from processes.relief.status import FundEntryKind, FundEntryStatus, PaymentStatus
from processes.texts import tr

ZERO = Decimal(0)
_PAID = ("advance_paid", "relief_granted")
_KINDS = (
    *_PAID, "relief_withdrawn", "relief_refunded", "refund_reversed",
)  # fmt: skip


@dataclass(slots=True)
class _Said:
    """What a case's events say of its money: by question the valid answer, and what was given back."""

    paid: dict[str, CaseEvent]
    refunded: Decimal = ZERO


def compare(session: Session) -> list[str]:
    """Return sentences for differences; empty if every row is as recorded."""
    recorded = _said(session)
    numbers = {row.id: row.number for row in session.execute(select(Case.id, Case.number))}
    destroyed = set(session.scalars(select(Case.id).where(Case.destroyed_on.is_not(None))))
    return [
        *_funds(session),
        *_advances(session, numbers),
        *_payments(session, recorded, numbers, destroyed),
        *award_audit.differing(session),
        *_twice(session),
    ]


def _said(session: Session) -> dict[int, _Said]:
    by_case: dict[int, _Said] = defaultdict(lambda: _Said({}))
    query = (
        select(CaseEvent).where(CaseEvent.kind.in_(_KINDS)).order_by(CaseEvent.case_id, CaseEvent.position)
    )
    for event in session.scalars(query):
        case, question = by_case[event.case_id], str(event.payload.get("question", ""))
        match event.kind:
            case "advance_paid" | "relief_granted":
                case.paid[question] = event
            case "relief_withdrawn":
                _forget(case.paid, question)
                case.refunded = ZERO
            case "relief_refunded":
                case.refunded += event.payload.get("amount", ZERO)
            case "refund_reversed":
                case.refunded -= event.payload.get("amount", ZERO)
    return by_case


def _forget(standing: dict[str, CaseEvent], question: str) -> None:
    """Older events do not say to which step they belong: all answers of the case are dropped."""
    if question in standing:
        del standing[question]
    else:
        standing.clear()


def _funds(session: Session) -> Iterator[str]:
    places = set(session.scalars(select(Division.code)))
    for fund in session.scalars(select(Fund).order_by(Fund.township)):
        if fund.township not in places:
            yield tr("{township} 不是已登记的乡镇，不应有备用金", township=fund.township)
        if fund.division != fund.township:
            yield tr("{township} 备用金的区划与乡镇不符", township=fund.township)
        head = ""
        query = select(FundEntry).where(
            FundEntry.fund_id == fund.id, FundEntry.status == FundEntryStatus.POSTED
        )
        for entry in session.scalars(
            query.order_by(FundEntry.serial).options(selectinload(FundEntry.postings))
        ):
            if entry.division != fund.township or not _is_as_posted(head, fund.township, entry):
                yield tr(
                    "{township} 台账第 {serial} 号入账后被改动", township=fund.township, serial=entry.serial
                )
            head = entry.digest
        if head != fund.head:
            yield tr("{township} 台账末尾的记录缺失", township=fund.township)


def _is_as_posted(head: str, township: str, entry: FundEntry) -> bool:
    try:
        return seals.is_of_entry(head, township, entry)
    except SealBroken:
        return False


def _advances(session: Session, numbers: dict[int, str]) -> Iterator[str]:
    """Every advance that was not reversed must be a valid relief of the same amount, and the reverse."""
    reversed_ids = set(
        session.scalars(
            select(FundEntry.reverses_id).where(
                FundEntry.reverses_id.is_not(None), FundEntry.status == FundEntryStatus.POSTED
            )
        )
    )
    moved: dict[tuple[int, str], Decimal] = {}
    refunds: dict[int, Decimal] = defaultdict(lambda: ZERO)
    entries = session.scalars(
        select(FundEntry).where(
            FundEntry.kind.in_((FundEntryKind.ADVANCE, FundEntryKind.REFUND)),
            FundEntry.status == FundEntryStatus.POSTED,
        )
    )
    for entry in entries:
        if entry.id in reversed_ids or entry.case_id is None:
            continue
        if entry.kind == FundEntryKind.REFUND:
            refunds[entry.case_id] += entry.amount
        else:
            moved[entry.case_id, entry.question] = entry.amount
    given = {(r.case_id, r.question): r for r in _standing(session) if r.source == "fund"}
    for key in sorted({*moved, *given}):
        row = given.get(key)
        if row is None or moved.get(key) != row.amount:
            has = tr("无") if row is None else tr("{amount} 元", amount=f"{row.amount:.2f}")
            out = tr("{key} 元", key=f"{moved[key]:.2f}") if key in moved else tr("无")
            yield tr(
                "{key} 的先行支付（{out}）与救助登记（{has}）不符",
                key=numbers.get(key[0], key[0]),
                out=out,
                has=has,
            )
        elif row.refunded != refunds[key[0]]:
            yield tr(
                "{key} 登记的退回款 {refunded} 元与台账 {key2} 元不符",
                key=numbers.get(key[0], key[0]),
                refunded=f"{row.refunded:.2f}",
                key2=f"{refunds[key[0]]:.2f}",
            )


def _payments(
    session: Session, recorded: dict[int, _Said], numbers: dict[int, str], destroyed: set[int]
) -> Iterator[str]:
    standing = {r.case_id: r for r in _standing(session)}
    places = _places(session, standing)
    for case_id in sorted({*standing, *(c for c, s in recorded.items() if s.paid)} - destroyed):
        row, events = standing.get(case_id), list(recorded[case_id].paid.values())
        number = numbers.get(case_id, tr("第 {case_id} 号办件（不存在）", case_id=case_id))
        event = events[-1] if events else None
        if row is None or event is None:
            yield tr("{number} 的救助登记与办理记录不符", number=number)
        elif event.payload.get("amount") != row.amount or row.refunded != recorded[case_id].refunded:
            yield tr("{number} 的救助金额与办理记录不符", number=number)
        elif event.payload.get("seal") not in (None, seals.of_payment(row)) or (
            row.division not in places[case_id]
        ):
            yield tr("{number} 的救助登记被改动", number=number)


def _places(session: Session, case_ids: Collection[int]) -> dict[int, set[str]]:
    """Where the cases are and were: payments stay with the township that paid them."""
    by_case: dict[int, set[str]] = defaultdict(set)
    for row in session.execute(select(Case.id, Case.division)):
        if row.id in case_ids:
            by_case[row.id].add(row.division)
    for event in session.scalars(select(CaseEvent).where(CaseEvent.kind == "household_moved")):
        if event.case_id in case_ids:
            by_case[event.case_id].add(str(event.payload.get("before", "")))
    return by_case


def _twice(session: Session) -> Iterator[str]:
    """People with two valid awards of a programme, from before the constraint existed."""
    disputed = select(AwardMember.person_id, AwardMember.programme).where(AwardMember.is_disputed)
    for person_id, programme in session.execute(disputed.where(AwardMember.is_standing)).all():
        cases = session.scalars(
            select(Case.number)
            .join(Award, Award.case_id == Case.id)
            .join(AwardMember, AwardMember.award_id == Award.id)
            .where(
                AwardMember.person_id == person_id,
                AwardMember.programme == programme,
                AwardMember.is_standing,
            )
            .order_by(Case.id)
        ).all()
        yield tr("同一人重复享受：{cases}，请核实后停发其一", cases=tr("、").join(cases))


def _standing(session: Session) -> list[ReliefPayment]:
    return list(session.scalars(select(ReliefPayment).where(ReliefPayment.status == PaymentStatus.STANDING)))
