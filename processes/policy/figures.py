"""Numbers formatted for sentences: thousands separated, fen only if there are any."""

from __future__ import annotations

from decimal import Decimal

_FEN = Decimal("0.01")
_LONG = 4


def amount(value: Decimal) -> str:
    """Format yuan with two places: 1,500.00."""
    return f"{value:,.2f}"


def figure(value: Decimal) -> str:
    """Format a number exactly and as short as possible: 768, 0.2, 2,764.80; beyond four places with an ellipsis."""
    if value == value.to_integral_value():
        return f"{value:,.0f}"
    if abs(value) >= 1 and value == value.quantize(_FEN):
        return amount(value)
    rounded = round(value, _LONG)
    text = f"{rounded.normalize():,f}"
    return text if rounded == value else f"{text}…"
