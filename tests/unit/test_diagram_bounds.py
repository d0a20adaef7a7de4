"""What is drawn and written in tables and forms is counted before any rule looks at it."""

from __future__ import annotations

import json

import pytest

from processes.engine.diagrams import read_diagrams
from processes.engine.xml import MOST_ELEMENTS, MOST_STEPS, STEP_KINDS, parse_xml, tag
from processes.errors import DiagramInvalid
from processes.releases.bundle import Bundle
from processes.releases.lint import lint_bundle
from processes.releases.lint.problems import Problem
from processes.verbs.registry import office_for_lint
from tests.conftest import CONTENT

DIAGRAM, TABLE, FORM = "apply.bpmn", "eligibility.dmn", "forms/application.form"
OPEN = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p">'


def lint(bundle: Bundle, name: str, text: str) -> list[Problem]:
    return lint_bundle(Bundle({**bundle.files, name: text.encode()}), office_for_lint(), only=name)


def diagram(steps: str) -> bytes:
    return f"{OPEN}{steps}</process></definitions>".encode()


@pytest.mark.parametrize(
    "more", ['<bpmn:task id="t{k}"/>', '<bpmn:sequenceFlow id="t{k}"/>', '<bpmn:documentation id="t{k}"/>']
)
def test_twenty_thousand_things_in_a_diagram_are_told_at_once(allowance: Bundle, more: str) -> None:
    raw = allowance.files[DIAGRAM].decode()
    made = "".join(more.format(k=k) for k in range(20_000))
    found = lint(allowance, DIAGRAM, raw.replace("</bpmn:process>", f"{made}</bpmn:process>", 1))
    assert [p.rule for p in found] == ["file_unreadable"]
    assert "超过" in found[0].message


def test_the_longest_chain_that_is_taken_is_checked(allowance: Bundle) -> None:
    """Where a rule asks of each step what comes after it: 900 steps, 901 flows."""
    raw = allowance.files[DIAGRAM].decode()
    chain = '<bpmn:sequenceFlow id="f" sourceRef="applied" targetRef="t0"/>' + "".join(
        f'<bpmn:task id="t{k}"/><bpmn:sequenceFlow id="f{k}" sourceRef="t{k}" targetRef="t{k + 1}"/>'
        for k in range(900)
    )
    found = lint(allowance, DIAGRAM, raw.replace("</bpmn:process>", f"{chain}</bpmn:process>", 1))
    assert found


def test_the_bound_itself() -> None:
    parse_xml(diagram("<task/>" * MOST_STEPS), "x.bpmn")
    with pytest.raises(DiagramInvalid, match=r"超过 2000 个"):
        parse_xml(diagram("<task/>" * (MOST_STEPS + 1)), "x.bpmn")
    parse_xml(diagram("<a/>" * (MOST_ELEMENTS - 2)), "x.bpmn")
    with pytest.raises(DiagramInvalid, match=r"超过 20000 个"):
        parse_xml(diagram("<a/>" * (MOST_ELEMENTS - 1)), "x.bpmn")


def test_what_comes_next_is_what_flows_and_boundaries_say() -> None:
    steps = (
        '<task id="a"/><boundaryEvent id="b" attachedToRef="a"/><task id="c"/><task id="d"/>'
        '<sequenceFlow id="f" sourceRef="a" targetRef="c"/><sequenceFlow id="g" sourceRef="c" targetRef="a"/>'
        '<sequenceFlow id="h" sourceRef="b" targetRef="d"/>'
    )
    (found,) = read_diagrams(parse_xml(diagram(steps), "x.bpmn"))
    assert list(found.successors("a")) == ["c", "b"]
    assert list(found.successors("d")) == []
    assert found.reachable("a") == {"a", "b", "c", "d"}
    assert found.reachable("b") == {"d"}


def test_shipped_diagrams_are_far_within() -> None:
    for file in CONTENT.rglob("*.bpmn"):
        elements = [tag(e) for e in parse_xml(file.read_bytes(), file.name).iter()]
        assert len(elements) < MOST_ELEMENTS / 10
        assert sum(e in STEP_KINDS or e == "sequenceFlow" for e in elements) < MOST_STEPS / 10


def test_a_table_of_many_rows_is_not_tried_for_minutes(allowance: Bundle) -> None:
    """60 rows of two intervals each: 123 values of either input, 15,129 combinations, 907,740 rows looked at."""
    head = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"><decision id="d" name="d"><decisionTable>'
        '<input id="a"><inputExpression><text>a</text></inputExpression></input>'
        '<input id="b"><inputExpression><text>b</text></inputExpression></input><output name="o"/>'
    )
    rows = "".join(
        f'<rule id="r{k}"><inputEntry><text>[{k}..{k + 1})</text></inputEntry><inputEntry><text>[{k}..{k + 1})</text>'
        "</inputEntry><outputEntry><text>1</text></outputEntry></rule>"
        for k in range(60)
    )
    found = lint(allowance, TABLE, f"{head}{rows}</decisionTable></decision></definitions>")
    assert "table_too_large" in [p.rule for p in found]


def test_a_form_of_many_fields_is_told_at_once(allowance: Bundle) -> None:
    form = json.loads(allowance.files[FORM])
    found = lint(allowance, FORM, json.dumps({**form, "components": [{}] * 200_000}))
    assert [p.rule for p in found] == ["form_invalid"]
