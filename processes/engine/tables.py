"""Decision tables (DMN): every supported hit policy is checked, and the row that fired is kept.

SpiffWorkflow's evaluator joins text and evaluates it, and takes the first hit of a UNIQUE table. This one
parses each cell once, checks every row, and returns the row numbers, the inputs and the article with the
outputs, so that a decision can be explained and printed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lxml import etree

from processes.engine import expressions
from processes.engine.expressions import Expression
from processes.engine.facts import Facts, functions
from processes.errors import TableGap, TableInvalid, TableOverlap
from processes.texts import tr

HIT_POLICIES = ("UNIQUE", "FIRST", "COLLECT")
_CELL = "cell_input"
_PARAMETERS = frozenset({"param", "param_on"})
_COMPARISON = re.compile(r"^(<=|>=|<|>|=|!=)\s*(.+)$", re.S)
_INTERVAL = re.compile(r"^([\[\](])\s*(.+?)\s*\.\.\s*(.+?)\s*([\[\])])$", re.S)
_NEGATION = re.compile(r"^not\s*\((.*)\)$", re.S)


@dataclass(frozen=True, slots=True)
class Column:
    """An input or output of a table; `expression` reads an input, `allowed` lists its values."""

    name: str
    title: str
    expression: Expression | None = None
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row: a condition per input (None: any), an expression per output, the article."""

    id: str
    conditions: tuple[Expression | None, ...]
    cells: tuple[str, ...]
    outputs: tuple[Expression, ...]
    annotation: str


@dataclass(frozen=True, slots=True)
class Table:
    """A parsed decision table; it answers one question."""

    id: str
    title: str
    hit_policy: str
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """Result of a table: the outputs, and the rows and inputs that led to them."""

    outputs: Any
    rows: tuple[int, ...]
    inputs: Mapping[str, Any]
    articles: tuple[str, ...]


def parse_table(root: etree._Element, file: str) -> Table:
    """Read the single decision table of a DMN document."""
    ns = {"d": etree.QName(root).namespace or ""}
    decision = root.find("d:decision", ns)
    grid = None if decision is None else decision.find("d:decisionTable", ns)
    if decision is None or grid is None:
        raise TableInvalid(table=file, reason=tr("文件中没有决策表"))
    policy = grid.get("hitPolicy", "UNIQUE")
    if policy not in HIT_POLICIES:
        raise TableInvalid(table=file, reason=tr("不支持的命中策略 {policy}", policy=policy))
    inputs = tuple(_input(e, ns) for e in grid.findall("d:input", ns))
    outputs = tuple(
        Column(e.get("name", ""), e.get("label") or e.get("name") or "") for e in grid.findall("d:output", ns)
    )
    if not outputs or not all(c.name for c in outputs):
        raise TableInvalid(table=file, reason=tr("每个输出列都要有名称"))
    rows = tuple(_row(e, ns, len(inputs), len(outputs), file) for e in grid.findall("d:rule", ns))
    return Table(
        decision.get("id", ""),
        decision.get("name") or decision.get("id") or "",
        policy,
        inputs,
        outputs,
        rows,
    )


def decide(table: Table, data: Mapping[str, Any], facts: Facts) -> Decision:
    """Evaluate a table over process data; raises `TableGap` or `TableOverlap`."""
    calls = functions(facts, data.get("accepted_on"))
    inputs = {
        c.name: expressions.evaluate(c.expression, data, calls)
        for c in table.inputs
        if c.expression is not None
    }
    hits = matching_rows(table, list(inputs.values()), data, calls)
    if not hits and table.hit_policy != "COLLECT":
        raise TableGap(table=table.title, inputs=_shown(table, inputs))
    if len(hits) > 1 and table.hit_policy == "UNIQUE":
        raise TableOverlap(table=table.title, rows=tr("、").join(str(h + 1) for h in hits))
    chosen = hits[:1] if table.hit_policy == "FIRST" else hits
    answers = [
        {
            c.name: expressions.evaluate(e, data, calls)
            for c, e in zip(table.outputs, table.rows[h].outputs, strict=True)
        }
        for h in chosen
    ]
    return Decision(
        outputs=answers if table.hit_policy == "COLLECT" else answers[0],
        rows=tuple(h + 1 for h in chosen),
        inputs=inputs,
        articles=tuple(table.rows[h].annotation for h in chosen),
    )


def parameters_of(table: Table, rows: Sequence[int]) -> tuple[str, ...]:
    """Names of the policy parameters that the inputs and these rows (counted from 1) read, each once."""
    chosen = [table.rows[n - 1] for n in rows]
    read = [c.expression for c in table.inputs] + [e for r in chosen for e in (*r.conditions, *r.outputs)]
    names = [
        node.args[0].value
        for expression in read
        if expression is not None
        for node in ast.walk(expression.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _PARAMETERS
        and node.args and isinstance(node.args[0], ast.Constant)
    ]  # fmt: skip
    return tuple(dict.fromkeys(str(name) for name in names))


def matching_rows(
    table: Table, values: Sequence[Any], data: Mapping[str, Any], calls: Mapping[str, Any]
) -> list[int]:
    """Indices of all rows whose conditions hold for the given input values."""
    return [
        index
        for index, row in enumerate(table.rows)
        if all(
            condition is None or bool(expressions.evaluate(condition, {**data, _CELL: value}, calls))
            for condition, value in zip(row.conditions, values, strict=True)
        )
    ]


def _shown(table: Table, inputs: Mapping[str, Any]) -> str:
    return tr("，").join(f"{c.title}={inputs.get(c.name)}" for c in table.inputs)


def _input(element: etree._Element, ns: Mapping[str, str]) -> Column:
    text = element.findtext("d:inputExpression/d:text", "", dict(ns))
    allowed = element.findtext("d:inputValues/d:text", "", dict(ns))
    name = element.get("id") or text
    return Column(name, element.get("label") or text, expressions.parse(text), tuple(_split(allowed)))


def _row(element: etree._Element, ns: Mapping[str, str], inputs: int, outputs: int, file: str) -> Row:
    cells = [e.findtext("d:text", "", dict(ns)).strip() for e in element.findall("d:inputEntry", dict(ns))]
    results = [e.findtext("d:text", "", dict(ns)).strip() for e in element.findall("d:outputEntry", dict(ns))]
    if len(cells) != inputs or len(results) != outputs:
        raise TableInvalid(table=file, reason=tr("行 {id} 的列数与表头不一致", id=element.get("id")))
    return Row(
        id=element.get("id", ""),
        conditions=tuple(cell_condition(c) for c in cells),
        cells=tuple(cells),
        outputs=tuple(expressions.parse(_literal(r)) for r in results),
        annotation=(element.findtext("d:description", "", dict(ns)) or "").strip(),
    )


def cell_condition(cell: str) -> Expression | None:
    """Translate an input cell (a FEEL unary test) to the expression language; None means “any”."""
    text = cell.strip()
    if text in ("", "-"):
        return None
    negated = _NEGATION.match(text)
    condition = _alternatives(negated.group(1) if negated else text)
    return expressions.parse(f"not ({condition})" if negated else condition)


def _alternatives(text: str) -> str:
    return " or ".join(f"({_single(part)})" for part in _split(text))


def _single(text: str) -> str:
    comparison = _COMPARISON.match(text)
    if comparison:
        operator = "==" if comparison.group(1) == "=" else comparison.group(1)
        return f"{_CELL} {operator} ({_literal(comparison.group(2))})"
    interval = _INTERVAL.match(text)
    if interval:
        left, low, high, right = interval.groups()
        above = ">=" if left == "[" else ">"
        below = "<=" if right == "]" else "<"
        return f"{_CELL} {above} ({_literal(low)}) and {_CELL} {below} ({_literal(high)})"
    if "?" in _outside_quotes(text):
        return text.replace("?", _CELL)
    return f"{_CELL} == ({_literal(text)})"


def _literal(text: str) -> str:
    """Translate FEEL's `true`, `false` and `null` to the expression language."""
    return {"true": "True", "false": "False", "null": "None", "": "None"}.get(text.strip(), text)


def _outside_quotes(text: str) -> str:
    return re.sub(r"\"[^\"]*\"|'[^']*'", "", text)


def _split(text: str) -> list[str]:
    """Split at commas outside quotes and brackets."""
    parts, depth, quote, current = [], 0, "", ""
    for char in text:
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        if char == "," and depth <= 0 and not quote:
            parts.append(current.strip())
            current = ""
        else:
            current += char
    parts.append(current.strip())
    return [p for p in parts if p]


def sample_values(table: Table, column: int) -> list[Any]:
    """Return values that cover every region of a column: its constants, between and beyond them.

    For a column with listed `allowed` values, only those. Used by the lint that looks for gaps and overlaps;
    a column whose limits are computed from a parameter gives no samples.
    """
    allowed = table.inputs[column].allowed
    if allowed:
        return [expressions.evaluate(expressions.parse(_literal(a)), {}) for a in allowed]
    constants = _constants(table, column)
    numbers = sorted(c for c in constants if isinstance(c, Decimal))
    if numbers:
        between = [(a + b) / 2 for a, b in zip(numbers, numbers[1:], strict=False)]
        return sorted({numbers[0] - 1, *numbers, *between, numbers[-1] + 1})
    if any(isinstance(c, bool) for c in constants):
        return [True, False]
    texts = sorted(c for c in constants if isinstance(c, str))
    return [*texts, tr("\x00其他")] if texts else [None]


def _constants(table: Table, column: int) -> set[Any]:
    constants: set[Any] = set()
    for row in table.rows:
        condition = row.conditions[column]
        if condition is not None:
            constants |= {n.value for n in ast.walk(condition.tree) if isinstance(n, ast.Constant)}
    return constants
