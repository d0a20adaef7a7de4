"""Verbs that draw lots (C35)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from processes.cases import draws, events
from processes.errors import VerbParametersInvalid
from processes.policy.figures import figure
from processes.texts import tr
from processes.verbs.registry import Context, verb

COUNTY_VISIT = "county_visit"


@verb(
    "draw.county_visit",
    tr("抽查入户"),
    tr(
        "近亲属备案和有异议的必查，其余按参数比例抽取；签号由每日封存、两个部门事先承诺的抽签数和办件编号得出，公开后可复核。"
    ),
)
def county_visit(context: Context, objection: bool) -> dict[str, Any]:
    """Return whether the county visits this household, and why."""
    case = context.case
    rate = context.bundle.policy.value("draw.county_visit", context.clocks.today, case.division)
    if not isinstance(rate, Decimal):
        raise VerbParametersInvalid(verb="draw.county_visit", reason=tr("抽查比例不是数字"))
    row = draws.draw(context.uow, case, COUNTY_VISIT, rate)
    relative = context.data.get("application", {}).get("relative_of_official") == "yes"
    if relative:
        reason = tr("近亲属备案，逐户核查")
    elif objection:
        reason = tr("公示期间有异议，必须核查")
    elif row.round_id is None:
        reason = tr("没有两个部门事先承诺的抽签数，逐户核查")
    else:
        drawn = tr("本件随机抽中") if row.is_chosen else tr("本件未抽中")
        percent = figure(Decimal(row.rate) * 100)
        reason = tr(
            "{drawn}（抽查比例 {percent}%，第 {round_id} 轮随机数 {lot}）",
            drawn=drawn,
            percent=percent,
            round_id=row.round_id,
            lot=row.lot,
        )
    visit = relative or objection or row.is_chosen
    row.because = reason
    events.append(
        context.uow, case, context.actor, "drawn", tr("县级入户抽查"),
        visit=visit, reason=reason, round=row.round_id, seal=row.seal, lot=row.lot,
    )  # fmt: skip
    lot = Decimal(row.lot) if row.lot else None
    return {"visit": visit, "reason": reason, "lot": lot, "rate": Decimal(row.rate)}
