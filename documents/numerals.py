"""Numbers in official Chinese papers: amounts in capitals, dates, months."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
_GROUP = 4
_THOUSAND = 1000


def capitals(amount: Decimal | str) -> str:
    """Return an amount in yuan in capitals (人民币大写): `1284` → 壹仟贰佰捌拾肆元整.

    Raises ValueError below zero or from 10 to the 16th up.
    """
    value = Decimal(amount).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    if value < 0 or value >= Decimal(10) ** 16:
        raise ValueError("amount out of range")
    fen = int(value * 100)
    yuan, rest = divmod(fen, 100)
    integer_part = _integer(yuan) + "元" if yuan else ""
    return integer_part + _cents(rest, bool(yuan)) if fen else "零元整"


def _cents(rest: int, after_yuan: bool) -> str:
    if not rest:
        return "整"
    jiao, fen = divmod(rest, 10)
    zero = "零" if after_yuan and not jiao else ""
    return zero + (f"{_DIGITS[jiao]}角" if jiao else "") + (f"{_DIGITS[fen]}分" if fen else "整")


def _integer(number: int) -> str:
    groups: list[int] = []
    while number:
        number, group = divmod(number, 10**_GROUP)
        groups.append(group)
    text = ""
    gap = False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            gap = bool(text)
            continue
        if text and (gap or group < _THOUSAND):
            text += "零"
        text += _four(group) + _GROUPS[place]
        gap = False
    return text


def _four(group: int) -> str:
    text = ""
    gap = False
    for place in range(_GROUP - 1, -1, -1):
        digit = group // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return text


def chinese_date(text: str) -> str:
    """`2026-03-02` → 2026年3月2日; empty stays empty."""
    if not text:
        return ""
    day = date.fromisoformat(text[:10])
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_month(text: str) -> str:
    """`2026-05` → 2026年5月."""
    year, month = text.split("-")
    return f"{int(year)}年{int(month)}月"


def money(text: str) -> str:
    """`1284.00` → 1,284.00."""
    return f"{Decimal(text):,.2f}"
