"""Verbs that draw lots: reproducible by anyone who knows the case number (C35)."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

from processes.cases import events
from processes.errors import VerbParametersInvalid
from processes.verbs.registry import Context, verb

_RANGE = 10_000


def lot(seed: str) -> Decimal:
    """A number in [0, 1) with four places, from the SHA-256 of the seed: equal for everyone."""
    value = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    return Decimal(value % _RANGE) / _RANGE


@verb(
    "draw.county_visit",
    "抽查入户",
    "近亲属备案和有异议的必查，其余按参数比例抽取；以办件编号为种子，可复核。",
)
def county_visit(context: Context, objection: bool) -> dict[str, Any]:
    """Whether the county visits this household, and why."""
    case = context.case
    rate = context.bundle.policy.value("draw.county_visit", context.clocks.today, case.division)
    if not isinstance(rate, Decimal):
        raise VerbParametersInvalid(verb="draw.county_visit", reason="抽查比例不是数字")
    drawn = lot(f"county_visit/{case.number}")
    relative = context.data.get("application", {}).get("relative_of_official") == "yes"
    if relative:
        reason = "近亲属备案，逐户核查"
    elif objection:
        reason = "公示期间有异议，必须核查"
    elif drawn < rate:
        reason = f"随机抽中（签号 {drawn}，抽查比例 {rate}）"
    else:
        reason = f"未抽中（签号 {drawn}，抽查比例 {rate}）"
    visit = relative or objection or drawn < rate
    events.append(context.uow, case, context.actor, "drawn", "县级入户抽查", visit=visit, reason=reason)
    return {"visit": visit, "reason": reason, "lot": drawn, "rate": rate}
