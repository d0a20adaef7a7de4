"""Rules for expressions: allowed language, known parameters, no policy numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from decimal import Decimal

from processes.engine import expressions
from processes.engine.facts import FUNCTION_NAMES
from processes.errors import ExpressionRefused
from processes.policy.parameters import PolicyBook
from processes.releases.lint.problems import Problem
from processes.texts import tr

# 0 and 1 are not policy figures: they mean none and a single step.
PLAIN_NUMBERS = frozenset({Decimal(0), Decimal(1)})


def check(file: str, element: str, source: str, policy: PolicyBook) -> Iterator[Problem]:
    """Return problems of one expression."""
    try:
        parsed = expressions.parse(source)
    except ExpressionRefused as fault:
        yield Problem(file, element, "expression_refused", fault.message)
        return
    for number in parsed.numbers():
        if number not in PLAIN_NUMBERS:
            yield Problem(
                file, element, "number_in_content",
                tr("表达式“{source}”中写有数字 {number}：政策数字应写入 policy.toml，用 param('名称') 引用", source=source, number=number),
            )  # fmt: skip
    for node in ast.walk(parsed.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield from _call(file, element, node, policy)


def _call(file: str, element: str, node: ast.Call, policy: PolicyBook) -> Iterator[Problem]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name not in FUNCTION_NAMES:
        yield Problem(file, element, "unknown_function", tr("没有名为“{name}”的函数", name=name))
    elif name in ("param", "param_on") and node.args:
        first = node.args[0]
        if not isinstance(first, ast.Constant):
            yield Problem(file, element, "unknown_parameter", tr("param 的名称应直接写明，不能由计算得出"))
        elif first.value not in policy:
            yield Problem(
                file,
                element,
                "unknown_parameter",
                tr("政策参数“{value}”没有在 policy.toml 中登记", value=f"{first.value!s}"),
            )
