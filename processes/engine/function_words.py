"""Titles and descriptions of the functions of the expression language, for the content reference and editors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FunctionWords:
    """How a function is written, its Chinese title, and what it returns."""

    written: str
    title: str
    description: str


FUNCTIONS: Mapping[str, FunctionWords] = {
    "abs": FunctionWords("abs(number)", "绝对值", "The number without its sign."),
    "add_days": FunctionWords("add_days(day, n)", "加天数", "The day so many calendar days later."),
    "add_months": FunctionWords(
        "add_months(month, n)", "加月数", "The month (`2026-03`) so many months later."
    ),
    "age": FunctionWords("age(birth, day)", "年龄", "Completed years on a day."),
    "all": FunctionWords("all(values)", "全部成立", "Whether every value of a list is true."),
    "any": FunctionWords("any(values)", "任一成立", "Whether some value of a list is true."),
    "count": FunctionWords("count(values)", "个数", "How many values a list has."),
    "date": FunctionWords("date(text)", "日期", "The date written as `2026-03-02`."),
    "due": FunctionWords(
        "due(clock)",
        "到期时间",
        "When a running clock falls due, suspensions counted; none if it does not run.",
    ),
    "get": FunctionWords(
        "get(data, name, otherwise)", "取值", "A value by name, or `otherwise` where there is none."
    ),
    "len": FunctionWords("len(value)", "长度", "Length of a text or a list."),
    "max": FunctionWords("max(a, b, …)", "最大值", "The greatest of several numbers or of a list."),
    "min": FunctionWords("min(a, b, …)", "最小值", "The least of several numbers or of a list."),
    "month_of": FunctionWords("month_of(day)", "所在月份", "The month of a day, `2026-03`."),
    "months_after": FunctionWords("months_after(day, n)", "若干月后", "The day so many months later."),
    "next_month": FunctionWords("next_month(day)", "次月", "The month after that of a day."),
    "numeral": FunctionWords("numeral(number)", "中文数字", "One to ten as 一 to 十."),
    "param": FunctionWords(
        "param(name)",
        "参数",
        "Value of a parameter for the place of the case, on the day of acceptance, or today before that.",
    ),
    "param_on": FunctionWords("param_on(name, day)", "某日的参数", "Value of a parameter on a given day."),
    "round_down": FunctionWords("round_down(number, step)", "向下取整", "Down to a multiple of `step` (1)."),
    "round_half_up": FunctionWords(
        "round_half_up(number, step)", "四舍五入", "To the nearest multiple of `step` (0.01), halves up."
    ),
    "round_up": FunctionWords("round_up(number, step)", "向上取整", "Up to a multiple of `step` (1)."),
    "sum": FunctionWords("sum(values)", "合计", "The sum of a list of numbers."),
    "today": FunctionWords("today()", "当日", "The civil date in China."),
}
"""By name; a test compares them with the existing functions."""
