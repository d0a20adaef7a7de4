"""Verbs for the petty fund: relief before the paper, and its settlement (C10, C11)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from processes.access.scope import township_of
from processes.cases import clocks, events
from processes.errors import FundInsufficient
from processes.relief import fund_actions, payments, seals
from processes.texts import tr
from processes.verbs.clocks import day_of
from processes.verbs.registry import Context, verb
from processes.verbs.reliefs import event_of, objection, refused, undo_payment


@verb(
    "fund.advance", tr("备用金先行支付"),
    tr("从乡镇备用金先行支付；支付时再次按人查重，须重新审核的（recheck）、有逾期未补手续的（blocked）、余额不足的（insufficient）不支付，由图中分支处理。"),
    undo=undo_payment, decides=True, needs_decision=True,
)  # fmt: skip
def advance(
    context: Context, amount: Decimal, event: str, event_on: Any = None, released: bool = False,
    reason: str = "", ceiling: Decimal | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Pay from the fund of the case's township; returns whether it was paid, else why not."""
    why, others = objection(context, event_of(event, event_on), amount, reason, ceiling)
    if why:
        return refused(context, why, others)
    overdue = [] if released else clocks.blocking_advances(
        context.uow.session, township_of(context.case.division), context.clocks.today, context.case.id
    )  # fmt: skip
    if overdue:
        events.append(
            context.uow,
            context.case,
            context.actor,
            "advance_barred",
            tr("备用金支付"),
            cases=tr("、").join(overdue),
        )
        return {"paid": False, "reason": "blocked", "cases": overdue, "recheck": False}
    try:
        entry = fund_actions.advance(context.uow, context.actor, context.case, context.question, amount)
    except FundInsufficient as fault:
        events.append(context.uow, context.case, context.actor, "advance_refused", fault.message)
        return {"paid": False, "reason": "insufficient", "cases": [], "recheck": False}
    row = payments.grant(
        context.uow, context.case, context.question, event, day_of(event_on), entry.amount, "fund"
    )
    events.append(
        context.uow, context.case, context.actor, "advance_paid", tr("先行救助"), amount=entry.amount,
        serial=entry.serial, question=context.question, seal=seals.of_payment(row),
    )  # fmt: skip
    return {
        "paid": True, "reason": "", "cases": [], "recheck": False, "amount": entry.amount, "serial": entry.serial,
        "question": context.question, "on": entry.booked_on,
    }  # fmt: skip


def _undo_settle(context: Context, result: Mapping[str, Any]) -> None:
    if result.get("settled"):
        fund_actions.make_void(context.uow, context.actor, context.case, str(result["question"]))


@verb("fund.settle", tr("备用金核销"), tr("补办手续完成后，核销本办件先行支付的金额。"), undo=_undo_settle)
def settle(context: Context) -> dict[str, Any]:
    """Account for what was advanced; returns whether there was anything."""
    entry = fund_actions.settle(context.uow, context.actor, context.case, context.question)
    if entry is None:
        return {"settled": False}
    events.append(
        context.uow, context.case, context.actor, "advance_settled", tr("备用金核销"), amount=entry.amount,
        serial=entry.serial,
    )  # fmt: skip
    return {"settled": True, "question": context.question, "amount": entry.amount}
