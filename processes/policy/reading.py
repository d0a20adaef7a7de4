"""Parsing of typed or pasted input: names, numbers, money, dates, search words.

Every form, import, command and search box uses these functions, so that an entry means the same everywhere
and what is stored is canonical: NFC, ASCII digits, no invisible characters, no surrounding blanks. Each
function raises `Unreadable` with a sentence for the field.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from processes.errors import Unreadable
from processes.policy.periods import Month
from processes.texts import tr

LONGEST_SEARCH = 60
LARGEST_KEY = 2**63 - 1
"""The largest row id in either database."""
MAX_MONEY = Decimal("99999999.99")
MONEY_PLACES = 2
_MAX_DIGITS = 15
_NO_NUMBER = tr("应为数字，例如 12000 或 350.50")
_WIDE = {0xFF10 + n: 0x30 + n for n in range(10)} | {
    base + n: plain + n for base, plain in ((0xFF21, 0x41), (0xFF41, 0x61)) for n in range(26)
}
"""Full-width digits and letters; circled, superscript and other digits are not accepted."""
_NUMBER_SIGNS = _WIDE | str.maketrans({"，": ",", "．": ".", "－": "-", "−": "-"})
_PHONE_SIGNS = _WIDE | str.maketrans({"－": "-", "＋": "+", "（": "", "）": "", "(": "", ")": ""})
_DATE_SIGNS = _WIDE | str.maketrans(
    {"年": "-", "月": "-", "日": "", "/": "-", ".": "-", "．": "-", "－": "-", "／": "-"}
)
_DOTS = str.maketrans(dict.fromkeys("・•‧∙⋅･●", "·"))
_UNSEEN = frozenset({"Cf", "Cc"})
_BETWEEN_HAN = re.compile(r"(?<=[^\x00-\x7f]) +(?=[^\x00-\x7f])")
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_GROUPED = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_SCIENTIFIC = re.compile(r"[+-]?[0-9.,]+[eE][+-]?[0-9]+")
_YEARS = range(1800, 3000)
_MONTHS = range(1, 13)
_MONTH = re.compile(r"([0-9]{4})-([0-9]{1,2})")
_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_DAY_RUN_TOGETHER = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_ACCOUNT = re.compile(r"[0-9]{8,32}")
_PHONE = re.compile(r"\+?[0-9][0-9\-]{4,18}[0-9]")


def broken(text: str) -> str:
    """Return why a text cannot be stored at all (lone surrogate, NUL), or "" if it can."""
    if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
        return tr("含有无法识别的字符，请删除后重新输入")
    return ""


def faults_within(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Return path (`members.0.name`) and sentence for every text in nested plain values that cannot be stored."""
    if isinstance(value, str):
        if sentence := broken(value):
            yield place, sentence
    elif isinstance(value, dict):
        for key, inner in value.items():
            if broken(str(key)):
                yield place, broken(str(key))
            else:
                yield from faults_within(inner, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from faults_within(inner, f"{place}.{n}" if place else str(n))


def text(raw: Any, lines: bool = False) -> str:
    """Remove invisible characters; every kind of blank becomes a space; keep line breaks if `lines`."""
    value = "" if raw is None else str(raw)
    if sentence := broken(value):
        raise Unreadable(reason=sentence)
    value = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    if value.isascii() and value.isprintable():
        return value.strip()
    kept = (_visible(c, lines) for c in value)
    return "".join(kept).strip()


def _visible(character: str, lines: bool) -> str:
    if character == "\n" and lines:
        return character
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in _UNSEEN else character


def name(raw: Any, longest: int = 60) -> str:
    """Parse a person's name: no blanks between Chinese characters, one kind of middle dot (买买提·艾力)."""
    value = text(raw).translate(_WIDE).translate(_DOTS)
    value = _BETWEEN_HAN.sub("", " ".join(value.split()))
    if not value:
        raise Unreadable(reason=tr("请填写此项"))
    if not any(c.isalpha() for c in value):
        raise Unreadable(reason=tr("姓名应含有文字"))
    if len(value) > longest:
        raise Unreadable(reason=tr("不能超过 {longest} 个字", longest=longest))
    return value


def compact(raw: Any) -> str:
    """Normalise a code printed on a document: ASCII digits, capitals, no blanks."""
    return "".join(text(raw).translate(_WIDE).split()).upper()


def whole(raw: Any, least: int = 0, most: int = LARGEST_KEY) -> int:
    """Parse a whole number within limits; plain digits only."""
    value = _digits(raw)
    if not re.fullmatch(r"-?[0-9]{1,19}", value):
        raise Unreadable(reason=tr("应为整数"))
    number = int(value)
    if not least <= number <= most:
        raise Unreadable(
            reason=tr("数字超出范围")
            if most == LARGEST_KEY
            else tr("应在 {least} 至 {most} 之间", least=least, most=most)
        )
    return number


def _digits(raw: Any) -> str:
    if isinstance(raw, bool) or not isinstance(raw, int | str | Decimal):
        raise Unreadable(reason=_NO_NUMBER)
    return "".join(text(raw).translate(_NUMBER_SIGNS).split())


def number(raw: Any, places: int = MONEY_PLACES) -> Decimal:
    """Parse a number as people write it: digits, one point, commas between thousands; never `1e5`."""
    value = _digits(raw)
    if _SCIENTIFIC.fullmatch(value):
        raise Unreadable(reason=tr("请写出完整的数字，例如 100000，不用科学记数法"))
    if not (_PLAIN.fullmatch(value) or _GROUPED.fullmatch(value)):
        raise Unreadable(reason=_NO_NUMBER)
    before, _, after = value.replace(",", "").partition(".")
    if len(before.lstrip("-0")) > _MAX_DIGITS:
        raise Unreadable(reason=tr("数字过大"))
    after = after.rstrip("0") if len(after) > places else after
    if len(after) > places:
        raise Unreadable(reason=tr("最多保留 {places} 位小数", places=places) if places else tr("应为整数"))
    read = Decimal(f"{before}.{after}" if after else before)
    return read if read else abs(read)


def money(raw: Any, most: Decimal = MAX_MONEY, least: Decimal = Decimal(0)) -> Decimal:
    """Parse yuan with at most two places, not below `least`; a leading `￥` and a trailing `元` are ignored."""
    value = raw
    if isinstance(raw, str):
        value = text(raw).removeprefix("￥").removeprefix("¥").removeprefix("人民币").removesuffix("元")
    read = number(value)
    if read < least or read > most:
        raise Unreadable(reason=tr("金额应在 {least} 至 {most} 之间", least=least, most=most))
    return read


def day(raw: Any) -> date:
    """Parse a date: 2026-03-02, 2026/3/2, 2026.3.2, 2026年3月2日 or 20260302, within the supported years."""
    if isinstance(raw, date):
        return raw
    value = "".join(text(raw).translate(_DATE_SIGNS).split())
    match = _DAY.fullmatch(value) or _DAY_RUN_TOGETHER.fullmatch(value)
    try:
        if match is not None:
            parsed = date(*(int(part) for part in match.groups()))
            if (
                parsed.year not in _YEARS
            ):  # The first and the last day have no neighbour, and no instant in UTC.
                raise ValueError
            return parsed
    except ValueError:
        raise Unreadable(reason=tr("没有这一天，请核对日期")) from None
    raise Unreadable(reason=tr("日期应写作 2026-03-02 的形式"))


def month(raw: Any) -> Month:
    """Parse a month, 2026-03 or 2026年3月, within the supported years, as must be the months beside it."""
    value = "".join(text(raw).translate(_DATE_SIGNS).split()).rstrip("-")
    match = _MONTH.fullmatch(value)
    if match is None or int(match.group(2)) not in _MONTHS:
        raise Unreadable(reason=tr("月份应写作 2026-03 的形式"))
    if int(match.group(1)) not in _YEARS:
        raise Unreadable(reason=tr("没有这个月份，请核对年份"))
    return Month(int(match.group(1)), int(match.group(2)))


def account(raw: Any) -> str:
    """Parse a bank account: digits only; blanks and hyphens are ignored (some passbooks have no check digit)."""
    value = compact(raw).replace("-", "").replace("－", "")
    if not _ACCOUNT.fullmatch(value):
        raise Unreadable(reason=tr("银行账号只能是 8 至 32 位数字，不含姓名、字母"))
    return value


def phone(raw: Any) -> str:
    """Parse a telephone number: digits with an optional area code; empty stays empty."""
    value = "".join(text(raw).translate(_PHONE_SIGNS).split())
    if value and not _PHONE.fullmatch(value):
        raise Unreadable(reason=tr("请填写手机号码或带区号的固定电话"))
    return value


def search_word(raw: Any) -> str:
    """Normalise a search word as names and numbers are stored, shortened; what cannot be stored matches nothing."""
    value = "" if raw is None else str(raw)
    if broken(value):
        value = "".join(c for c in value if not broken(c))
    value = text(value).translate(_WIDE).translate(_DOTS)
    return _BETWEEN_HAN.sub("", " ".join(value.split()))[:LONGEST_SEARCH]
