"""Verbs for statutory limits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from processes.cases import events
from processes.errors import RuleBroken, VerbParametersInvalid
from processes.policy.calendar import in_chinese
from processes.texts import tr
from processes.verbs.registry import Context, verb


def _undo_start(context: Context, result: Mapping[str, Any]) -> None:
    """Stop the limit of a stage together with it; the limit of the whole procedure continues."""
    rule = context.bundle.clocks.get(str(result["clock"]))
    if rule is not None and not rule.keeps_running:
        context.clocks.stop(rule.name)


def _undo_stop(context: Context, result: Mapping[str, Any]) -> None:
    """A step that is repeated gets its limit again, from today."""
    for name in result["stopped"]:
        context.clocks.start(name)


def _undo_suspend(context: Context, result: Mapping[str, Any]) -> None:
    """Resume only what was suspended then, not clocks suspended for another reason."""
    for name in result["suspended"]:
        context.clocks.resume(str(name))


def _undo_resume(context: Context, result: Mapping[str, Any]) -> None:
    """Suspend again only what was resumed then, not clocks that were running."""
    for name in result["resumed"]:
        context.clocks.suspend(str(name), tr("退回后重新办理"))


@verb(
    "clock.start", tr("时限开始"),
    tr("开始一项时限，自次日起算；since 可指定起算的前一日，days 可给出由决策表查得的期限。"),
    undo=_undo_start,
)  # fmt: skip
def start(context: Context, clock: str, since: Any = None, days: Decimal | None = None) -> dict[str, Any]:
    """Start a clock; returns its name, start and due date."""
    if clock not in context.bundle.clocks:
        raise VerbParametersInvalid(verb="clock.start", reason=tr("没有名为“{clock}”的时限", clock=clock))
    begun = day_of(since)
    if begun is not None and begun > context.clocks.today:
        raise RuleBroken(reason=tr("日期{begun}晚于今天，请核对", begun=in_chinese(begun)))
    row = context.clocks.start(clock, begun, None if days is None else int(days))
    events.append(
        context.uow, context.case, context.actor, "clock_started", row.title,
        due_on=row.due_on, budget=row.budget, unit=row.unit,
    )  # fmt: skip
    return {"clock": clock, "started_on": row.started_on, "due_on": row.due_on}


@verb("clock.stop", tr("时限结束"), tr("结束一项时限；clock 为 all 时结束全部。"), undo=_undo_stop)
def stop(context: Context, clock: str) -> dict[str, Any]:
    """Stop clocks; returns which."""
    return {"clock": clock, "stopped": [c.name for c in context.clocks.stop(clock)]}


@verb(
    "clock.suspend",
    tr("中止计时"),
    tr("自次日起不计入时限，须写明事由；clock 为 all 时中止全部。"),
    undo=_undo_suspend,
)
def suspend(context: Context, clock: str, reason: str, since: Any = None) -> dict[str, Any]:
    """Suspend clocks; returns which."""
    rows = context.clocks.suspend(clock, reason, day_of(since))
    for row in rows:
        events.append(context.uow, context.case, context.actor, "clock_suspended", row.title, reason=reason)
    return {"clock": clock, "suspended": [c.name for c in rows]}


@verb(
    "clock.resume", tr("恢复计时"), tr("恢复被中止的时限；until 可指定不计入的最后一日。"), undo=_undo_resume
)
def resume(context: Context, clock: str, until: Any = None) -> dict[str, Any]:
    """Resume clocks; returns which."""
    rows = context.clocks.resume(clock, day_of(until))
    for row in rows:
        events.append(context.uow, context.case, context.actor, "clock_resumed", row.title, due_on=row.due_on)
    return {"clock": clock, "resumed": [c.name for c in rows]}


def day_of(value: Any) -> date | None:
    """Return the day given by a form or expression, or None."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return date.fromisoformat(value)
    if isinstance(value, date):
        return value
    raise VerbParametersInvalid(verb="clock", reason=tr("日期不正确"))
