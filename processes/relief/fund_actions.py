"""Movements of a township's petty fund (C11): under the fund's row lock, in balanced entries."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import or_, select

from processes.access import divisions, persons
from processes.access.scope import Actor, township_of
from processes.cases import events
from processes.cases.models import Case
from processes.errors import DutySeparation, NotFound, RuleBroken
from processes.policy.calendar import civil_date
from processes.policy.periods import Month
from processes.relief import fund_queries, fund_rules, payments, seals
from processes.relief.fund_models import Fund, FundEntry, FundMonth, FundPosting
from processes.relief.status import FundEntryKind, FundEntryStatus
from processes.storage.unit_of_work import UnitOfWork, within
from processes.texts import tr

LONGEST_MEMO = 200
ZERO = Decimal(0)


def locked_fund(uow: UnitOfWork, township: str) -> Fund:
    """Lock the fund of a township and return it; created empty if missing. Raises `NotFound` if it is no township."""
    query = select(Fund).where(Fund.township == township).with_for_update()
    fund = uow.session.scalar(query)
    if fund is None:
        divisions.township(uow.session, township, "")
        uow.insert_if_missing(
            Fund, township=township, division=township, cash=ZERO, advanced=ZERO, entries_count=0, head=""
        )
        fund = uow.session.scalars(query).one()
    return fund


def enter(
    uow: UnitOfWork, actor: Actor, township: str, kind: str, amount: Decimal, memo: str, case_number: str = ""
) -> FundEntry:
    """Record a movement that counts once a second person has confirmed it.

    A refund by a household names its case, and reduces what must be accounted for there.
    """
    if kind not in fund_rules.BY_HAND:
        raise RuleBroken(reason=tr("这类记账由办件产生，不能手工录入"), clause="C11")
    case = _refunded_case(uow, township, case_number.strip()) if kind == FundEntryKind.REFUND else None
    fund = locked_fund(uow, township)
    entry = _entry(uow, actor, fund, FundEntryKind(kind), fund_rules.demand_amount(amount), _memo(memo))
    if case is not None:
        entry.case_id, entry.case_number = case.id, case.number
        _demand_outstanding(uow, case, entry.amount)
    change = fund_rules.postings(entry.kind, entry.amount)
    fund_rules.demand_covered(fund.cash, fund.advanced, change)
    _demand_within_float(uow, fund, change)
    return entry


def reverse(uow: UnitOfWork, actor: Actor, entry_id: int, memo: str) -> FundEntry:
    """Record the reversal of a posted entry; the entry itself stays unchanged."""
    original, fund = _locked_entry(uow, actor, entry_id)
    if original.case_id is not None and original.kind != FundEntryKind.REFUND:
        raise RuleBroken(
            reason=tr(
                "第 {serial} 号记录由办件 {case_number} 产生，请在该办件中退回到支付以前的环节，系统同时冲销台账并撤回救助金",
                serial=original.serial,
                case_number=original.case_number,
            ),
            clause="C11",
        )
    if original.status != FundEntryStatus.POSTED or original.kind == FundEntryKind.REVERSAL:
        raise RuleBroken(reason=tr("只能冲销已入账的记录；冲销记录本身不能再冲销"), clause="C11")
    taken = uow.session.scalar(select(FundEntry.id).where(FundEntry.reverses_id == original.id))
    if taken is not None:
        raise RuleBroken(reason=tr("第 {serial} 号记录已经有冲销", serial=original.serial), clause="C11")
    made = _entry(uow, actor, fund, FundEntryKind.REVERSAL, original.amount, _memo(memo))
    made.reverses_id, made.case_id, made.case_number = original.id, original.case_id, original.case_number
    return made


def confirm(uow: UnitOfWork, actor: Actor, entry_id: int) -> FundEntry:
    """Confirm somebody else's entry; from now on it counts."""
    entry, fund = _waiting(uow, actor, entry_id)
    _demand_other_person(uow, actor, entry)
    entry.confirmed_by_id, entry.confirmed_by = actor.account_id, actor.name
    _post(uow, fund, entry)
    _tell_case(uow, actor, entry)
    return entry


def refuse(uow: UnitOfWork, actor: Actor, entry_id: int) -> FundEntry:
    """Refuse a waiting entry, or withdraw one's own; it stays in the book as refused."""
    entry, _ = _waiting(uow, actor, entry_id)
    entry.status, entry.reverses_id = FundEntryStatus.REFUSED, None
    entry.confirmed_by_id, entry.confirmed_by = actor.account_id, actor.name
    return entry


def advance(uow: UnitOfWork, actor: Actor, case: Case, question: str, amount: Decimal) -> FundEntry:
    """Pay relief before the paper, from the fund of the case's township; raises `FundInsufficient`."""
    fund = locked_fund(uow, township_of(case.division))
    return _of_case(uow, actor, fund, case, question, FundEntryKind.ADVANCE, fund_rules.demand_amount(amount))


def settle(uow: UnitOfWork, actor: Actor, case: Case, question: str) -> FundEntry | None:
    """Account for what was advanced in a case, once its paper is complete; None if nothing was."""
    fund = locked_fund(uow, township_of(case.division))
    left = fund_queries.outstanding(uow.session, case.id)
    return _of_case(uow, actor, fund, case, question, FundEntryKind.SETTLEMENT, left) if left > 0 else None


def make_void(uow: UnitOfWork, actor: Actor, case: Case, question: str) -> None:
    """Reverse what a step of a case posted, because the case was sent back before it."""
    fund = locked_fund(uow, township_of(case.division))
    own = or_(FundEntry.question == question, FundEntry.kind == FundEntryKind.REFUND)
    query = select(FundEntry).where(
        FundEntry.case_id == case.id, own, FundEntry.status == FundEntryStatus.POSTED
    )
    entries = uow.session.scalars(query).all()
    if all(e.kind != FundEntryKind.ADVANCE for e in entries if e.question == question):
        entries = [
            e for e in entries if e.kind != FundEntryKind.REFUND
        ]  # a refund stays with the payment it belongs to
    for entry in sorted(entries, key=lambda e: (e.kind != FundEntryKind.REFUND, e.id)):
        gone = uow.session.scalar(select(FundEntry.id).where(FundEntry.reverses_id == entry.id))
        if gone is None and entry.kind != FundEntryKind.REVERSAL:
            made = _entry(uow, actor, fund, FundEntryKind.REVERSAL, entry.amount, tr("办件退回"))
            made.reverses_id, made.case_id, made.case_number = entry.id, case.id, case.number
            _post(uow, fund, made)


def close_month(uow: UnitOfWork, actor: Actor, township: str, month: str) -> FundMonth:
    """Close a past month; nothing can be booked in it or before it any more."""
    fund = locked_fund(uow, township)
    today = civil_date(uow.now)
    if month >= str(Month.of(today)):
        raise RuleBroken(reason=tr("当月尚未结束，不能结账"), clause="C11")
    if month <= fund_queries.last_closed(uow.session, fund.id):
        raise RuleBroken(reason=tr("{month} 已经结账", month=month), clause="C11")
    uow.flush()
    statement = fund_queries.statement(uow.session, fund, month)
    closed = FundMonth(
        fund_id=fund.id, month=month, opening_cash=statement.opening_cash,
        closing_cash=statement.closing_cash, closing_advanced=statement.closing_advanced,
        last_serial=statement.last_serial, digest=statement.digest, closed_at=uow.now, closed_by=actor.name,
    )  # fmt: skip
    uow.add(closed)
    return closed


def _of_case(
    uow: UnitOfWork, actor: Actor, fund: Fund, case: Case, question: str, kind: FundEntryKind, amount: Decimal
) -> FundEntry:
    entry = _entry(uow, actor, fund, kind, amount, f"{case.applicant} {case.programme_title}")
    entry.case_id, entry.case_number, entry.question = case.id, case.number, question
    _post(uow, fund, entry)
    return entry


def _entry(
    uow: UnitOfWork, actor: Actor, fund: Fund, kind: FundEntryKind, amount: Decimal, memo: str
) -> FundEntry:
    entry = FundEntry(
        fund_id=fund.id, division=fund.township, kind=kind, booked_on=civil_date(uow.now), amount=amount,
        memo=memo, status=FundEntryStatus.WAITING, entered_by_id=actor.account_id, entered_by=actor.name,
        entered_at=uow.now, question="", case_number="", confirmed_by="", postings=[],
    )  # fmt: skip
    uow.add(entry)
    uow.flush()
    return entry


def _post(uow: UnitOfWork, fund: Fund, entry: FundEntry) -> None:
    """Number an entry, add its postings and update the balances, or do nothing of it."""
    entry.booked_on = civil_date(uow.now)
    fund_rules.demand_open(str(Month.of(entry.booked_on)), fund_queries.last_closed(uow.session, fund.id))
    change = _change(uow, entry)
    fund_rules.demand_covered(fund.cash, fund.advanced, change)
    _demand_within_float(uow, fund, change)
    fund.entries_count += 1
    entry.serial, entry.status = fund.entries_count, FundEntryStatus.POSTED
    for account, amount in change.items():
        entry.postings.append(FundPosting(account=account, amount=amount))
    fund.cash += change.get("cash", ZERO)
    fund.advanced += change.get("advanced", ZERO)
    entry.digest = fund.head = seals.of_entry(fund.head, fund.township, entry)


def _change(uow: UnitOfWork, entry: FundEntry) -> Mapping[str, Decimal]:
    if entry.kind != FundEntryKind.REVERSAL:
        return fund_rules.postings(entry.kind, entry.amount)
    original = uow.session.get_one(FundEntry, entry.reverses_id)
    return {p.account: -p.amount for p in original.postings}


def _demand_within_float(uow: UnitOfWork, fund: Fund, change: Mapping[str, Decimal]) -> None:
    """Limit the county's money to the fund's level, including advances that wait for their paper."""
    if change.get("county", ZERO) >= 0:
        return
    level = fund_queries.level(uow.session, civil_date(uow.now), fund.township)
    if level is not None:
        fund_rules.demand_within_level(fund.cash + fund.advanced, -change["county"], level.whole)


def _refunded_case(uow: UnitOfWork, township: str, number: str) -> Case:
    """The township's case that a refund belongs to, locked before the fund."""
    case = uow.session.scalar(
        select(Case).where(Case.number == number, within(Case.division, township)).with_for_update()
    )
    if case is None:
        raise RuleBroken(reason=tr("救助对象退回的，请填写本乡镇发放该笔救助金的办件编号"), clause="C11")
    return case


def _demand_outstanding(uow: UnitOfWork, case: Case, amount: Decimal) -> None:
    left = fund_queries.outstanding(uow.session, case.id)
    if amount > left:
        raise RuleBroken(
            reason=tr(
                "办件 {number} 待核销的先行救助只有 {left} 元，退回金额不能超过它",
                number=case.number,
                left=f"{left:.2f}",
            ),
            clause="C11",
        )


def _tell_case(uow: UnitOfWork, actor: Actor, entry: FundEntry) -> None:
    """Record a refund, or its reversal, in the case and at its relief."""
    if entry.case_id is None:
        return
    is_back = entry.kind == FundEntryKind.REFUND
    payments.give_back(uow, entry.case_id, entry.amount if is_back else -entry.amount)
    case = uow.session.get_one(Case, entry.case_id)
    kind, title = (
        ("relief_refunded", tr("救助对象退回")) if is_back else ("refund_reversed", tr("冲销退回记录"))
    )
    events.append(uow, case, actor, kind, title, amount=entry.amount, serial=entry.serial)


def _locked_entry(uow: UnitOfWork, actor: Actor, entry_id: int) -> tuple[FundEntry, Fund]:
    known = uow.session.execute(
        select(FundEntry.division, FundEntry.case_id).where(FundEntry.id == entry_id)
    ).one_or_none()
    if known is None or not actor.covers(known.division):
        raise NotFound()
    if known.case_id is not None:
        uow.lock(Case, known.case_id)
    fund = locked_fund(uow, known.division)
    return uow.session.get_one(FundEntry, entry_id, populate_existing=True), fund


def _waiting(uow: UnitOfWork, actor: Actor, entry_id: int) -> tuple[FundEntry, Fund]:
    entry, fund = _locked_entry(uow, actor, entry_id)
    if entry.status != FundEntryStatus.WAITING:
        raise RuleBroken(reason=tr("这笔记录已经有人处理过了"), clause="C11")
    return entry, fund


def _demand_other_person(uow: UnitOfWork, actor: Actor, entry: FundEntry) -> None:
    if persons.is_one_of(uow.session, actor.account_id, (entry.entered_by_id,), entry.entered_at):
        raise DutySeparation(earlier=tr("备用金录入"), step=tr("备用金复核"))


def _memo(memo: str) -> str:
    text = memo.strip()
    if not text or len(text) > LONGEST_MEMO:
        raise RuleBroken(
            reason=tr("请写明事由（{longest_memo} 字以内）", longest_memo=LONGEST_MEMO), clause="C11"
        )
    return text
