"""A model with everything that makes acting on steps hard: parallel branches, one for each of three, a called process,
and a timer on a step's edge that opens another step beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from processes.releases.bundle import Bundle

_NS = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
)
LANES = {
    "window_clerk": (
        "begun",
        "take_in",
        "fork",
        "each",
        "join",
        "serve",
        "ended",
        "start_clock",
        "ended_reminder",
    ),
    "investigator": ("visit",),
    "township_leader": ("opinion", "late"),
    "supervisor": ("remind",),
    "county_leader": ("decide",),
}
SEPARATION = [("visit", "opinion"), ("visit", "decide"), ("opinion", "decide")]


def _task(name: str, inside: str = "") -> str:
    return (
        f'<bpmn:userTask id="{name}" name="{name}"><bpmn:extensionElements><spiffworkflow:properties>'
        f'<spiffworkflow:property name="form" value="step"/></spiffworkflow:properties></bpmn:extensionElements>'
        f"{inside}</bpmn:userTask>"
    )


def _flow(source: str, target: str) -> str:
    return f'<bpmn:sequenceFlow id="{source}_to_{target}" sourceRef="{source}" targetRef="{target}"/>'


def _main() -> bytes:
    lanes = "".join(
        f'<bpmn:lane id="{role}">{"".join(f"<bpmn:flowNodeRef>{n}</bpmn:flowNodeRef>" for n in nodes)}</bpmn:lane>'
        for role, nodes in LANES.items()
    )
    three = "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>3</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    elements = [
        '<bpmn:startEvent id="begun"/>', _task("take_in"),
        '<bpmn:serviceTask id="start_clock" name="start_clock"><bpmn:extensionElements>'
        '<spiffworkflow:serviceTaskOperator id="clock.start" resultVariable="started"><spiffworkflow:parameters>'
        '<spiffworkflow:parameter id="clock" type="str" value="\'acceptance\'"/></spiffworkflow:parameters>'
        "</spiffworkflow:serviceTaskOperator></bpmn:extensionElements></bpmn:serviceTask>",
        '<bpmn:parallelGateway id="fork"/>', _task("each", three),
        '<bpmn:callActivity id="visit" name="visit" calledElement="rough_visit"/>',
        '<bpmn:parallelGateway id="join"/>', _task("opinion"),
        '<bpmn:boundaryEvent id="late" attachedToRef="opinion" cancelActivity="false"><bpmn:timerEventDefinition>'
        '<bpmn:timeDate xsi:type="bpmn:tFormalExpression">due(\'acceptance\')</bpmn:timeDate>'
        "</bpmn:timerEventDefinition></bpmn:boundaryEvent>",
        _task("remind"), '<bpmn:endEvent id="ended_reminder"/>', _task("decide"), _task("serve"),
        '<bpmn:endEvent id="ended"/>',
        *(
            _flow(a, b)
            for a, b in [
                ("begun", "take_in"), ("take_in", "start_clock"), ("start_clock", "fork"), ("fork", "each"),
                ("fork", "visit"), ("each", "join"), ("visit", "join"), ("join", "opinion"), ("opinion", "decide"),
                ("decide", "serve"), ("serve", "ended"), ("late", "remind"), ("remind", "ended_reminder"),
            ]
        ),
    ]  # fmt: skip
    return _process("rough", lanes, elements)


def _called() -> bytes:
    elements = [
        '<bpmn:startEvent id="visit_begun"/>', _task("look"), _task("write_up"), '<bpmn:endEvent id="visit_ended"/>',
        _flow("visit_begun", "look"), _flow("look", "write_up"), _flow("write_up", "visit_ended"),
    ]  # fmt: skip
    nodes = ("visit_begun", "look", "write_up", "visit_ended")
    lane = "".join(f"<bpmn:flowNodeRef>{n}</bpmn:flowNodeRef>" for n in nodes)
    return _process("rough_visit", f'<bpmn:lane id="investigator">{lane}</bpmn:lane>', elements)


def _process(name: str, lanes: str, elements: list[str]) -> bytes:
    return (
        f'<?xml version="1.0"?><bpmn:definitions {_NS} id="d_{name}" targetNamespace="x">'
        f'<bpmn:process id="{name}" isExecutable="true"><bpmn:laneSet id="lanes_{name}">{lanes}</bpmn:laneSet>'
        f"{''.join(elements)}</bpmn:process></bpmn:definitions>"
    ).encode()


def bundle(content: Path) -> Bundle:
    """The programme around the model, with the parameters of the content folder."""
    field: dict[str, Any] = {
        "type": "textfield", "key": "answer", "id": "answer", "label": "答", "validate": {"required": True},
    }  # fmt: skip
    form = json.dumps({"type": "default", "id": "step", "components": [field]}).encode()
    rules = ", ".join(
        f'{{ earlier = "{a}", later = "{b}" }}'
        for a, b in [("look", "opinion"), ("write_up", "decide"), ("opinion", "decide")]
    )
    programme = (
        'kind = "programme"\nid = "rough"\ntitle = "rough"\ncode = "RG"\nprocess = "rough"\nstart_form = "step"\n'
        f'retention = "10年"\nseparation = [{rules}]\n[clocks.acceptance]\ntitle = "时限"\nbudget = "clock.acceptance"\nunit = "working_days"\n'
    ).encode()
    return Bundle(
        {
            "programme.toml": programme, "policy.toml": (content / "common" / "policy.toml").read_bytes(),
            "rough.bpmn": _main(), "rough_visit.bpmn": _called(), "forms/step.form": form,
        }
    )  # fmt: skip
