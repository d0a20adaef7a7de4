"""The expression language of diagrams, tables and sheets: parsed once, evaluated within limits.

It is a safe subset of Python's expression syntax, evaluated by `simpleeval` over text, booleans, Decimal,
dates, lists and mappings. It has no attribute access on objects, methods, imports, lambdas or string
formatting, and no setting that enables them. Work, depth, length and size are limited, so that a hostile
expression ends quickly.
"""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Context, Decimal, DecimalException, localcontext
from functools import lru_cache
from typing import Any, cast

import simpleeval

from processes.errors import ExpressionFailed, ExpressionRefused, YimenError
from processes.policy.calendar import SHANGHAI
from processes.texts import tr

MAX_LENGTH = 2_000
MAX_DEPTH = 40
MAX_STEPS = 50_000
MAX_TEXT = 4_000
MAX_ITEMS = 5_000
SHOWN = 120

_ALLOWED: tuple[type[ast.AST], ...] = (
    ast.Expression, ast.Constant, ast.Name, ast.Load, ast.Store, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd,
    ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.BoolOp, ast.And, ast.Or,
    ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Is, ast.IsNot,
    ast.IfExp, ast.Call, ast.Attribute, ast.Subscript, ast.Slice, ast.List, ast.Tuple, ast.Dict,
    ast.ListComp, ast.GeneratorExp, ast.comprehension,
)  # fmt: skip

_ARITHMETIC = Context(prec=34, Emax=999, Emin=-999)


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression; `source` is the text that the author wrote."""

    source: str
    tree: ast.expr

    def names(self) -> frozenset[str]:
        """Every name that the expression reads, including functions."""
        return frozenset(n.id for n in ast.walk(self.tree) if isinstance(n, ast.Name))

    def numbers(self) -> tuple[Decimal, ...]:
        """Every number literal in the expression, for the lint that wants them in policy files."""
        values = (n.value for n in ast.walk(self.tree) if isinstance(n, ast.Constant))
        return tuple(v for v in cast("Iterator[object]", values) if isinstance(v, Decimal))


@lru_cache(maxsize=4096)
def parse(source: str) -> Expression:
    """Parse and check an expression; raises `ExpressionRefused` if it contains what is not allowed."""
    text = source.strip()
    if not text:
        raise _refused(source, tr("内容为空"))
    if len(text) > MAX_LENGTH:
        raise _refused(source, tr("超过 {max_length} 个字符", max_length=MAX_LENGTH))
    try:
        tree = ast.parse(text, mode="eval")
        _check(tree.body, source, 0)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as fault:
        raise _refused(source, tr("语法不正确")) from fault
    return Expression(text, tree.body)


def evaluate(
    expression: Expression,
    names: Mapping[str, Any],
    functions: Mapping[str, Callable[..., Any]] | None = None,
) -> Any:
    """Evaluate an expression; numbers are Decimal throughout.

    Raises `ExpressionFailed` if the data does not fit or a limit is exceeded. Errors raised by a function
    (such as a missing parameter) pass through unchanged.
    """
    evaluator = _free_evaluator()
    try:
        with localcontext(_ARITHMETIC):
            result = evaluator.run(expression, names, functions or {})
            _check_size(result)
            return result
    except YimenError:
        raise
    except (simpleeval.InvalidExpression, ArithmeticError, DecimalException) as fault:
        raise _failed(expression, _explain(fault)) from fault
    except (
        TypeError,
        ValueError,
        KeyError,
        IndexError,
        AttributeError,
        RecursionError,
        MemoryError,
    ) as fault:
        raise _failed(expression, _explain(fault)) from fault
    finally:
        evaluator.forget()


_kept = threading.local()


def _free_evaluator() -> _Evaluator:
    """This thread's evaluator, or a new one while it is in use: creating one costs as much as a short
    evaluation."""
    known: _Evaluator | None = getattr(_kept, "evaluator", None)
    if known is None or known.is_busy:
        known = _kept.evaluator = _Evaluator()
    known.is_busy = True
    return known


class _Evaluator(simpleeval.EvalWithCompoundTypes):  # type: ignore[misc]
    """simpleeval with Decimal numbers, a step count, and only named functions to call."""

    is_busy = False

    def __init__(self) -> None:
        super().__init__(operators=_OPERATORS, functions={}, names={})
        self.nodes[ast.Constant] = lambda node: node.value
        # Evaluated at once: a lazy generator that outlives its evaluation would read the names of another
        # one.
        self.nodes[ast.GeneratorExp] = lambda node: list(self._eval_comprehension(node))

    def run(
        self, expression: Expression, names: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]
    ) -> Any:
        """Evaluate from a fresh count of steps."""
        self.names, self.functions = dict(names), functions
        self._steps = self._max_count = 0
        return self._eval(expression.tree)

    def forget(self) -> None:
        """Drop all names and functions of the last evaluation."""
        self.names, self.functions, self.is_busy = {}, {}, False

    def _eval(self, node: ast.AST) -> Any:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise simpleeval.InvalidExpression(tr("计算步骤过多"))
        # Not super()._eval: it would search the whole value for functions after every node. Names hold plain
        # data and only `functions` can be called, so there are none.
        handler = self.nodes.get(type(node))
        if handler is None:
            raise simpleeval.InvalidExpression(tr("不允许使用 {name}", name=type(node).__name__))
        return handler(node)

    def _eval_name(self, node: ast.Name) -> Any:
        try:
            return self.names[node.id]
        except KeyError:
            raise simpleeval.InvalidExpression(tr("没有名为“{id}”的数据", id=node.id)) from None

    def _eval_attribute(self, node: ast.Attribute) -> Any:
        holder = self._eval(node.value)
        if isinstance(holder, Mapping) and node.attr in holder:
            return holder[node.attr]
        raise simpleeval.InvalidExpression(tr("没有“{attr}”这一项", attr=node.attr))

    def _eval_subscript(self, node: ast.Subscript) -> Any:
        holder, key = self._eval(node.value), self._eval(node.slice)
        if isinstance(holder, Mapping):
            return holder[key]
        return holder[key if isinstance(key, slice) else int(key)]

    def _eval_slice(self, node: ast.Slice) -> slice:
        ends = [None if e is None else int(self._eval(e)) for e in (node.lower, node.upper)]
        return slice(*ends)

    def _eval_call(self, node: ast.Call) -> Any:
        name = cast(ast.Name, node.func).id
        function = self.functions.get(name)
        if function is None:
            raise simpleeval.InvalidExpression(tr("没有名为“{name}”的函数", name=name))
        return function(*(self._eval(a) for a in node.args))


def _check(node: ast.AST, source: str, depth: int) -> None:
    """Walk the tree once: only known kinds, bounded depth, Decimal for every number."""
    if depth > MAX_DEPTH:
        raise _refused(source, tr("嵌套过深"))
    if not isinstance(node, _ALLOWED):
        raise _refused(source, tr("不允许使用 {name}", name=type(node).__name__))
    if isinstance(node, ast.Constant):
        node.value = _constant(node.value, source)
    elif isinstance(node, ast.Call):
        _check_call(node, source)
    elif isinstance(node, ast.Name | ast.Attribute):
        name = node.id if isinstance(node, ast.Name) else node.attr
        if name.startswith("_"):
            raise _refused(source, tr("名称不能以下划线开头（{name}）", name=name))
    elif isinstance(node, ast.Slice) and node.step is not None:
        raise _refused(source, tr("不允许带步长的切片"))
    for child in ast.iter_child_nodes(node):
        _check(child, source, depth + 1)


def _check_call(node: ast.Call, source: str) -> None:
    if not isinstance(node.func, ast.Name):
        raise _refused(source, tr("只能调用规定的函数，不能调用方法"))
    if node.keywords:
        raise _refused(source, tr("函数参数不能带名称"))


def _constant(value: object, source: str) -> Any:
    if value is None or isinstance(value, bool | str | Decimal):
        return value
    if isinstance(value, int | float):
        number = Decimal(repr(value))
        digits, exponent = number.as_tuple().digits, number.as_tuple().exponent
        if number.is_finite() and len(digits) <= _ARITHMETIC.prec and abs(int(exponent)) <= _ARITHMETIC.prec:
            return number
        raise _refused(source, tr("数字过大"))
    raise _refused(source, tr("不允许使用 {name} 类型的值", name=type(value).__name__))


def _check_size(value: Any, budget: int = MAX_ITEMS) -> int:
    """Refuse results larger than any case could need; return the size that is left."""
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise simpleeval.InvalidExpression(tr("结果过长"))
    if isinstance(value, Mapping):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list | tuple):
        budget -= len(value)
        if budget < 0:
            raise simpleeval.InvalidExpression(tr("结果过长"))
        for item in value:
            budget = _check_size(item, budget)
    return budget


def _add(left: Any, right: Any) -> Any:
    """Add numbers, or join texts or lists of limited size; booleans and dates cannot be added."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return left + right
    joinable = isinstance(left, str | list | tuple) and type(left) is type(right)
    if joinable and len(left) + len(right) > MAX_TEXT:
        raise simpleeval.InvalidExpression(tr("结果过长"))
    if joinable:
        return left + right
    raise TypeError("只有数字、文字或清单可以相加")


def _signed(operation: Callable[[Decimal], Decimal]) -> Callable[[Any], Any]:
    """A sign applies to numbers only: `-true` is an error."""

    def apply(value: Any) -> Any:
        if isinstance(value, Decimal):
            return operation(value)
        raise TypeError("只有数字可以带正负号")

    return apply


def _number(operation: Callable[[Decimal, Decimal], Any]) -> Callable[[Any, Any], Any]:
    """Accept numbers only: `'%9d' % 1` and `'a' * 9` are not arithmetic."""

    def apply(left: Any, right: Any) -> Any:
        if isinstance(left, Decimal) and isinstance(right, Decimal):
            return operation(left, right)
        raise TypeError("只有数字可以这样计算")

    return apply


def _subtract(left: Any, right: Any) -> Any:
    """Subtract numbers, or two dates (whole days between them)."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return left - right
    if type(left) is date and type(right) is date:
        return Decimal((left - right).days)
    raise TypeError("只有数字或日期可以相减")


_OPERATORS = {
    ast.Add: _add,
    ast.Sub: _subtract,
    ast.Mult: _number(lambda a, b: a * b),
    ast.Div: _number(lambda a, b: a / b),
    ast.FloorDiv: _number(lambda a, b: a // b),
    ast.Mod: _number(lambda a, b: a % b),
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    ast.Gt: lambda a, b: a > b,
    ast.Lt: lambda a, b: a < b,
    ast.GtE: lambda a, b: a >= b,
    ast.LtE: lambda a, b: a <= b,
    ast.Not: lambda a: not a,
    ast.USub: _signed(lambda a: -a),
    ast.UAdd: _signed(lambda a: +a),
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
    ast.Is: lambda a, b: a is b,
    ast.IsNot: lambda a, b: a is not b,
}

_REASONS: dict[type[BaseException], str] = {
    ZeroDivisionError: tr("除数为零"),
    RecursionError: tr("嵌套过深"),
    MemoryError: tr("结果过大"),
    IndexError: tr("超出列表范围"),
}


def _explain(fault: BaseException) -> str:
    for kind, reason in _REASONS.items():
        if isinstance(fault, kind):
            return reason
    if isinstance(fault, DecimalException):
        return tr("数值超出范围或除数为零")
    if isinstance(fault, KeyError):
        return tr("没有“{args}”这一项", args=fault.args[0])
    text = str(fault.args[0]) if fault.args else type(fault).__name__
    return (
        text
        if isinstance(fault, simpleeval.InvalidExpression)
        else tr("数据类型不相符（{SHOWN}）", SHOWN=text[:SHOWN])
    )


def _refused(source: str, reason: str) -> ExpressionRefused:
    return ExpressionRefused(expression=source.strip()[:SHOWN], reason=reason)


def _failed(expression: Expression, reason: str) -> ExpressionFailed:
    return ExpressionFailed(expression=expression.source[:SHOWN], reason=reason)


def as_instant(value: Any) -> datetime | None:
    """Convert a timer's value to an aware instant; None if the expression has no value.

    A date means the beginning of that day in China.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(), SHANGHAI)
    return value if isinstance(value, datetime) and value.tzinfo is not None else None
