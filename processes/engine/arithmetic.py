"""The amount of a calculation sheet as arithmetic in numbers: `3 × 768 − 1,500.00 + 153.60 = 957.60 → 958`.

Lines with `inline = true` are expanded; other lines appear as their value. The expressions are those that
were computed, read with the values that the case holds; nothing is computed by other means.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from processes.engine import expressions
from processes.engine.expressions import Expression
from processes.engine.sheets import Line, Sheet
from processes.errors import ExpressionFailed
from processes.policy.figures import amount, figure
from processes.texts import tr

MOST_OPENED = 12
MOST_TERMS = 8
_SUMS, _PRODUCTS = (ast.Add, ast.Sub), (ast.Mult, ast.Div)
_SIGNS: Mapping[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "−", ast.Mult: "×", ast.Div: "÷"}
_ROUNDINGS = frozenset({"round_up", "round_down", "round_half_up"})


@dataclass(frozen=True, slots=True)
class Written:
    """Part of a calculation in numbers, its value, and whether it is a sum (and needs brackets in a product)."""

    text: str
    value: Any
    is_sum: bool = False
    is_plain: bool = False
    """One number only."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a calculation is read with: the sheets of the release, the data of the case, the functions."""

    sheets: Mapping[str, Sheet]
    data: Mapping[str, Any]
    calls: Mapping[str, Callable[..., Any]]


def of_line(case: Reading, sheet_id: str, name: str) -> str:
    """Return how a line comes to its value, or None if the case has not computed it."""
    sheet, computed = case.sheets.get(sheet_id), case.data.get(sheet_id)
    line = None if sheet is None else next((one for one in sheet.lines if one.name == name), None)
    if sheet is None or line is None or not isinstance(computed, Mapping):
        return ""
    writer = _Writer(case)
    try:
        return writer.whole(sheet, line)
    except ExpressionFailed:
        return amount(computed[name]) if isinstance(computed.get(name), Decimal) else ""


class _Writer:
    """Writes one calculation; counts the lines it expands, so that sheets that refer to each other cannot
    loop."""

    def __init__(self, case: Reading) -> None:
        self.case = case
        self.opened = 0

    def whole(self, sheet: Sheet, line: Line) -> str:
        names = self._names(sheet)
        node = self._chosen(line.formula.tree, names)
        limits: list[str] = []
        written = self._without_rounding(sheet, node, names, limits)
        result = names[line.name]
        exact = f" = {_term(written.value)}" if not written.is_plain else ""
        end = f" → {figure(result)}" if result != written.value else ""
        return written.text + exact + "".join(limits) + end

    def _without_rounding(
        self, sheet: Sheet, node: ast.expr, names: Mapping[str, Any], limits: list[str]
    ) -> Written:
        """The calculation without its outer rounding and ceilings; ceilings are added to `limits`."""
        node = self._chosen(node, names)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in _ROUNDINGS:
                return self._without_rounding(sheet, node.args[0], names, limits)
            if node.func.id == "min" and len(node.args) > 1:
                first, *others = node.args
                for other in others:
                    limits.append(
                        tr(
                            "，不超过{other} {names}",
                            other=self._title(sheet, other),
                            names=_term(self._value(other, names)),
                        )
                    )
                return self._without_rounding(sheet, first, names, limits)
        target = self._opened_line(sheet, node)
        if target is not None:
            inner, line = target
            self.opened += 1
            return self._without_rounding(inner, line.formula.tree, self._names(inner), limits)
        return self._write(sheet, node, names)

    def _write(self, sheet: Sheet, node: ast.expr, names: Mapping[str, Any]) -> Written:
        node = self._chosen(node, names)
        if isinstance(node, ast.BinOp) and isinstance(node.op, (*_SUMS, *_PRODUCTS)):
            return self._operation(sheet, node, names)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if (
                node.func.id == "max"
                and len(node.args) > 1
                and self._value(node.args[0], names) == self._value(node, names)
            ):
                return self._write(sheet, node.args[0], names)
            if node.func.id == "sum":
                return self._total(sheet, node, names)
        target = self._opened_line(sheet, node)
        if target is not None:
            inner, line = target
            self.opened += 1
            return self._write(inner, line.formula.tree, self._names(inner))
        value = self._value(node, names)
        return Written(figure(value) if isinstance(value, Decimal) else str(value), value, is_plain=True)

    def _operation(self, sheet: Sheet, node: ast.BinOp, names: Mapping[str, Any]) -> Written:
        left, right = self._write(sheet, node.left, names), self._write(sheet, node.right, names)
        value = self._value(node, names)
        sign = _SIGNS[type(node.op)]
        if isinstance(node.op, _SUMS):
            if isinstance(node.op, ast.Add) and right.value == 0:
                return left
            if isinstance(node.op, ast.Add) and left.value == 0:
                return right
            return Written(
                f"{_in_sum(left)} {sign} {_in_sum(right, isinstance(node.op, ast.Sub))}", value, is_sum=True
            )
        divisor = isinstance(node.op, ast.Div)
        return Written(f"{_in_product(left)} {sign} {_in_product(right, divisor)}", value)

    def _total(self, sheet: Sheet, node: ast.Call, names: Mapping[str, Any]) -> Written:
        """A sum over members, written with one term a member if there are few."""
        value = self._value(node, names)
        inner = node.args[0]
        if isinstance(inner, ast.ListComp | ast.GeneratorExp):
            terms = [self._write(sheet, inner.elt, scope) for scope in each(inner, names, self.case.calls)]
            terms = [t for t in terms if t.value != 0]
            if 0 < len(terms) <= MOST_TERMS:
                if len(terms) == 1:
                    return terms[0]
                return Written(" + ".join(_in_sum(t) for t in terms), value, is_sum=True)
        return Written(_term(value), value, is_plain=True)

    def _opened_line(self, sheet: Sheet, node: ast.expr) -> tuple[Sheet, Line] | None:
        """The line that a name refers to, if it is marked `inline`."""
        found = line_of(self.case.sheets, sheet, node)
        if found is None or not found[1].inline or self.opened >= MOST_OPENED:
            return None
        return found

    def _title(self, sheet: Sheet, node: ast.expr) -> str:
        found = line_of(self.case.sheets, sheet, node)
        return "" if found is None else found[1].title

    def _names(self, sheet: Sheet) -> dict[str, Any]:
        return {**self.case.data, **self.case.data.get(sheet.id, {})}

    def _value(self, node: ast.expr, names: Mapping[str, Any]) -> Any:
        return expressions.evaluate(Expression("", node), names, self.case.calls)

    def _chosen(self, node: ast.expr, names: Mapping[str, Any]) -> ast.expr:
        """The branch of a conditional expression that holds."""
        while isinstance(node, ast.IfExp):
            node = node.body if self._value(node.test, names) else node.orelse
        return node


def each(
    node: ast.ListComp | ast.GeneratorExp, names: Mapping[str, Any], calls: Mapping[str, Callable[..., Any]]
) -> list[dict[str, Any]]:
    """The names inside a comprehension over one list, once for every element that passes its conditions."""
    loop = node.generators[0]
    if len(node.generators) > 1 or not isinstance(loop.target, ast.Name):
        return []
    elements = expressions.evaluate(Expression("", loop.iter), names, calls)
    scopes = [{**names, loop.target.id: element} for element in elements]
    return [
        scope
        for scope in scopes
        if all(expressions.evaluate(Expression("", test), scope, calls) for test in loop.ifs)
    ]


def line_of(sheets: Mapping[str, Sheet], sheet: Sheet, node: ast.expr) -> tuple[Sheet, Line] | None:
    """The line that `name`, `sheet.name` or `get(sheet, 'name')` refers to."""
    holder, name = sheet, ""
    if isinstance(node, ast.Name):
        name = node.id
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        holder, name = sheets.get(node.value.id, sheet), node.attr if node.value.id in sheets else ""
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "get":
        first, second, *_ = node.args
        if isinstance(first, ast.Name) and first.id in sheets and isinstance(second, ast.Constant):
            holder, name = sheets[first.id], str(second.value)
    line = next((one for one in holder.lines if one.name == name), None) if name else None
    return None if line is None else (holder, line)


def _term(value: Any) -> str:
    return amount(value) if isinstance(value, Decimal) else str(value)


def _in_sum(part: Written, bracketed: bool = False) -> str:
    if part.is_plain:
        return _term(part.value)
    return f"({part.text})" if part.is_sum and bracketed else part.text


def _in_product(part: Written, bracketed: bool = False) -> str:
    return f"({part.text})" if part.is_sum or (bracketed and not part.is_plain) else part.text
