"""Secure XML parsing for diagrams and tables: no entities, no network, limited size."""

from __future__ import annotations

from lxml import etree

from processes.errors import DiagramInvalid
from processes.texts import tr

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
NS = {"bpmn": BPMN, "bpmndi": DI, "spiffworkflow": SPIFF}
MAX_BYTES = 2_000_000
MOST_ELEMENTS, MOST_STEPS = 20_000, 2_000
"""The largest file of the office has 1,200 elements, 160 of them steps and flows. Rules and pages compare
each step with the others, in quadratic time."""
STEP_KINDS = frozenset({
    "startEvent", "endEvent", "userTask", "manualTask", "task", "serviceTask", "scriptTask",
    "businessRuleTask", "callActivity", "subProcess", "transaction", "exclusiveGateway",
    "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway", "boundaryEvent",
    "intermediateCatchEvent", "intermediateThrowEvent", "sendTask", "receiveTask", "adHocSubProcess",
})  # fmt: skip
_COUNTED = ("{*}sequenceFlow", "{*}lane", "{*}rule", *(f"{{*}}{kind}" for kind in sorted(STEP_KINDS)))


def parse_xml(content: bytes, file: str) -> etree._Element:
    """Parse a document and return its root element; entities, DTDs, huge and deep trees are refused."""
    if len(content) > MAX_BYTES:
        raise DiagramInvalid(file=file, reason=tr("文件过大"))
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise DiagramInvalid(
            file=file, reason=tr("不是有效的 XML（{fault}）", fault=str(fault)[:120])
        ) from fault
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise DiagramInvalid(file=file, reason=tr("不允许使用文档类型声明（DTD）"))
    _demand_few(root, file)
    return root


def _demand_few(root: etree._Element, file: str) -> None:
    """Refuse documents with more elements, steps or table rows than people could read, before any other
    check."""
    if sum(1 for _ in root.iter()) > MOST_ELEMENTS:
        raise DiagramInvalid(
            file=file, reason=tr("图形和文字超过 {most_elements} 个，请拆分", most_elements=MOST_ELEMENTS)
        )
    if sum(1 for _ in root.iter(*_COUNTED)) > MOST_STEPS:
        raise DiagramInvalid(
            file=file,
            reason=tr("环节和连线（或者规则行）合计超过 {most_steps} 个，请拆分", most_steps=MOST_STEPS),
        )


def tag(element: etree._Element) -> str:
    """The local name of an element."""
    return etree.QName(element).localname
