"""What may be entered into the book: a plausible value of the parameter's kind, an effective day, its document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from processes.errors import FormInvalid, Unreadable
from processes.policy import reading
from processes.policy.parameters import LIST, NUMBER, TRUTH, Parameter, Scalar, kind_of, shown
from processes.texts import tr

PLACES = 4
AHEAD_DAYS = 3 * 366
"""A value may begin at most three years ahead."""
PAST_DAYS = 366
"""An effective day further back than this needs confirmation."""
COUNTY_DIGITS = 6
FIRST_DAY = date(2000, 1, 1)
FACTOR = 5
"""A number that differs from the previous one by more than this factor needs confirmation."""
LONGEST_SOURCE, LONGEST_TEXT = 200, 200
_TRUTHS = {"是": True, "true": True, "1": True, "否": False, "false": False, "0": False}
_COUNTED = (
    tr("个工作日"), tr("工作日"), tr("个月"), tr("日"), tr("日历日"), tr("周岁"), tr("人"), tr("级"), tr("辆"), tr("套"), tr("家"), tr("次"), tr("分"), tr("小时")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A parsed entry."""

    value: Scalar
    since: date
    division: str
    source: str


def entry(
    parameter: Parameter, raw: dict[str, Any], before: Scalar | None, today: date, known_places: set[str]
) -> Entry:
    """Parse an entry; raises `FormInvalid` with a sentence at each field.

    `before` is the value in force there on that day; a value far from it, or a day far in the past, needs
    `confirmed`.
    """
    faults: dict[str, list[str]] = {}
    value: Scalar = ""
    since, source = today, ""
    division = reading.compact(raw.get("division", ""))
    if len(division) == COUNTY_DIGITS and division in known_places:
        division = ""  # the whole county is written in one way only: values under two would hide each other
    try:
        value = read(parameter, raw.get("value"))
    except Unreadable as fault:
        faults["value"] = [fault.reason]
    try:
        since = _since(raw.get("since"), today)
    except Unreadable as fault:
        faults["since"] = [fault.reason]
    try:
        source = _source(raw.get("source"))
    except Unreadable as fault:
        faults["source"] = [fault.reason]
    if division and division not in known_places:
        faults["division"] = [tr("没有这个区划代码；全县适用的不填")]
    if not faults and raw.get("confirmed") is not True:
        faults = unusual(parameter, value, before) | _long_ago(since, today)
    if faults:
        raise FormInvalid(faults)
    return Entry(value, since, division, source)


def read(parameter: Parameter, raw: Any) -> Scalar:
    """Parse a value of the parameter's kind; raises `Unreadable`."""
    text = reading.text(raw)
    if not text:
        raise Unreadable(reason=tr("请填写取值"))
    if parameter.kind == TRUTH:
        if text.lower() not in _TRUTHS:
            raise Unreadable(reason=tr("应填“是”或“否”"))
        return _TRUTHS[text.lower()]
    if parameter.kind == LIST:
        return tuple(_number(parameter, part) for part in text.replace("、", " ").replace("；", " ").split())
    if parameter.kind == NUMBER:
        return _number(parameter, text)
    if len(text) > LONGEST_TEXT:
        raise Unreadable(reason=tr("不能超过 {longest_text} 个字", longest_text=LONGEST_TEXT))
    return text


def _number(parameter: Parameter, raw: str) -> Decimal:
    unit = parameter.unit
    number = reading.number(raw, places=0 if unit in _COUNTED else 2 if "元" in unit else PLACES)
    if number < 0:
        raise Unreadable(reason=tr("不能小于 0"))
    if parameter.minimum is not None and number < parameter.minimum:
        raise Unreadable(reason=tr("不能小于 {minimum}", minimum=shown(parameter.minimum)))
    if number > reading.MAX_MONEY:
        raise Unreadable(reason=tr("数值过大"))
    if unit.startswith((tr("比例"), tr("占"))) and number > 1:
        raise Unreadable(reason=tr("比例应写作 0 至 1 之间的小数，例如 0.20"))
    return number


def unusual(parameter: Parameter, value: Scalar, before: Scalar | None) -> dict[str, list[str]]:
    """Return what should be checked twice, by field."""
    if not isinstance(value, Decimal) or not isinstance(before, Decimal) or not before:
        return {}
    if before / FACTOR <= value <= before * FACTOR and (value or not before):
        return {}
    warning = tr(
        "原为 {before} {unit}，相差很大；核对无误的，请勾选“已核对”后再提交",
        before=shown(before),
        unit=parameter.unit,
    )
    return {"value": [warning]}


def _long_ago(since: date, today: date) -> dict[str, list[str]]:
    if since >= today - timedelta(days=PAST_DAYS):
        return {}
    return {"since": [tr("生效日期在一年以前；核对无误的，请勾选“已核对”后再提交")]}


def differs(one: Scalar, other: Scalar) -> bool:
    """Return whether two values differ; `true` is not 1."""
    return kind_of(one) != kind_of(other) or one != other


def _since(raw: Any, today: date) -> date:
    since = reading.day(raw or "")
    if not FIRST_DAY <= since <= today + timedelta(days=AHEAD_DAYS):
        raise Unreadable(reason=tr("生效日期应在 {first_day} 以后、今后三年以内", first_day=FIRST_DAY))
    return since


def _source(raw: Any) -> str:
    source = reading.text(raw)
    if not source:
        raise Unreadable(reason=tr("请填写依据的文件名称和文号"))
    if len(source) > LONGEST_SOURCE:
        raise Unreadable(reason=tr("不能超过 {longest_source} 个字", longest_source=LONGEST_SOURCE))
    return source
