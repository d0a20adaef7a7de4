"""The model to measure: ten tasks in a row with a gateway in the middle, as a programme of its own."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from processes.rehearsal.stage import Stage
from processes.releases.bundle import Bundle
from processes.settings import ROOT, from_environment
from processes.storage import keyring

TASKS = 10
POLICY = ROOT / "bpmn" / "minimum_living_allowance" / "policy.toml"
_NS = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
)


@contextmanager
def office(url: str) -> Iterator[Stage]:
    """An office on a database, with this programme in force, on a Monday morning."""
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(from_environment(), var=Path(folder))
        keyring.use(keyring.open_keyring(settings.keys))
        stage = Stage(settings, url)
        stage.found(bundle(POLICY.read_bytes()))
        stage.set_clock(datetime(2026, 3, 2, 9, 0))
        yield stage
        stage.close()


def diagram() -> bytes:
    """The BPMN text."""
    names = [f"step_{n}" for n in range(1, TASKS + 1)]
    order = ["begun", *names[:5], "choice", *names[5:], "ended"]
    elements = [
        '<bpmn:startEvent id="begun"/>',
        '<bpmn:exclusiveGateway id="choice" default="choice_to_ended"/>',
        '<bpmn:endEvent id="ended"/>',
    ]
    for name in names:
        elements.append(
            f'<bpmn:userTask id="{name}" name="{name}"><bpmn:extensionElements><spiffworkflow:properties>'
            f'<spiffworkflow:property name="form" value="step"/></spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>'
        )
    for source, target in zip(order, order[1:], strict=False):
        condition = ""
        if source == "choice":
            condition = '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">step_5.answer == "yes"</bpmn:conditionExpression>'
        elements.append(
            f'<bpmn:sequenceFlow id="{source}_to_{target}" sourceRef="{source}" targetRef="{target}">{condition}</bpmn:sequenceFlow>'
        )
    elements.append('<bpmn:sequenceFlow id="choice_to_ended" sourceRef="choice" targetRef="ended"/>')
    lane = "".join(f"<bpmn:flowNodeRef>{n}</bpmn:flowNodeRef>" for n in order)
    return (
        f'<?xml version="1.0"?><bpmn:definitions {_NS} id="d" targetNamespace="x"><bpmn:process id="chain" isExecutable="true">'
        f'<bpmn:laneSet id="lanes"><bpmn:lane id="window_clerk">{lane}</bpmn:lane></bpmn:laneSet>'
        f"{''.join(elements)}</bpmn:process></bpmn:definitions>"
    ).encode()


def bundle(policy: bytes) -> Bundle:
    """The programme around the diagram; `policy` gives the shares at which limits warn."""
    field: dict[str, Any] = {
        "type": "radio", "key": "answer", "id": "answer", "label": "答", "validate": {"required": True},
        "values": [{"label": "是", "value": "yes"}, {"label": "否", "value": "no"}],
    }  # fmt: skip
    form = json.dumps({"type": "default", "id": "step", "components": [field]}).encode()
    programme = b'kind = "programme"\nid = "chain"\ntitle = "chain"\ncode = "CH"\nprocess = "chain"\nstart_form = "step"\n'
    return Bundle(
        {"programme.toml": programme, "policy.toml": policy, "chain.bpmn": diagram(), "forms/step.form": form}
    )
