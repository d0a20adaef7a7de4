"""Reading XML of diagrams and tables without reaching outside: no entities, no network, bounded."""

from __future__ import annotations

from lxml import etree

from processes.errors import DiagramInvalid

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
NS = {"bpmn": BPMN, "bpmndi": DI, "spiffworkflow": SPIFF}
MAX_BYTES = 2_000_000


def parse_xml(content: bytes, file: str) -> etree._Element:
    """The root element of a document; entities, DTDs, huge and deep trees are refused."""
    if len(content) > MAX_BYTES:
        raise DiagramInvalid(file=file, reason="文件过大")
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
        raise DiagramInvalid(file=file, reason=f"不是有效的 XML（{str(fault)[:120]}）") from fault
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise DiagramInvalid(file=file, reason="不允许使用文档类型声明（DTD）")
    return root


def tag(element: etree._Element) -> str:
    """The local name of an element."""
    return etree.QName(element).localname
