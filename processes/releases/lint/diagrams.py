"""Rules on diagrams: names, roles, forms, operations, gateways, reachable ends."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from processes.engine import expressions
from processes.engine.diagrams import Diagram, Node, read_diagrams
from processes.engine.element_properties import PROPERTIES
from processes.engine.specs import assignments
from processes.engine.xml import parse_xml
from processes.errors import DiagramInvalid, ExpressionRefused, YimenError
from processes.releases.bundle import Bundle
from processes.releases.lint import index, words
from processes.releases.lint.problems import Office, Problem
from processes.texts import tr

_SNAKE = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
_CHOOSING = ("exclusiveGateway", "inclusiveGateway")
_UNSUPPORTED = ("complexGateway", "transaction", "adHocSubProcess", "sendTask", "receiveTask")


def check(name: str, raw: bytes, bundle: Bundle, office: Office) -> Iterator[Problem]:
    """Return problems of one BPMN file."""
    try:
        diagrams = read_diagrams(parse_xml(raw, name))
    except DiagramInvalid as fault:
        yield Problem(name, "", "file_unreadable", fault.message)
        return
    if not diagrams:
        yield Problem(name, "", "file_unreadable", tr("文件中没有流程"))
    shapes = index.of_file(name, raw).shapes
    for diagram in diagrams:
        unseen = sorted(set(diagram.nodes) - shapes)
        if unseen:
            shown = tr("、").join(unseen[:5])
            yield Problem(
                name,
                unseen[0],
                "no_shape",
                tr("图上没有这些环节的图形，无法查看和修改：{shown}", shown=shown),
            )
        yield from _diagram(name, diagram, bundle, office)


def executable(bundle: Bundle) -> Iterator[Problem]:
    """Return problems of processes that the engine does not accept."""
    for process in bundle.starts:
        try:
            bundle.definition(process)
        except YimenError as fault:
            yield Problem(process, "", "not_executable", fault.message)


def _diagram(name: str, diagram: Diagram, bundle: Bundle, office: Office) -> Iterator[Problem]:
    for duplicate in diagram.duplicate_ids:
        yield Problem(name, duplicate, "duplicate_id", tr("标识“{duplicate}”用了两次", duplicate=duplicate))
    for lane, title in diagram.lanes.items():
        if lane not in office.roles:
            yield Problem(
                name,
                lane,
                "unknown_role",
                tr("泳道“{title}”的标识“{lane}”不是已登记的岗位", title=title, lane=lane),
            )
    for node in diagram.nodes.values():
        yield from _names(name, node)
        for unknown in sorted(node.properties.keys() - PROPERTIES.keys()):
            known = tr("、").join(sorted(PROPERTIES))
            yield Problem(
                name,
                node.id,
                "unknown_property",
                tr("扩展属性“{unknown}”不存在；可以用的有：{known}", unknown=unknown, known=known),
            )
        yield from _node(name, node, diagram, bundle, office)
    for flow in diagram.flows:
        if not _SNAKE.match(flow.id):
            yield Problem(
                name, flow.id, "id_not_snake_case", tr("连线标识“{id}”应为小写字母加下划线", id=flow.id)
            )
        if flow.condition:
            yield from words.check(name, flow.id, flow.condition, bundle.policy)
    yield from _reachable(name, diagram)


def _names(name: str, node: Node) -> Iterator[Problem]:
    if not _SNAKE.match(node.id):
        yield Problem(
            name,
            node.id,
            "id_not_snake_case",
            tr("标识“{id}”应为小写字母加下划线，如 check_papers", id=node.id),
        )
    if node.kind in _UNSUPPORTED or node.other_events:
        yield Problem(
            name, node.id, "element_not_supported", tr("“{id}”是系统不能执行的图形", id=node.name or node.id)
        )
    if node.pre_post:
        yield Problem(
            name,
            node.id,
            "element_not_supported",
            tr("“{name}”带有前后置脚本，请改用脚本任务", name=node.name),
        )


def _node(name: str, node: Node, diagram: Diagram, bundle: Bundle, office: Office) -> Iterator[Problem]:
    if node.is_offered:
        yield from _work(name, node, bundle, office)
    if node.kind == "serviceTask":
        yield from _operation(name, node, bundle, office)
    if node.kind in _CHOOSING:
        yield from _choice(name, node, diagram)
    if node.kind == "businessRuleTask" and not index.has_decision(bundle, node.decision):
        yield Problem(
            name,
            node.id,
            "unknown_decision",
            tr("“{name}”引用的决策“{decision}”不存在", name=node.name, decision=node.decision),
        )
    if node.kind == "callActivity" and not index.has_process(bundle, node.called):
        yield Problem(
            name,
            node.id,
            "unknown_process",
            tr("“{name}”调用的流程“{called}”不存在", name=node.name, called=node.called),
        )
    for source in (*node.timers, *node.loop):
        if source:
            yield from words.check(name, node.id, source, bundle.policy)
    try:
        for _, source in assignments(node.script):
            yield from words.check(name, node.id, source, bundle.policy)
    except ExpressionRefused as fault:
        yield Problem(name, node.id, "expression_refused", fault.message)


def _work(name: str, node: Node, bundle: Bundle, office: Office) -> Iterator[Problem]:
    title = node.name or node.id
    if node.role not in office.roles:
        yield Problem(
            name, node.id, "unknown_role", tr("“{title}”没有岗位：请放入以岗位为标识的泳道", title=title)
        )
    form = node.properties.get("form", "")
    if not form or bundle.form(form) is None:
        yield Problem(
            name,
            node.id,
            "unknown_form",
            tr("“{title}”的表单“{form}”不存在", title=title, form=form)
            if form
            else tr("“{title}”还没有选择表单", title=title),
        )
    clock = node.properties.get("clock", "")
    if clock and clock not in bundle.clocks:
        yield Problem(
            name,
            node.id,
            "unknown_clock",
            tr("“{title}”的时限“{clock}”没有在 programme.toml 中登记", title=title, clock=clock),
        )


def _operation(name: str, node: Node, bundle: Bundle, office: Office) -> Iterator[Problem]:
    title = node.name or node.id
    known = office.verbs.get(node.operation)
    if known is None:
        yield Problem(
            name,
            node.id,
            "unknown_operation",
            tr("“{title}”的服务操作“{operation}”没有登记", title=title, operation=node.operation),
        )
        return
    for parameter, source in node.params.items():
        if parameter not in known:
            yield Problem(
                name,
                node.id,
                "unknown_operation_parameter",
                tr(
                    "服务操作 {operation} 没有参数“{parameter}”",
                    operation=node.operation,
                    parameter=parameter,
                ),
            )
        yield from words.check(name, node.id, source, bundle.policy)
        yield from _named(name, node, parameter, source, bundle)
    for parameter, required in known.items():
        if required and parameter not in node.params:
            yield Problem(
                name,
                node.id,
                "missing_operation_parameter",
                tr(
                    "“{title}”缺少参数“{parameter}”（{operation}）",
                    title=title,
                    parameter=parameter,
                    operation=node.operation,
                ),
            )


def _named(name: str, node: Node, parameter: str, source: str, bundle: Bundle) -> Iterator[Problem]:
    """A paper or clock named by a constant must exist."""
    try:
        tree = expressions.parse(source).tree
    except ExpressionRefused:
        return
    if not isinstance(tree, ast.Constant):
        return
    if parameter == "paper" and tree.value not in bundle.papers:
        yield Problem(
            name,
            node.id,
            "unknown_paper",
            tr("文书“{value}”没有在 documents.toml 中登记", value=f"{tree.value!s}"),
        )
    if parameter == "clock" and tree.value != "all" and tree.value not in bundle.clocks:
        yield Problem(
            name,
            node.id,
            "unknown_clock",
            tr("时限“{value}”没有在 programme.toml 中登记", value=f"{tree.value!s}"),
        )


def _choice(name: str, node: Node, diagram: Diagram) -> Iterator[Problem]:
    outgoing = diagram.outgoing(node.id)
    title = node.name or node.id
    if len(outgoing) > 1 and node.default not in {f.id for f in outgoing}:
        yield Problem(
            name, node.id, "gateway_without_default", tr("网关“{title}”有多条出路而没有默认出路", title=title)
        )
    for flow in outgoing:
        if len(outgoing) > 1 and flow.id != node.default and not flow.condition:
            yield Problem(
                name,
                flow.id,
                "flow_without_condition",
                tr("网关“{title}”的出路“{id}”没有条件", title=title, id=flow.name or flow.id),
            )


def _reachable(name: str, diagram: Diagram) -> Iterator[Problem]:
    starts = [n.id for n in diagram.nodes.values() if n.kind == "startEvent"]
    ends = {n.id for n in diagram.nodes.values() if n.kind == "endEvent"}
    if not starts:
        yield Problem(name, diagram.process, "no_start", tr("流程“{name}”没有开始事件", name=diagram.name))
    if not ends:
        yield Problem(name, diagram.process, "no_end", tr("流程“{name}”没有结束事件", name=diagram.name))
    from_start = set(starts).union(*(diagram.reachable(s) for s in starts)) if starts else set()
    for node in diagram.nodes.values():
        title = node.name or node.id
        if starts and node.id not in from_start:
            rule = "end_unreachable" if node.id in ends else "node_unreachable"
            yield Problem(name, node.id, rule, tr("从开始事件走不到“{title}”", title=title))
        elif ends and node.id not in ends and not diagram.reachable(node.id) & ends:
            yield Problem(name, node.id, "end_unreachable", tr("从“{title}”走不到任何结束事件", title=title))
