"""Rules on tables and sheets: readable, known parameters, no gap, no overlap."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from math import prod

from jsonschema import ValidationError

from processes.engine import sheets, tables
from processes.engine.xml import parse_xml
from processes.errors import ExpressionFailed, ExpressionRefused, YimenError
from processes.policy.parameters import PolicyBook
from processes.policy.toml_text import read_toml
from processes.releases import shapes
from processes.releases.lint import words
from processes.releases.lint.problems import Problem
from processes.texts import tr

MAX_COMBINATIONS = 20_000
MAX_LOOKS = 100_000
"""Combinations of values, each compared with every row."""


def check_table(name: str, raw: bytes, policy: PolicyBook) -> Iterator[Problem]:
    """Return problems of one DMN file."""
    try:
        table = tables.parse_table(parse_xml(raw, name), name)
    except YimenError as fault:
        cause = fault if isinstance(fault, ExpressionRefused) else fault.__cause__
        rule = "expression_refused" if isinstance(cause, ExpressionRefused) else "table_invalid"
        yield Problem(name, "", rule, fault.message)
        return
    for row in table.rows:
        for cell in (*row.conditions, *row.outputs):
            if cell is not None:
                yield from words.check(name, row.id, cell.source, policy)
    yield from _holes(name, table)


def _holes(name: str, table: tables.Table) -> Iterator[Problem]:
    """Test a value of every region of every input; each combination must match one row."""
    if table.hit_policy == "COLLECT" or not table.inputs:
        return
    samples = [tables.sample_values(table, n) for n in range(len(table.inputs))]
    combinations = prod(map(len, samples))
    if combinations > MAX_COMBINATIONS or combinations * len(table.rows) > MAX_LOOKS:
        yield Problem(name, table.id, "table_too_large", tr("输入组合过多，无法检查空缺和重叠，请拆成几张表"))
        return
    reported: set[str] = set()
    for values in itertools.product(*samples):
        try:
            hits = tables.matching_rows(table, list(values), {}, {})
        except ExpressionFailed:
            return  # the limits of a row are computed and known only in a case
        shown = tr("，").join(f"{c.title}={_word(v)}" for c, v in zip(table.inputs, values, strict=True))
        if not hits and "table_gap" not in reported:
            reported.add("table_gap")
            yield Problem(
                name,
                table.id,
                "table_gap",
                tr("决策表“{title}”有空缺：{shown} 时没有对应的行", title=table.title, shown=shown),
            )
        rows = tr("、").join(str(h + 1) for h in hits)
        if len(hits) > 1 and table.hit_policy == "UNIQUE" and rows not in reported:
            reported.add(rows)
            yield Problem(
                name, table.rows[hits[1]].id, "table_overlap",
                tr("决策表“{title}”第 {rows} 行重叠：{shown} 时同时符合", title=table.title, rows=rows, shown=shown),
            )  # fmt: skip


def _word(value: object) -> str:
    return (
        {True: tr("是"), False: tr("否")}.get(value, str(value))
        if isinstance(value, bool)
        else str(value).strip("\0")
    )


def check_sheet(name: str, raw: bytes, policy: PolicyBook) -> Iterator[Problem]:
    """Return problems of one calculation sheet."""
    try:
        sheet = sheets.parse_sheet(raw, name)
    except YimenError as fault:
        cause = fault if isinstance(fault, ExpressionRefused) else fault.__cause__
        rule = "expression_refused" if isinstance(cause, ExpressionRefused) else "sheet_invalid"
        yield Problem(name, "", rule, fault.message)
        return
    yield from shape_of(name, raw, "sheet")
    seen: set[str] = set()
    for line in sheet.lines:
        if line.name in seen:
            yield Problem(name, line.name, "duplicate_id", tr("行名“{name}”用了两次", name=line.name))
        seen.add(line.name)
        yield from words.check(name, line.name, line.formula.source, policy)


def shape_of(name: str, raw: bytes, kind: str) -> Iterator[Problem]:
    """Return problems of a TOML file against the schema of its kind; a misspelt key would have no effect."""
    try:
        shapes.demand(read_toml(raw), shapes.of_kind(kind))
    except ValidationError as fault:
        yield Problem(
            name,
            "",
            "unlike_schema",
            tr("{fault}：{message}", fault=shapes.place(fault), message=fault.message[:200]),
        )
