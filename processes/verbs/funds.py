"""Verbs on one-off relief and the petty fund (C09–C12)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from processes.access.scope import township_of
from processes.cases import clocks, events
from processes.errors import FundInsufficient
from processes.relief import fund_actions, payments
from processes.verbs.clocks import day_of
from processes.verbs.registry import Context, verb


def _undo_payment(context: Context, result: Mapping[str, Any]) -> None:
    if not result.get("paid"):
        return
    fund_actions.make_void(context.uow, context.actor, context.case, str(result["question"]))
    payments.withdraw(context.uow, context.case, str(result["question"]))
    events.append(context.uow, context.case, context.actor, "relief_withdrawn", "撤回救助金")


@verb(
    "relief.check", "查重和累计",
    "查同一家庭以往的临时救助：同一事件是否已救助、本年累计金额、是否有拆分情形。",
)  # fmt: skip
def check(
    context: Context, event: str, event_on: Any, amount: Decimal, same_event_months: Decimal,
    split_days: Decimal, limit: Decimal,
) -> dict[str, Any]:  # fmt: skip
    """What the register says of earlier relief; proposes nothing and decides nothing (C40)."""
    found = payments.check(
        context.uow.session,
        context.case,
        event,
        day_of(event_on),
        int(same_event_months),
        context.clocks.today,
    )
    split = payments.looks_split(
        context.uow.session, context.case, int(split_days), context.clocks.today, amount, limit
    )
    if split:
        events.append(context.uow, context.case, context.actor, "split_flagged", "疑似拆分申请")
    return {**found, "split": split}


@verb(
    "fund.advance", "备用金先行支付",
    "从乡镇备用金先行支付；有逾期未补手续的（blocked）、余额不足的（insufficient）不支付，由图中分支处理。",
    undo=_undo_payment, decides=True,
)  # fmt: skip
def advance(
    context: Context, amount: Decimal, event: str, event_on: Any = None, released: bool = False
) -> dict[str, Any]:
    """Pay out of the fund of the case's township; answers whether it was paid, else why not."""
    overdue = [] if released else clocks.barring(
        context.uow.session, township_of(context.case.division), context.clocks.today, context.case.id
    )  # fmt: skip
    if overdue:
        events.append(
            context.uow, context.case, context.actor, "advance_barred", "备用金支付", cases="、".join(overdue)
        )
        return {"paid": False, "reason": "blocked", "cases": overdue}
    try:
        entry = fund_actions.advance(context.uow, context.actor, context.case, context.question, amount)
    except FundInsufficient as fault:
        events.append(context.uow, context.case, context.actor, "advance_refused", fault.message)
        return {"paid": False, "reason": "insufficient", "cases": []}
    payments.grant(context.uow, context.case, context.question, event, day_of(event_on), entry.amount, "fund")
    events.append(
        context.uow, context.case, context.actor, "advance_paid", "先行救助", amount=entry.amount,
        serial=entry.serial,
    )  # fmt: skip
    return {
        "paid": True, "reason": "", "cases": [], "amount": entry.amount, "serial": entry.serial,
        "question": context.question, "on": entry.booked_on,
    }  # fmt: skip


def _undo_settle(context: Context, result: Mapping[str, Any]) -> None:
    if result.get("settled"):
        fund_actions.make_void(context.uow, context.actor, context.case, str(result["question"]))


@verb("fund.settle", "备用金核销", "补办手续完成后，核销本办件先行支付的金额。", undo=_undo_settle)
def settle(context: Context) -> dict[str, Any]:
    """Account for what was advanced; answers whether there was anything."""
    entry = fund_actions.settle(context.uow, context.actor, context.case, context.question)
    if entry is None:
        return {"settled": False}
    events.append(
        context.uow, context.case, context.actor, "advance_settled", "备用金核销", amount=entry.amount,
        serial=entry.serial,
    )  # fmt: skip
    return {"settled": True, "question": context.question, "amount": entry.amount}


@verb("relief.pay", "发放临时救助金", "由县级通过银行一次性发放救助金。", undo=_undo_payment, decides=True)
def pay(context: Context, amount: Decimal, event: str, event_on: Any = None) -> dict[str, Any]:
    """Record a one-off relief that is paid through the bank."""
    row = payments.grant(context.uow, context.case, context.question, event, day_of(event_on), amount, "bank")
    events.append(context.uow, context.case, context.actor, "relief_granted", "临时救助", amount=row.amount)
    return {"paid": True, "amount": row.amount, "question": context.question, "on": row.granted_on}
