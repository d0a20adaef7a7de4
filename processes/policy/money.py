"""Money: Decimal yuan, rounded only by a named rule."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
YUAN = Decimal(1)


def round_up(amount: Decimal, unit: Decimal = YUAN) -> Decimal:
    """Round up to a multiple of `unit` (见角进元); an exact multiple stays."""
    return _in_units(amount, unit, ROUND_CEILING)


def round_down(amount: Decimal, unit: Decimal = YUAN) -> Decimal:
    """Round down to a multiple of `unit`."""
    return _in_units(amount, unit, ROUND_FLOOR)


def round_half_up(amount: Decimal, unit: Decimal = FEN) -> Decimal:
    """Round to the nearest `unit`, halves upwards (四舍五入)."""
    return _in_units(amount, unit, ROUND_HALF_UP)


def to_fen(amount: Decimal) -> Decimal:
    """Return an amount with exactly two places, as stored and printed."""
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)


def _in_units(amount: Decimal, unit: Decimal, rounding: str) -> Decimal:
    return (amount / unit).quantize(Decimal(1), rounding=rounding) * unit
