"""What may be granted: pure checks of awards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from processes.errors import DoubleBenefit, DuplicateCase, RuleBroken
from processes.texts import tr


@dataclass(frozen=True, slots=True)
class Benefit:
    """A benefit that a person draws now."""

    person_id: int
    name: str
    programme: str
    programme_title: str
    programme_code: str
    case_number: str


def demand_no_double_benefit(standing: Iterable[Benefit], programme: str, excludes: Iterable[str]) -> None:
    """Raise if a member already draws this programme or one that excludes it (C40)."""
    barred = set(excludes)
    for benefit in standing:
        if benefit.programme == programme:
            case_note = (
                tr("（{case_number}）", case_number=benefit.case_number) if benefit.case_number else ""
            )
            reason = tr(
                "成员{name}已享受{programme_title}{case_note}",
                name=benefit.name,
                programme_title=benefit.programme_title,
                case_note=case_note,
            )
            raise DuplicateCase(reason=reason, clause="C40")
        if benefit.programme_code in barred:
            raise DoubleBenefit(name=benefit.name, benefit=benefit.programme_title, clause="C40")


def demand_amount(amount: Decimal) -> None:
    """Raise unless the monthly amount is positive."""
    if amount <= 0:
        raise RuleBroken(
            reason=tr("测算的月保障金不大于零，不能确认同意。请退回核实，或作出不予确认的决定"), clause="C40"
        )
