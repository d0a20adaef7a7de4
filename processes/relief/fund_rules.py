"""Accounting rules of a petty fund: pure.

Four accounts per township: `county` is the source and destination of the money, `cash` is what the township
holds, `advanced` is what was paid before the paper (先行救助), `spent` is relief whose paper is complete.
Every entry moves money between two of them, so all four always sum to zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from processes.errors import FundInsufficient, FundMonthClosed, RuleBroken
from processes.relief.status import FundEntryKind
from processes.texts import tr

ACCOUNTS = ("county", "cash", "advanced", "spent")
_CENT = Decimal("0.01")

MOVES: Mapping[FundEntryKind, tuple[str, str]] = {
    FundEntryKind.TOP_UP: ("county", "cash"),
    FundEntryKind.ADVANCE: ("cash", "advanced"),
    FundEntryKind.SETTLEMENT: ("advanced", "spent"),
    FundEntryKind.REFUND: ("advanced", "cash"),
    FundEntryKind.RETURN: ("cash", "county"),
}
"""Kind of entry → the account that gives, the account that receives."""

BY_HAND = (FundEntryKind.TOP_UP, FundEntryKind.RETURN, FundEntryKind.REFUND)
"""Kinds entered by finance officers; the others come from cases."""


def postings(kind: FundEntryKind, amount: Decimal) -> dict[str, Decimal]:
    """Return account → signed amount of an entry; the sum is zero."""
    giver, receiver = MOVES[kind]
    return {giver: -amount, receiver: amount}


def demand_amount(amount: Decimal) -> Decimal:
    """Return the amount with two places; raises unless it is positive and exact."""
    if not amount.is_finite() or amount <= 0 or amount != amount.quantize(_CENT):
        raise RuleBroken(reason=tr("金额应大于零，最多两位小数"), clause="C11")
    return amount.quantize(_CENT)


def demand_covered(cash: Decimal, advanced: Decimal, change: Mapping[str, Decimal]) -> None:
    """Raise if cash or advances would become negative."""
    if cash + change.get("cash", Decimal(0)) < 0:
        raise FundInsufficient(available=f"{cash:.2f}", needed=f"{-change['cash']:.2f}", clause="C11")
    if advanced + change.get("advanced", Decimal(0)) < 0:
        raise RuleBroken(
            reason=tr("待核销的先行救助只有 {advanced} 元，不足以冲减", advanced=f"{advanced:.2f}"),
            clause="C11",
        )


def demand_within_level(held: Decimal, added: Decimal, level: Decimal) -> None:
    """Raise if the county's money would exceed the fund's level."""
    room = max(level - held, Decimal(0))
    if added > room:
        raise RuleBroken(
            reason=tr(
                "备用金定额为 {level} 元，现有余额和待核销共 {held} 元，最多还能拨入 {room} 元",
                level=f"{level:.2f}",
                held=f"{held:.2f}",
                room=f"{room:.2f}",
            ),
            clause="C11",
        )


def demand_open(month: str, last_closed: str) -> None:
    """Raise if an entry would fall into a closed month."""
    if last_closed and month <= last_closed:
        raise FundMonthClosed(month=month, clause="C11")
