"""Explains lines of a calculation sheet as Chinese sentences, with titles and numbers in place of names.

The expression explained is the one that was computed; nothing here computes by other means.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from processes.engine import expressions
from processes.engine.arithmetic import Reading, each, line_of
from processes.engine.expressions import Expression
from processes.engine.sheets import Line, Sheet
from processes.errors import ExpressionFailed
from processes.policy import values
from processes.policy.figures import amount, figure
from processes.texts import tr

_SIGNS: Mapping[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "−", ast.Mult: "×", ast.Div: "÷", ast.FloorDiv: tr("整除"), ast.Mod: tr("取余"), ast.Lt: "＜",
    ast.LtE: "≤", ast.Gt: "＞", ast.GtE: "≥", ast.Eq: "=", ast.NotEq: "≠", ast.In: tr("属于"), ast.NotIn: tr("不属于"),
    ast.Is: "=", ast.IsNot: "≠",
}  # fmt: skip
_WEAK = (ast.Add, ast.Sub)
_ROUNDINGS = {"round_up": tr("向上进到"), "round_down": tr("向下舍到"), "round_half_up": tr("四舍五入到")}
_TOTALS = {
    "sum": tr("各成员合计"),
    "count": tr("人数"),
    "any": tr("有成员符合"),
    "all": tr("成员都符合"),
    "len": tr("个数"),
}
_FEN = "0.01"


@dataclass(frozen=True, slots=True)
class Used:
    """A parameter that was read: its name, its effective day (None: the day of the case), its value."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """A line explained: title, result, sentence, one detail a member, parameters used, article, source code."""

    name: str
    title: str
    result: str
    sentence: str
    members: tuple[tuple[str, str], ...]
    parameters: tuple[Used, ...]
    article: str
    code: str


@dataclass(slots=True)
class Words:
    """How values are named: people by their row, data by their last name, choices by value, parameters by
    name."""

    people: Mapping[int, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    parameters: Callable[[str], str] = str


def of_sheet(reading: Reading, sheet_id: str, words: Words) -> list[ExplainedLine]:
    """Explain every line of a computed sheet, hidden ones too, in the order of the sheet."""
    sheet, computed = reading.sheets.get(sheet_id), reading.data.get(sheet_id)
    if sheet is None or not isinstance(computed, Mapping):
        return []
    return [_Speaker(reading, sheet, words).line(one) for one in sheet.lines if one.name in computed]


class _Speaker:
    """Explains one line."""

    def __init__(self, reading: Reading, sheet: Sheet, words: Words) -> None:
        self.reading, self.sheet, self.words = reading, sheet, words
        self.used: dict[str, Used] = {}
        self.members: list[tuple[str, str]] = []

    def line(self, line: Line) -> ExplainedLine:
        names = {**self.reading.data, **self.reading.data[self.sheet.id]}
        value = names[line.name]
        try:
            sentence = self.say(line.formula.tree, names)
        except ExpressionFailed as fault:
            sentence = tr("（{message}）", message=fault.message)
        return ExplainedLine(
            line.name, line.title, result(value, line.unit), sentence, tuple(self.members), tuple(self.used.values()),
            line.article, line.formula.source,
        )  # fmt: skip

    def say(self, node: ast.expr, names: Mapping[str, Any]) -> str:
        """Write an expression in words and numbers."""
        match node:
            case ast.IfExp():
                holds = bool(self.value(node.test, names))
                return self.say(node.body if holds else node.orelse, names)
            case ast.BinOp():
                return self._operation(node, names)
            case ast.Compare():
                parts = [self.say(node.left, names)]
                for sign, right in zip(node.ops, node.comparators, strict=True):
                    parts += [_SIGNS[type(sign)], self.say(right, names)]
                return tr(" ").join(parts)
            case ast.BoolOp():
                return self._joined(node, names)
            case ast.UnaryOp():
                return tr(
                    "{Not}（{names}）",
                    Not=tr("不符合") if isinstance(node.op, ast.Not) else "−",
                    names=self.say(node.operand, names),
                )
            case ast.Call(func=ast.Name(id=name)):
                return self._call(name, node, names)
            case ast.List() | ast.Tuple():
                return tr("、").join(self.say(e, names) for e in node.elts)
            case ast.ListComp() | ast.GeneratorExp():
                self._each(node, names)
                return self._value_said(self.value(node, names))
        return self._named(node, names)

    def _joined(self, node: ast.BoolOp, names: Mapping[str, Any]) -> str:
        """Join conditions; leave out an alternative that reads an empty list."""
        if isinstance(node.op, ast.And):
            return tr("，且 ").join(self.say(v, names) for v in node.values)
        conditions = [v for v in node.values if not self._looks_into_nothing(v, names)] or node.values[:1]
        return tr("，或 ").join(self.say(v, names) for v in conditions)

    def _looks_into_nothing(self, node: ast.expr, names: Mapping[str, Any]) -> bool:
        is_look = isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In)
        return is_look and self.value(cast(ast.Compare, node).comparators[0], names) == []

    def _operation(self, node: ast.BinOp, names: Mapping[str, Any]) -> str:
        value = self.value(node, names)
        if isinstance(value, str):
            return value
        left, right = self.say(node.left, names), self.say(node.right, names)
        if not isinstance(node.op, _WEAK):
            left, right = _bracketed(node.left, left), _bracketed(node.right, right)
        elif isinstance(node.op, ast.Sub):
            right = _bracketed(node.right, right)
        return tr("{left} {sign} {right}", left=left, sign=_SIGNS[type(node.op)], right=right)

    def _call(self, name: str, node: ast.Call, names: Mapping[str, Any]) -> str:
        if name in ("param", "param_on"):
            return self._parameter(node, names)
        if name in _ROUNDINGS:
            unit = (
                self.say(node.args[1], names)
                if len(node.args) > 1
                else (_FEN if name == "round_half_up" else "1")
            )
            return tr(
                "（{names}）{name} {unit}",
                names=self.say(node.args[0], names),
                name=_ROUNDINGS[name],
                unit=unit,
            )
        if name in ("min", "max"):
            elements = (
                node.args[0].elts if len(node.args) == 1 and isinstance(node.args[0], ast.List) else node.args
            )
            return self._extreme(name == "min", elements, names)
        if name in _TOTALS:
            inner = node.args[0]
            if isinstance(inner, ast.ListComp | ast.GeneratorExp):
                self._each(inner, names)
            return tr(
                "{total} {value_said}",
                total=_TOTALS[name],
                value_said=self._value_said(self.value(node, names)),
            )
        return self._named(node, names)

    def _parameter(self, node: ast.Call, names: Mapping[str, Any]) -> str:
        value = self.value(node, names)
        name = str(self.value(node.args[0], names))
        self.used[name] = Used(name, value)
        return tr(
            "{parameter} {value_said}",
            parameter=self.words.parameters(name),
            value_said=self._value_said(value),
        )

    def _extreme(self, least: bool, elements: list[ast.expr], names: Mapping[str, Any]) -> str:
        """The smallest or largest of several values; for the largest, terms of zero are left out."""
        parts = [(self.say(e, names), self.value(e, names)) for e in elements]
        kept = [text for text, value in parts if least or value != 0] or [parts[0][0]]
        return tr("、").join(kept) + ("" if len(kept) == 1 else tr(" 取较小") if least else tr(" 取较大"))

    def _each(self, node: ast.ListComp | ast.GeneratorExp, names: Mapping[str, Any]) -> None:
        """One detail for every element that a comprehension reads."""
        target = node.generators[0].target
        for scope in each(node, names, self.reading.calls):
            element = scope[target.id] if isinstance(target, ast.Name) else None
            if isinstance(node.elt, ast.Name) or _last_name(node.elt) == "id":
                self.members.append((self._who(element), tr("列入")))
                continue
            text, shown = self.say(node.elt, scope), self._value_said(self.value(node.elt, scope))
            self.members.append(
                (
                    self._who(element),
                    text
                    if text.endswith(shown)
                    else tr("{text}：{shown}", text=text, shown=shown)
                    if shown in ("是", "否")
                    else tr("{text} = {shown}", text=text, shown=shown),
                )
            )

    def _named(self, node: ast.expr, names: Mapping[str, Any]) -> str:
        """A value by its title: a line of a sheet, or the label used by the register or a form."""
        value = self.value(node, names)
        if isinstance(node, ast.Constant):
            return self._value_said(value)
        found = line_of(self.reading.sheets, self.sheet, node)
        title = found[1].title if found else self.words.data.get(_last_name(node), "")
        said_value = self._value_said(value)
        return tr("{title} {said_value}", title=title, said_value=said_value) if title else said_value

    def _who(self, element: Any) -> str:
        number = element.get("id") if isinstance(element, Mapping) else element
        return self.words.people.get(int(number), "") if isinstance(number, Decimal) else str(number)

    def _value_said(self, value: Any) -> str:
        if isinstance(value, list | tuple):
            return tr("、").join(filter(None, map(self._who, value))) or tr("无")
        return self.words.choices.get(value, value or tr("无")) if isinstance(value, str) else said(value)

    def value(self, node: ast.expr, names: Mapping[str, Any]) -> Any:
        """Evaluate part of the expression."""
        return expressions.evaluate(Expression("", node), names, self.reading.calls)


def said(value: Any) -> str:
    """Format a value for use within a sentence."""
    if isinstance(value, Decimal):
        return figure(value)
    if value is None:
        return tr("无")
    return values.shown(value) if isinstance(value, bool | str) else values.shown(values.plain(value))


def result(value: Any, unit: str) -> str:
    """Format the result of a line with its unit; yuan with fen."""
    if isinstance(value, Decimal):
        number = amount(value) if unit.startswith("元") else figure(value)
        return f"{number} {unit}".strip()
    if isinstance(value, list | tuple):
        return tr("{value} 项", value=len(value))
    return said(value)


def _bracketed(node: ast.expr, text: str) -> str:
    return tr("（{text}）", text=text) if isinstance(node, ast.BinOp) and isinstance(node.op, _WEAK) else text


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case ast.Call(args=[_, ast.Constant(value=str(name)), *_]):
            return name
    return ""
