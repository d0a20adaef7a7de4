"""Contents that differ from the published ones, and publishing them without the rehearsal that takes minutes."""

from __future__ import annotations

from datetime import date
from pathlib import PurePath

from processes.rehearsal.stage import Stage
from processes.releases import publish
from processes.releases.bundle import Bundle
from tests.builders.nightly import NIGHTLY

APPLY = "apply.bpmn"
_FLOW = 'id="county_decision_to_decision_made" sourceRef="county_decision" targetRef="decision_joined" />'
SECOND_SIGNATURE = {
    _FLOW: 'id="county_decision_to_decision_made" sourceRef="county_decision" targetRef="second_signature" />'
    '<bpmn:sequenceFlow id="second_signature_to_decision_made" sourceRef="second_signature" targetRef="decision_joined" />',
    "<bpmn:incoming>county_decision_to_decision_made</bpmn:incoming>": "<bpmn:incoming>second_signature_to_decision_made</bpmn:incoming>",
    '<bpmn:exclusiveGateway id="decision_joined"': '<bpmn:userTask id="second_signature" name="第二次签批"><bpmn:extensionElements>'
    '<spiffworkflow:properties><spiffworkflow:property name="form" value="county_decision" />'
    '<spiffworkflow:property name="clock" value="county_decision" /></spiffworkflow:properties></bpmn:extensionElements>'
    "<bpmn:incoming>county_decision_to_decision_made</bpmn:incoming>"
    "<bpmn:outgoing>second_signature_to_decision_made</bpmn:outgoing></bpmn:userTask>"
    '<bpmn:exclusiveGateway id="decision_joined"',
    "<bpmn:flowNodeRef>county_decision</bpmn:flowNodeRef>": "<bpmn:flowNodeRef>county_decision</bpmn:flowNodeRef>"
    "<bpmn:flowNodeRef>second_signature</bpmn:flowNodeRef>",
}


FEW = (
    "standard_raised", "one_cent_below", "supplement_lapsed", "dates_before_their_cause", "comparison_late",
    "county_supplement", "duties", "objection", "property", "delegated",
)  # fmt: skip
"""Scenario files of 低保 that together take every flow and use every paper, as publishing demands."""


def is_played(file: str) -> bool:
    """Whether a file is rehearsed where tests publish 低保: all of its scenarios by night, else those that are needed.

    All of them are played by `tests/scenarios` in any case.
    """
    path = PurePath(file)
    return NIGHTLY or path.parent.name != "scenarios" or path.stem in FEW


def few_scenarios(bundle: Bundle) -> Bundle:
    """低保 with as many scenarios as its rehearsal needs."""
    return Bundle({name: raw for name, raw in bundle.files.items() if is_played(name)})


def changed(bundle: Bundle, name: str, replacements: dict[str, str]) -> Bundle:
    """A bundle with one file changed; what is to be replaced must be there."""
    text = bundle.files[name].decode()
    for before, after in replacements.items():
        assert before in text, before
        text = text.replace(before, after)
    return Bundle({**bundle.files, name: text.encode()})


def second_signature(bundle: Bundle) -> Bundle:
    """低保 with a second county signature after the first."""
    return changed(bundle, APPLY, SECOND_SIGNATURE)


def put_in_force(stage: Stage, bundle: Bundle, on: date = date(2000, 1, 1)) -> int:
    """Publish a content on a stage; answers the release's number."""
    with stage.database.unit_of_work() as uow:
        publish.report(uow, bundle.digest, 1, 0)
        uow.flush()
        number = publish.publish(uow, bundle, "测试", on, "").number
        uow.commit()
    return number
