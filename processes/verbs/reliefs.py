"""Verbs for one-off relief: searching earlier ones of the same people, and payment through the bank (C09,
C12, C40)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from processes.cases import events
from processes.errors import ParameterMissing, RuleBroken, VerbParametersInvalid
from processes.relief import claims, fund_actions, payments, seals
from processes.relief.claim_rules import Terms
from processes.texts import tr
from processes.verbs.clocks import day_of
from processes.verbs.registry import Context, verb

_WHY = {
    claims.SAME_EVENT: tr("可能与办件 {cases} 为同一事件，须由县级说明理由审批后发放"),
    claims.SPLIT: tr("与办件 {cases} 合计超过乡镇审批额度，须由县级说明理由审批后发放"),
    claims.LIMIT: tr("金额超过乡镇审批额度，须由县级审批后发放"),
    claims.CEILING: tr("本年已救助金额加上本次金额超过年度限额，请重新核定金额"),
}


def undo_payment(context: Context, result: Mapping[str, Any]) -> None:
    """Undo a payment: the fund's entry is reversed, the relief stays as withdrawn."""
    if not result.get("paid"):
        return
    fund_actions.make_void(context.uow, context.actor, context.case, str(result["question"]))
    payments.withdraw(context.uow, context.case, str(result["question"]))
    events.append(
        context.uow, context.case, context.actor, "relief_withdrawn", tr("撤回救助金"),
        question=str(result["question"]),
    )  # fmt: skip


@verb(
    "relief.check", tr("查重和累计"),
    tr("按人查以往和正在办理的临时救助：是否可能为同一事件、本年累计金额、是否有拆分情形。支出型写明 bills_from、bills_until（票据起止日）和 people（支出属于谁）。"),
)  # fmt: skip
def check(
    context: Context, event: str, event_on: Any, amount: Decimal, same_event_months: Decimal,
    split_days: Decimal, limit: Decimal, bills_from: Any = None, bills_until: Any = None, people: Any = None,
) -> dict[str, Any]:  # fmt: skip
    """Return what the register says of reliefs of the same people; suggests and decides nothing (C40)."""
    claim_event = _event(event, event_on, bills_from, bills_until, people)
    terms = Terms(int(same_event_months), int(split_days), limit)
    findings = claims.ask(context.uow, context.case, context.items, claim_event, amount, terms)
    if findings.numbers:
        kind = "split_flagged" if findings.together and not findings.same else "same_event_flagged"
        events.append(
            context.uow, context.case, context.actor, kind, tr("疑似拆分申请") if kind == "split_flagged" else tr("可能为同一事件"),
            cases=findings.numbers,
        )  # fmt: skip
    given = [a.given_on for a in findings.same if a.given_on is not None]
    return {
        "same_event": bool(findings.same), "same_event_on": max(given) if given else None,
        "split": bool(findings.together), "cases": findings.numbers,
        "year_total": findings.year_total, "year_count": Decimal(findings.year_count),
    }  # fmt: skip


@verb(
    "relief.pay", tr("发放临时救助金"),
    tr("由县级通过银行一次性发放救助金。发放时再次按人查重；answers 为真时不能发放的作答（recheck），否则拒绝办理。"),
    undo=undo_payment, needs_decision=True,
)  # fmt: skip
def pay(
    context: Context, amount: Decimal, event: str, event_on: Any = None, reason: str = "",
    ceiling: Decimal | None = None, answers: bool = False, bills_from: Any = None, bills_until: Any = None,
    people: Any = None,
) -> dict[str, Any]:  # fmt: skip
    """Record a one-off relief that is paid through the bank."""
    claim_event = _event(event, event_on, bills_from, bills_until, people)
    why, cases = objection(context, claim_event, amount, reason, ceiling)
    if why and not answers:
        raise RuleBroken(reason=_WHY[why].format(cases=tr("、").join(cases)), clause="C12")
    if why:
        return refused(context, why, cases)
    row = payments.grant(context.uow, context.case, context.question, event, day_of(event_on), amount, "bank")
    events.append(
        context.uow, context.case, context.actor, "relief_granted", tr("临时救助"), amount=row.amount,
        question=row.question, seal=seals.of_payment(row),
    )  # fmt: skip
    return {
        "paid": True,
        "recheck": False,
        "amount": row.amount,
        "question": context.question,
        "on": row.granted_on,
    }


def objection(
    context: Context, told: claims.Event, amount: Decimal, reason: str, ceiling: Decimal | None
) -> tuple[str, list[str]]:
    """Return why an amount may not be paid now (see `claims.objection`)."""
    return claims.objection(
        context.uow, context.case, context.items, told, amount, _terms(context), str(reason or ""), ceiling
    )


def refused(context: Context, why: str, cases: list[str]) -> dict[str, Any]:
    """Return the result for a payment that was refused: the case must be checked again."""
    sentence = _WHY[why].format(cases=tr("、").join(cases))
    events.append(context.uow, context.case, context.actor, "payment_stopped", sentence, why=why, cases=cases)
    return {"paid": False, "reason": why, "cases": cases, "recheck": True}


def event_of(event: str, event_on: Any) -> claims.Event:
    """Return an event and its day from the values of a diagram."""
    return _event(event, event_on, None, None, None)


def _event(event: str, event_on: Any, bills_from: Any, bills_until: Any, people: Any) -> claims.Event:
    since, until = day_of(bills_from), day_of(bills_until)
    if (since is None) != (until is None) or (since is not None and until is not None and until < since):
        raise VerbParametersInvalid(verb="relief.check", reason=tr("票据的起止日期不正确"))
    bills = None if since is None or until is None else (since, until)
    return claims.Event(event, day_of(event_on), bills, tuple(int(p) for p in people or ()))


def _terms(context: Context) -> Terms:
    """The county's current parameters; a programme without a township's limit has none."""

    def value(name: str) -> Decimal | None:
        try:
            found = context.bundle.policy.value(name, context.clocks.today, context.case.division)
        except ParameterMissing:
            return None
        return found if isinstance(found, Decimal) else None

    return Terms(
        int(value("relief.same_event_months") or 0),
        int(value("relief.split_days") or 0),
        value("relief.township_limit"),
    )
