"""Rules for required decisions: granting verbs and papers on decisions name their deciding steps, and come
after them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from processes.engine.diagrams import Diagram, Node
from processes.engine.expressions import parse
from processes.errors import ExpressionRefused
from processes.releases import consents, effects
from processes.releases.bundle import Bundle
from processes.releases.effects import Needed
from processes.releases.lint import index
from processes.releases.lint.problems import Office, Problem
from processes.texts import tr

PROGRAMME, PAPERS = "programme.toml", "documents.toml"


def check(bundle: Bundle, office: Office, used: Collection[str]) -> Iterator[Problem]:
    """Return effects without a decision, decisions that do not exist, and paths to an effect without one."""
    diagrams = [d for name in sorted(used) for d in index.of_file(name, bundle.files[name]).diagrams]
    nodes: dict[str, list[Node]] = {}
    for node in (n for d in diagrams for n in d.nodes.values()):
        nodes.setdefault(node.id, []).append(node)
    asked = sorted({n.operation for same in nodes.values() for n in same} & office.effects)
    for verb in asked:
        if verb not in bundle.effects:
            yield Problem(
                PROGRAMME, verb, "effect_without_decision",
                tr("服务操作“{verb}”须由决定环节作出决定后才能办理，请在 [[effect]] 中写明由哪些环节决定", verb=verb),
            )  # fmt: skip
    for verb, needed in bundle.effects.items():
        if verb not in office.effects:
            yield Problem(PROGRAMME, verb, "unknown_effect", tr("“{verb}”不是须经决定的服务操作", verb=verb))
        yield from _needed(bundle, PROGRAMME, verb, needed, nodes)
        yield from _leaders(verb, needed)
    yield from _papers(bundle, nodes, bool(asked))
    for diagram in diagrams:
        yield from _ways(bundle, diagram)


def _papers(bundle: Bundle, nodes: Mapping[str, Sequence[Node]], has_effects: bool) -> Iterator[Problem]:
    for paper in bundle.papers.values():
        if paper.decided_by:
            yield from _needed(bundle, PAPERS, paper.id, Needed(paper.decided_by, paper.verdict), nodes)
        elif not paper.register_now and has_effects:
            yield Problem(
                PAPERS, paper.id, "paper_without_decision",
                tr("文书“{title}”须写明由哪些环节决定（decided_by）；决定之前出具的文书请写 register_now = true", title=paper.title),
            )  # fmt: skip


def _needed(
    bundle: Bundle, file: str, element: str, needed: Needed, nodes: Mapping[str, Sequence[Node]]
) -> Iterator[Problem]:
    for step, role in needed.steps.items():
        found = nodes.get(step, ())
        if not found or not all(n.is_offered for n in found):
            yield Problem(
                file,
                element,
                "unknown_step",
                tr("“{element}”的决定环节“{step}”不是流程图中由人员办理的环节", element=element, step=step),
            )
            continue
        for node in found:
            if node.role != role:
                yield Problem(
                    file, element, "decision_of_other_role",
                    tr("决定环节“{step}”在流程图中由“{role}”办理，与写明的岗位“{role2}”不一致", step=node.name or step, role=node.role, role2=role),
                )  # fmt: skip
            if needed.verdict:
                yield from _verdict(bundle, file, element, needed, node)


def _verdict(bundle: Bundle, file: str, element: str, needed: Needed, node: Node) -> Iterator[Problem]:
    """A step whose form says neither yes nor no decides nothing."""
    process = node.process if node.process in bundle.starts else ""
    source = effects.agreeing(bundle, process, needed, node.id)
    if not source:
        yield Problem(
            file, element, "step_without_verdict",
            tr("环节“{id}”没有写明怎样算同意（[decision.流程.steps] 或 agrees），不能作为决定环节", id=node.name or node.id),
        )  # fmt: skip
        return
    try:
        parse(source)
    except ExpressionRefused as refused:
        yield Problem(file, element, "expression_refused", refused.message)
        return
    fault = consents.fault(bundle, node.properties.get("form", ""), source)
    if fault:
        yield Problem(
            file, element, "consent_reads_no_answer",
            tr("环节“{id}”的同意“{source}”须取自该环节表单的答复：{fault}", id=node.name or node.id, source=source, fault=fault),
        )  # fmt: skip


def _leaders(verb: str, needed: Needed) -> Iterator[Problem]:
    for step, role in needed.steps.items():
        if role not in effects.LEADERS:
            yield Problem(
                PROGRAMME, verb, "decision_of_other_role",
                tr("“{verb}”的决定环节“{step}”须由乡镇或县级负责人办理，不能由“{role}”办理", verb=verb, step=step, role=role),
            )  # fmt: skip


def _ways(bundle: Bundle, diagram: Diagram) -> Iterator[Problem]:
    """Steps of the diagram with an effect that can be reached without passing the decision."""
    for node in diagram.nodes.values():
        steps, title = _deciding(bundle, node)
        if steps and steps & diagram.nodes.keys() and node.id in _before(diagram, steps):
            yield Problem(
                PROGRAMME, node.id, "effect_before_decision",
                tr("流程图“{process}”中，不经过决定环节也能走到“{id}”（{title}）", process=diagram.name or diagram.process, id=node.name or node.id, title=title),
            )  # fmt: skip


def _deciding(bundle: Bundle, node: Node) -> tuple[set[str], str]:
    if node.operation in bundle.effects:
        return set(bundle.effects[node.operation].steps), node.operation
    if node.operation == "paper.issue":
        paper = bundle.papers.get(node.params.get("paper", "").strip("'\""))
        if paper is not None:
            return set(paper.decided_by), paper.title
    return set(), ""


def _before(diagram: Diagram, steps: Collection[str]) -> set[str]:
    """What can be reached from the start without completing any of the steps."""
    waiting = [n.id for n in diagram.nodes.values() if n.kind == "startEvent"]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in steps:
            waiting.extend(n.id for n in diagram.nodes.values() if n.attached_to == name)
        else:
            waiting.extend(diagram.successors(name))
    return seen
