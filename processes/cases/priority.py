"""Priority of steps: points by rules, with the reasons shown in every row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from processes.cases.models import NO_DUE_DATE, WorkItem
from processes.texts import tr

_RULES = ("overdue", "red", "yellow", "returned", "urged", "category", "waiting")
POINTS = tuple(f"desk.priority.{name}" for name in _RULES)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A step, or the values its points are computed from, with its points and their reasons."""

    item: WorkItem | Row[*tuple[Any, ...]]
    points: int
    reasons: tuple[str, ...]


def points_of(value: Callable[[str], Any]) -> dict[str, int]:
    """Return the points of each rule, from the parameters."""
    points = {name: value(f"desk.priority.{name}") for name in _RULES}
    return {name: int(v) if isinstance(v, Decimal) else 0 for name, v in points.items()}


def rank(
    item: WorkItem | Row[*tuple[Any, ...]], today: date, points: dict[str, int], waited_days: int
) -> Ranked:
    """Compute the points of a step today."""
    reasons: list[tuple[int, str]] = []
    if item.due_on != NO_DUE_DATE:
        late = (today - item.due_on).days
        if late > 0:
            reasons.append((points["overdue"], tr("超期 {late} 天", late=late)))
        elif today >= item.red_on:
            reasons.append((points["red"], tr("距截止 {late} 天", late=-late)))
        elif today >= item.yellow_on:
            reasons.append((points["yellow"], tr("距截止 {late} 天", late=-late)))
    if item.returned_reason:
        reasons.append((points["returned"], tr("退回重办")))
    if item.urged:
        reasons.append((points["urged"] * item.urged, tr("催办 {urged} 次", urged=item.urged)))
    if item.category:
        reasons.append((points["category"], tr("重点类别")))
    if waited_days > 0:
        reasons.append(
            (points["waiting"] * waited_days, tr("已等待 {waited_days} 天", waited_days=waited_days))
        )
    sentences = tuple(tr("{text}（+{n}）", text=text, n=n) for n, text in reasons if n)
    return Ranked(item, sum(n for n, _ in reasons), sentences)


def ordered(ranked: Iterable[Ranked]) -> list[Ranked]:
    """Sort by points, most first; equal ones by due date."""
    return sorted(ranked, key=lambda r: (-r.points, r.item.due_on, r.item.id))
