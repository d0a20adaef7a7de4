"""Titles and descriptions of the functions of the expression language, for the content reference and editors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from processes.texts import tr


@dataclass(frozen=True, slots=True)
class FunctionWords:
    """How a function is written, its Chinese title, and what it returns."""

    written: str
    title: str
    description: str


FUNCTIONS: Mapping[str, FunctionWords] = {
    "abs": FunctionWords("abs(number)", tr("绝对值"), "The number without its sign."),
    "add_days": FunctionWords("add_days(day, n)", tr("加天数"), "The day so many calendar days later."),
    "add_months": FunctionWords(
        "add_months(month, n)", tr("加月数"), "The month (`2026-03`) so many months later."
    ),
    "age": FunctionWords("age(birth, day)", tr("年龄"), "Completed years on a day."),
    "all": FunctionWords("all(values)", tr("全部成立"), "Whether every value of a list is true."),
    "any": FunctionWords("any(values)", tr("任一成立"), "Whether some value of a list is true."),
    "count": FunctionWords("count(values)", tr("个数"), "How many values a list has."),
    "date": FunctionWords("date(text)", tr("日期"), "The date written as `2026-03-02`."),
    "due": FunctionWords(
        "due(clock)",
        tr("到期时间"),
        "When a running clock falls due, suspensions counted; none if it does not run.",
    ),
    "get": FunctionWords(
        "get(data, name, otherwise)", tr("取值"), "A value by name, or `otherwise` where there is none."
    ),
    "len": FunctionWords("len(value)", tr("长度"), "Length of a text or a list."),
    "max": FunctionWords("max(a, b, …)", tr("最大值"), "The greatest of several numbers or of a list."),
    "min": FunctionWords("min(a, b, …)", tr("最小值"), "The least of several numbers or of a list."),
    "month_of": FunctionWords("month_of(day)", tr("所在月份"), "The month of a day, `2026-03`."),
    "months_after": FunctionWords("months_after(day, n)", tr("若干月后"), "The day so many months later."),
    "next_month": FunctionWords("next_month(day)", tr("次月"), "The month after that of a day."),
    "numeral": FunctionWords("numeral(number)", tr("中文数字"), tr("One to ten as 一 to 十.")),
    "param": FunctionWords(
        "param(name)",
        tr("参数"),
        "Value of a parameter for the place of the case, on the day of acceptance, or today before that.",
    ),
    "param_on": FunctionWords(
        "param_on(name, day)", tr("某日的参数"), "Value of a parameter on a given day."
    ),
    "round_down": FunctionWords(
        "round_down(number, step)", tr("向下取整"), "Down to a multiple of `step` (1)."
    ),
    "round_half_up": FunctionWords(
        "round_half_up(number, step)", tr("四舍五入"), "To the nearest multiple of `step` (0.01), halves up."
    ),
    "round_up": FunctionWords("round_up(number, step)", tr("向上取整"), "Up to a multiple of `step` (1)."),
    "sum": FunctionWords("sum(values)", tr("合计"), "The sum of a list of numbers."),
    "today": FunctionWords("today()", tr("当日"), "The civil date in China."),
}
"""By name; a test compares them with the existing functions."""
