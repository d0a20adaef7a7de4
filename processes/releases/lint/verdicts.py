"""Rules for verdicts (`[decision.<process>]`)."""

from __future__ import annotations

from collections.abc import Iterator

from processes.engine import expressions
from processes.engine.definitions import Definition
from processes.errors import ExpressionRefused, YimenError
from processes.releases import consents
from processes.releases.bundle import Bundle
from processes.releases.lint.problems import Problem
from processes.releases.verdicts import VerdictRule
from processes.texts import tr

FILE = "programme.toml"


def check(bundle: Bundle) -> Iterator[Problem]:
    """Return lines that are in no sheet, steps that are in no diagram, invalid expressions."""
    for process, rule in bundle.verdicts.items():
        if process not in bundle.starts:
            yield Problem(
                FILE,
                process,
                "unknown_process",
                tr("没有名为“{process}”的流程，不能说明它的决定", process=process),
            )
            continue
        yield from _expressions(process, rule)
        try:
            definition = bundle.definition(process)
        except YimenError:
            continue  # reported for the diagram or table itself
        yield from _places(bundle, definition, process, rule)


def _places(bundle: Bundle, definition: Definition, process: str, rule: VerdictRule) -> Iterator[Problem]:
    named = (rule.amount, rule.income, rule.standard, rule.persons, *rule.rules)
    for place in (p for p in named if p is not None):
        sheet = definition.sheets.get(place.sheet)
        if sheet is None or all(line.name != place.line for line in sheet.lines):
            message = tr("决定引用的“{sheet}.{line}”不在计算表中", sheet=place.sheet, line=place.line)
            yield Problem(FILE, process, "unknown_line", message)
    offered = [n for d in definition.diagrams.values() for n in d.nodes.values() if n.is_offered]
    steps = {n.id for n in offered}
    for node in offered:
        source = rule.steps.get(node.id)
        fault = "" if source is None else consents.fault(bundle, node.properties.get("form", ""), source)
        if fault:
            message = tr(
                "环节“{id}”的同意“{source}”须取自该环节表单的答复：{fault}",
                id=node.name or node.id,
                source=source,
                fault=fault,
            )
            yield Problem(FILE, node.id, "consent_reads_no_answer", message)
    for step in rule.steps:
        if step not in steps:
            yield Problem(FILE, process, "unknown_step", tr("作出意见的环节“{step}”不在流程图中", step=step))


def _expressions(process: str, rule: VerdictRule) -> Iterator[Problem]:
    sources = (rule.grants, rule.reason, rule.article, rule.level, rule.exemptions, *rule.steps.values())
    for source in filter(None, sources):
        try:
            expressions.parse(source)
        except ExpressionRefused as fault:
            yield Problem(FILE, process, "expression_refused", fault.message)
