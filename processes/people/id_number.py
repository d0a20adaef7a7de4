"""The resident identity number: GB 11643, 17 digits and an ISO 7064 MOD 11-2 check character."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from processes.errors import IdNumberInvalid
from processes.policy import reading
from processes.texts import tr

_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_FIRST_GENERATION = re.compile(r"[0-9]{15}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
EARLIEST_YEAR = 1880


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A valid number and its content: birth date, sex, division of first registration."""

    number: str
    birth_on: date
    sex: str
    division: str


def check_character(seventeen: str) -> str:
    """Return the check character for 17 digits."""
    total = sum(int(d) * w for d, w in zip(seventeen, _WEIGHTS, strict=True))
    return _CHECKS[total % 11]


def read(text: str, today: date) -> IdNumber:
    """Parse the number in `text`; raises `IdNumberInvalid` with the reason."""
    number = reading.compact(text)
    if _FIRST_GENERATION.fullmatch(number):
        raise IdNumberInvalid(reason=tr("15 位身份证号自 2013 年起已停止使用，请填写 18 位号码"))
    if not _SHAPE.fullmatch(number):
        raise IdNumberInvalid(reason=tr("应为 18 位，前 17 位是数字，最后一位是数字或 X"))
    try:
        birth_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise IdNumberInvalid(reason=tr("第 7 至 14 位不是有效的出生日期")) from None
    if birth_on > today or birth_on.year < EARLIEST_YEAR:
        raise IdNumberInvalid(reason=tr("出生日期不在合理范围内"))
    if check_character(number[:17]) != number[17]:
        raise IdNumberInvalid(reason=tr("校验位不符，请对照证件核对每一位"))
    return IdNumber(number, birth_on, tr("男") if int(number[16]) % 2 else tr("女"), number[:6])


def compose(division: str, birth_on: date, serial: int) -> str:
    """Compose a valid number for fictitious people (odd serials are male): demo data and scenarios."""
    seventeen = f"{division[:6]}{birth_on:%Y%m%d}{serial % 1000:03d}"
    return seventeen + check_character(seventeen)
