"""Models of our own drawing with the element lists of the BPMN MIWG reference models A.1–A.4, B.1, B.2 and C.1.

The reference files themselves are not in the package registries; what counts here is that every kind of element
that they use is imported, exported and imported again without loss, and named by lint where it cannot run.
"""

from __future__ import annotations

from dataclasses import dataclass, field

_EVENTS = {
    "message": "<messageEventDefinition id='{id}_d' />", "timer": "<timerEventDefinition id='{id}_d'><timeDuration>PT1H</timeDuration></timerEventDefinition>",
    "conditional": "<conditionalEventDefinition id='{id}_d'><condition>a == 1</condition></conditionalEventDefinition>",
    "signal": "<signalEventDefinition id='{id}_d' signalRef='the_signal' />", "escalation": "<escalationEventDefinition id='{id}_d' escalationRef='the_escalation' />",
    "error": "<errorEventDefinition id='{id}_d' errorRef='the_error' />", "compensate": "<compensateEventDefinition id='{id}_d' />",
    "cancel": "<cancelEventDefinition id='{id}_d' />", "terminate": "<terminateEventDefinition id='{id}_d' />",
    "link": "<linkEventDefinition id='{id}_d' name='to_the_other_side' />", "none": "",
}  # fmt: skip
_SIZES = {
    "Event": (36, 36),
    "Gateway": (50, 50),
    "dataObjectReference": (36, 50),
    "dataStoreReference": (50, 50),
}


@dataclass
class Model:
    """A model under construction: what stands in its process, in its collaboration, and where it is drawn."""

    name: str
    inside: list[str] = field(default_factory=list)
    around: list[str] = field(default_factory=list)
    shapes: list[str] = field(default_factory=list)
    edges: list[str] = field(default_factory=list)
    spots: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)
    other_processes: list[str] = field(default_factory=list)

    def node(
        self, tag: str, id: str, inner: str = "", attributes: str = "", at: tuple[int, int] | None = None
    ) -> str:
        """An element with its shape; a row of fifteen, then the next one."""
        n = len(self.spots)
        w, h = next((s for k, s in _SIZES.items() if tag.endswith(k)), (100, 80))
        x, y = at or (160 + 150 * (n % 15), 120 + 160 * (n // 15))
        self.spots[id] = (x, y, w, h)
        self.shapes.append(
            f"<bpmndi:BPMNShape id='{id}_di' bpmnElement='{id}'><dc:Bounds x='{x}' y='{y}' width='{w}' height='{h}' /></bpmndi:BPMNShape>"
        )
        xml = f"<{tag} id='{id}' name='{id}' {attributes}>{inner}</{tag}>"
        self.inside.append(xml)
        return id

    def event(
        self, tag: str, id: str, kind: str = "none", attributes: str = "", at: tuple[int, int] | None = None
    ) -> str:
        """An event with a definition."""
        return self.node(tag, id, _EVENTS[kind].format(id=id), attributes, at)

    def flow(self, *ids: str, condition: str = "") -> None:
        """Sequence flows along a row of elements."""
        for one, other in zip(ids, ids[1:], strict=False):
            said = (
                f"<conditionExpression xsi:type='tFormalExpression'>{condition}</conditionExpression>"
                if condition
                else ""
            )
            self.line("sequenceFlow", f"{one}_to_{other}", one, other, said)

    def line(
        self, tag: str, id: str, one: str, other: str, inner: str = "", into: list[str] | None = None
    ) -> None:
        """A connection with its edge."""
        (x1, y1, w1, h1), (x2, y2, _, h2) = self.spots[one], self.spots[other]
        (self.inside if into is None else into).append(
            f"<{tag} id='{id}' sourceRef='{one}' targetRef='{other}'>{inner}</{tag}>"
        )
        self.edges.append(
            f"<bpmndi:BPMNEdge id='{id}_di' bpmnElement='{id}'><di:waypoint x='{x1 + w1}' y='{y1 + h1 // 2}' /><di:waypoint x='{x2}' y='{y2 + h2 // 2}' /></bpmndi:BPMNEdge>"
        )

    def xml(self) -> str:
        """The whole file."""
        plane = f"{self.name}_collaboration" if self.around else self.name
        collaboration = (
            f"<collaboration id='{self.name}_collaboration'>{''.join(self.around)}</collaboration>"
            if self.around
            else ""
        )
        return (
            "<?xml version='1.0' encoding='UTF-8'?>\n<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL' "
            "xmlns:bpmndi='http://www.omg.org/spec/BPMN/20100524/DI' xmlns:dc='http://www.omg.org/spec/DD/20100524/DC' "
            "xmlns:di='http://www.omg.org/spec/DD/20100524/DI' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
            f"id='{self.name}_definitions' targetNamespace='http://example.org/reference'>{collaboration}"
            f"<process id='{self.name}' isExecutable='true'>{''.join(self.inside)}</process>{''.join(self.other_processes)}"
            "<signal id='the_signal' name='signal' /><error id='the_error' name='error' errorCode='1' />"
            "<escalation id='the_escalation' name='escalation' escalationCode='1' /><message id='the_message' name='message' />"
            f"<dataStore id='the_store' name='store' />"
            f"<bpmndi:BPMNDiagram id='{self.name}_diagram'><bpmndi:BPMNPlane id='{self.name}_plane' bpmnElement='{plane}'>"
            f"{''.join(self.shapes)}{''.join(self.edges)}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>"
        )


def a_1() -> Model:
    """Start, three tasks, end."""
    m = Model("reference_a_1")
    m.event("startEvent", "start")
    for n in (1, 2, 3):
        m.node("task", f"task_{n}")
    m.event("endEvent", "end")
    m.flow("start", "task_1", "task_2", "task_3", "end")
    return m


def a_2() -> Model:
    """Exclusive gateways, splitting and merging, a flow by default."""
    m = Model("reference_a_2")
    m.event("startEvent", "start")
    m.node("task", "task_1")
    m.node("exclusiveGateway", "split", attributes="default='split_to_task_3'")
    for n in (2, 3, 4):
        m.node("task", f"task_{n}")
    m.node("exclusiveGateway", "merge")
    m.event("endEvent", "end")
    m.flow("start", "task_1", "split")
    m.flow("split", "task_2", condition="a == 1")
    m.flow("split", "task_3")
    m.flow("split", "task_4", condition="a == 2")
    for n in (2, 3, 4):
        m.flow(f"task_{n}", "merge")
    m.flow("merge", "end")
    return m


def a_3() -> Model:
    """A sub-process, boundary events that interrupt and that do not."""
    m = Model("reference_a_3")
    m.event("startEvent", "start")
    m.node("subProcess", "part", "<startEvent id='part_start' /><task id='part_task' /><endEvent id='part_end' />"
           "<sequenceFlow id='part_1' sourceRef='part_start' targetRef='part_task' />"
           "<sequenceFlow id='part_2' sourceRef='part_task' targetRef='part_end' />")  # fmt: skip
    m.node("task", "task_1")
    m.event(
        "boundaryEvent",
        "message_border",
        "message",
        "attachedToRef='part'",
        at=(m.spots["part"][0] + 20, 182),
    )
    m.event(
        "boundaryEvent",
        "escalation_border",
        "escalation",
        "attachedToRef='part' cancelActivity='false'",
        at=(m.spots["part"][0] + 60, 182),
    )
    m.node("task", "task_2")
    m.node("task", "task_3")
    m.event("endEvent", "end")
    m.event("endEvent", "other_end")
    m.event("endEvent", "third_end")
    m.flow("start", "part", "task_1", "end")
    m.flow("message_border", "task_2", "other_end")
    m.flow("escalation_border", "task_3", "third_end")
    return m


def a_4() -> Model:
    """Pools, lanes, message flows."""
    m = Model("reference_a_4")
    m.event("startEvent", "start")
    m.node("task", "task_1")
    m.node("task", "task_2")
    m.event("endEvent", "end")
    m.flow("start", "task_1", "task_2", "end")
    m.inside.insert(0, "<laneSet id='lanes'><lane id='lane_1' name='lane_1'><flowNodeRef>start</flowNodeRef><flowNodeRef>task_1</flowNodeRef></lane>"
                    "<lane id='lane_2' name='lane_2'><flowNodeRef>task_2</flowNodeRef><flowNodeRef>end</flowNodeRef></lane></laneSet>")  # fmt: skip
    m.around += [
        "<participant id='pool_1' name='pool_1' processRef='reference_a_4' />",
        "<participant id='pool_2' name='pool_2' />",
    ]
    for id, x, y, w, h in (
        ("pool_1", 60, 60, 800, 260),
        ("lane_1", 90, 60, 770, 130),
        ("lane_2", 90, 190, 770, 130),
        ("pool_2", 60, 400, 800, 120),
    ):
        m.shapes.append(
            f"<bpmndi:BPMNShape id='{id}_di' bpmnElement='{id}' isHorizontal='true'><dc:Bounds x='{x}' y='{y}' width='{w}' height='{h}' /></bpmndi:BPMNShape>"
        )
        m.spots[id] = (x, y, w, h)
    m.line("messageFlow", "to_the_other_pool", "task_1", "pool_2", into=m.around)
    m.line("messageFlow", "from_the_other_pool", "pool_2", "task_2", into=m.around)
    return m


def b_1() -> Model:
    """Typed tasks, call activities, data, annotations, a group, parallel gateways, message events."""
    m = Model("reference_b_1")
    m.event("startEvent", "start", "message")
    m.node("parallelGateway", "fork")
    m.node("userTask", "user")
    m.node("serviceTask", "service")
    m.node("callActivity", "call", attributes="calledElement='elsewhere'")
    m.node("parallelGateway", "join")
    m.event("intermediateThrowEvent", "throw", "message")
    m.event("intermediateCatchEvent", "wait", "timer")
    m.event("endEvent", "end", "message")
    m.node("dataObjectReference", "data", attributes="dataObjectRef='data_object'")
    m.inside.append("<dataObject id='data_object' />")
    m.node("dataStoreReference", "store", attributes="dataStoreRef='the_store'")
    m.node("textAnnotation", "note", "<text>a note</text>")
    m.inside[-1] = m.inside[-1].replace("name='note' ", "")
    m.flow("start", "fork", "user", "join", "throw", "wait", "end")
    m.flow("fork", "service", "join")
    m.flow("fork", "call", "join")
    m.line("association", "about", "user", "note")
    return m


def b_2() -> Model:
    """Every kind of task, gateway, event, marker and sub-process."""
    m = Model("reference_b_2")
    for tag in (
        "task",
        "userTask",
        "serviceTask",
        "scriptTask",
        "manualTask",
        "businessRuleTask",
        "sendTask",
        "receiveTask",
    ):
        m.node(tag, f"a_{tag.lower()}")
    m.node("userTask", "looped", "<standardLoopCharacteristics />")
    m.node(
        "userTask",
        "parallel_instances",
        "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>",
    )
    m.node(
        "userTask",
        "sequential_instances",
        "<multiInstanceLoopCharacteristics isSequential='true'><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>",
    )
    m.node("serviceTask", "compensating", attributes="isForCompensation='true'")
    for tag in (
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "eventBasedGateway",
        "complexGateway",
    ):
        m.node(tag, f"a_{tag.lower()}")
    for kind in ("none", "message", "timer", "conditional", "signal"):
        m.event("startEvent", f"start_{kind}", kind)
    for kind in ("message", "timer", "conditional", "signal", "link"):
        m.event("intermediateCatchEvent", f"catch_{kind}", kind)
    for kind in ("none", "message", "signal", "escalation", "link", "compensate"):
        m.event("intermediateThrowEvent", f"throw_{kind}", kind)
    for kind in ("none", "message", "signal", "escalation", "error", "compensate", "terminate"):
        m.event("endEvent", f"end_{kind}", kind)
    x, y, _, _ = m.spots["a_usertask"]
    for n, kind in enumerate(("message", "timer", "signal", "error", "escalation", "conditional")):
        m.event(
            "boundaryEvent", f"border_{kind}", kind, "attachedToRef='a_usertask'", at=(x + 16 * n, y + 62)
        )
    m.node(
        "subProcess",
        "event_part",
        "<startEvent id='event_part_start'><signalEventDefinition id='event_part_d' signalRef='the_signal' /></startEvent>",
        "triggeredByEvent='true'",
    )
    m.node(
        "transaction",
        "transacted",
        "<endEvent id='transacted_end'><cancelEventDefinition id='transacted_d' /></endEvent>",
    )
    m.node("adHocSubProcess", "any_order", "<task id='any_order_task' />")
    m.flow("start_none", "a_task", "a_usertask", "a_servicetask", "a_scripttask", "end_none")
    m.flow("start_message", "a_eventbasedgateway", "catch_message", "end_message")
    m.flow("a_eventbasedgateway", "catch_timer", "end_terminate")
    return m


def c_1() -> Model:
    """An everyday process: lanes, a choice, a timer at the border, a called process, a loop back."""
    m = a_4()
    m.name = "reference_c_1"
    m.around[0] = m.around[0].replace("reference_a_4", "reference_c_1")
    m.node("exclusiveGateway", "good", attributes="default='good_to_end_2'")
    m.event(
        "boundaryEvent",
        "late",
        "timer",
        "attachedToRef='task_2' cancelActivity='false'",
        at=(m.spots["task_2"][0] + 30, m.spots["task_2"][1] + 62),
    )
    m.event("endEvent", "end_2")
    m.node("callActivity", "remind", attributes="calledElement='reminder'")
    m.event("endEvent", "end_3")
    m.flow("good", "end_2")
    m.flow("good", "task_1", condition="again == true")
    m.flow("late", "remind", "end_3")
    return m


MODELS = {made.name: made.xml() for made in (a_1(), a_2(), a_3(), a_4(), b_1(), b_2(), c_1())}
