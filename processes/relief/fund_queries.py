"""Queries of petty funds: balances, the ledger of a month, open advances, checks of the books."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from processes.errors import NotFound, ParameterMissing
from processes.policy import values
from processes.policy.periods import Month
from processes.releases import publish
from processes.relief import fund_rules
from processes.relief.fund_models import Fund, FundEntry, FundMonth, FundPosting, ReliefPayment
from processes.relief.status import FundEntryKind, FundEntryStatus, PaymentStatus
from processes.texts import tr

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the ledger: receipts, payments, remaining cash."""

    serial: int
    booked_on: date
    kind: FundEntryKind
    memo: str
    case_number: str
    incoming: Decimal
    outgoing: Decimal
    settled: Decimal
    cash: Decimal
    entered_by: str
    confirmed_by: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A month of a fund (备用金台账): opening, lines, closing, and the hash over all of it."""

    township: str
    month: str
    opening_cash: Decimal
    lines: tuple[Line, ...]
    closing_cash: Decimal
    closing_advanced: Decimal
    last_serial: int
    digest: str
    is_closed: bool


def funds(session: Session) -> list[Fund]:
    """Return every fund in scope, by township."""
    return list(session.scalars(select(Fund).order_by(Fund.township)))


def fund_of(session: Session, township: str) -> Fund:
    """Return the fund of a township in scope; raises `NotFound`."""
    fund = session.scalar(select(Fund).where(Fund.township == township))
    if fund is None:
        raise NotFound()
    return fund


def fund_or_none(session: Session, township: str) -> Fund | None:
    """Return the fund of a township in scope, or None if nothing was ever booked."""
    return session.scalar(select(Fund).where(Fund.township == township))


@dataclass(frozen=True, slots=True)
class Level:
    """The amount that a fund should hold (定额), and the amount below which it needs a top-up."""

    whole: Decimal
    share: Decimal

    @property
    def low(self) -> Decimal:
        """The amount below which a top-up is due."""
        return self.whole * self.share


def level(session: Session, on: date, division: str) -> Level | None:
    """Return the level in force, from the shared parameters of the releases; None if none is set."""
    for release in publish.published_programmes(session):
        policy = publish.open_release(session, release.id).policy
        try:
            amount, share = (
                policy.value("fund.float", on, division),
                policy.value("fund.low_share", on, division),
            )
        except ParameterMissing:
            continue
        if isinstance(amount, Decimal) and isinstance(share, Decimal):
            return Level(amount, share)
    return None


def waiting(session: Session, fund_id: int) -> list[FundEntry]:
    """Return entries that wait for a second person, oldest first."""
    query = select(FundEntry).where(FundEntry.fund_id == fund_id, FundEntry.status == FundEntryStatus.WAITING)
    return list(session.scalars(query.order_by(FundEntry.id)))


def entries(session: Session, fund_id: int, month: str) -> list[FundEntry]:
    """Return posted entries of a month, in ledger order."""
    first, following = _limits(month)
    query = (
        select(FundEntry)
        .where(
            FundEntry.fund_id == fund_id, FundEntry.status == FundEntryStatus.POSTED,
            FundEntry.booked_on >= first, FundEntry.booked_on < following,
        )
        .order_by(FundEntry.serial)
        .options(selectinload(FundEntry.postings))
    )  # fmt: skip
    return list(session.scalars(query))


def reversed_ids(session: Session, fund_id: int) -> set[int]:
    """Return ids of entries that have been reversed or are about to be."""
    query = select(FundEntry.reverses_id).where(
        FundEntry.fund_id == fund_id, FundEntry.reverses_id.is_not(None)
    )
    return {i for i in session.scalars(query) if i is not None}


def outstanding(session: Session, case_id: int) -> Decimal:
    """Return what was advanced in a case and is not accounted for yet."""
    query = (
        select(FundPosting.amount)
        .join(FundEntry, FundEntry.id == FundPosting.entry_id)
        .where(FundEntry.case_id == case_id, FundPosting.account == "advanced")
    )
    return sum(session.scalars(query), ZERO)


def statement(session: Session, fund: Fund, month: str) -> Statement:
    """Return the ledger of a month with the hash over its content."""
    first, _ = _limits(month)
    balances = _balances(session, fund.id, first)
    cash, advanced = balances["cash"], balances["advanced"]
    opening, lines = cash, []
    for entry in entries(session, fund.id, month):
        change = {p.account: p.amount for p in entry.postings}
        moved = change.get("cash", ZERO)
        cash += moved
        advanced += change.get("advanced", ZERO)
        lines.append(
            Line(
                entry.serial or 0, entry.booked_on, entry.kind, entry.memo, entry.case_number,
                max(moved, ZERO), max(-moved, ZERO), change.get("spent", ZERO), cash, entry.entered_by,
                entry.confirmed_by,
            )
        )  # fmt: skip
    content = [
        fund.township, month, str(opening), str(cash), str(advanced),
        [[n.serial, n.booked_on, n.kind, n.memo, n.case_number, str(n.incoming), str(n.outgoing),
          str(n.settled), str(n.cash), n.entered_by, n.confirmed_by] for n in lines],
    ]  # fmt: skip
    return Statement(
        township=fund.township, month=month, opening_cash=opening, lines=tuple(lines), closing_cash=cash,
        closing_advanced=advanced, last_serial=lines[-1].serial if lines else 0,
        digest=hashlib.sha256(values.dumps(content)).hexdigest(),
        is_closed=month <= last_closed(session, fund.id),
    )  # fmt: skip


def last_closed(session: Session, fund_id: int) -> str:
    """Return the latest closed month, or None."""
    return session.scalar(select(func.max(FundMonth.month)).where(FundMonth.fund_id == fund_id)) or ""


def closed_month(session: Session, fund_id: int, month: str) -> FundMonth | None:
    """Return the record of a closed month."""
    return session.scalar(select(FundMonth).where(FundMonth.fund_id == fund_id, FundMonth.month == month))


def audit(session: Session) -> list[str]:
    """Return sentences for errors in the books; empty if every account balances.

    Each entry and the accounts of each fund sum to zero, the fund's row equals its postings, nothing is
    negative, numbers have no gap, closed months are unchanged.
    """
    faults = []
    for entry in session.scalars(select(FundEntry).options(selectinload(FundEntry.postings))):
        total = sum((p.amount for p in entry.postings), ZERO)
        if total != 0 or bool(entry.postings) != (entry.status == FundEntryStatus.POSTED):
            faults.append(tr("记录 {id} 借贷不平", id=entry.id))
    for fund in funds(session):
        sums = _balances(session, fund.id, None)
        if sum(sums.values()) != 0:
            faults.append(tr("{township} 各账户合计不为零", township=fund.township))
        if (sums["cash"], sums["advanced"]) != (fund.cash, fund.advanced):
            faults.append(tr("{township} 余额与台账不符", township=fund.township))
        if min(sums["cash"], sums["advanced"], sums["spent"]) < 0:
            faults.append(tr("{township} 出现负数", township=fund.township))
        faults += _broken_months(session, fund)
        serials = session.scalars(
            select(FundEntry.serial)
            .where(FundEntry.fund_id == fund.id, FundEntry.status == FundEntryStatus.POSTED)
            .order_by(FundEntry.serial)
        ).all()
        if list(serials) != list(range(1, fund.entries_count + 1)):
            faults.append(tr("{township} 台账编号不连续", township=fund.township))
    return faults


def of_household(session: Session, household_id: int) -> list[ReliefPayment]:
    """Return one-off relief of a household, latest first."""
    query = select(ReliefPayment).where(
        ReliefPayment.household_id == household_id, ReliefPayment.status == PaymentStatus.STANDING
    )
    return list(session.scalars(query.order_by(ReliefPayment.granted_on.desc(), ReliefPayment.id.desc())))


def payment_of_case(session: Session, case_id: int) -> ReliefPayment | None:
    """Return the relief paid in a case."""
    query = select(ReliefPayment).where(
        ReliefPayment.case_id == case_id, ReliefPayment.status == PaymentStatus.STANDING
    )
    return session.scalars(query.order_by(ReliefPayment.id.desc())).first()


def _broken_months(session: Session, fund: Fund) -> list[str]:
    closed = session.scalars(select(FundMonth).where(FundMonth.fund_id == fund.id)).all()
    return [
        tr("{township} {month} 结账后被改动", township=fund.township, month=m.month)
        for m in closed
        if statement(session, fund, m.month).digest != m.digest
    ]


def _balances(session: Session, fund_id: int, before: date | None) -> dict[str, Decimal]:
    query = (
        select(FundPosting.account, FundPosting.amount)
        .join(FundEntry, FundEntry.id == FundPosting.entry_id)
        .where(FundEntry.fund_id == fund_id)
    )
    if before is not None:
        query = query.where(FundEntry.booked_on < before)
    balances = dict.fromkeys(fund_rules.ACCOUNTS, ZERO)
    for account, amount in session.execute(query):
        balances[account] += amount
    return balances


def _limits(month: str) -> tuple[date, date]:
    period = Month.parse(month)
    return period.first_day(), period.plus(1).first_day()
