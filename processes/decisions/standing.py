"""Whether a decision is valid; checked for everything that grants, pays, stops or announces a decision.

A decision is valid while its step is done and the case was not sent or moved back before it. Of several
deciding steps of a case the latest counts: what the county refused is not paid on the township's earlier
consent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from processes.cases.models import WorkItem
from processes.cases.status import WorkItemStatus
from processes.engine import expressions
from processes.errors import DecisionMissing, ExpressionFailed
from processes.releases import consents, effects
from processes.releases.bundle import Bundle
from processes.releases.effects import Needed
from processes.texts import tr


def demand(bundle: Bundle, process: str, needed: Needed | None, items: Sequence[WorkItem], what: str) -> None:
    """Raise `DecisionMissing` unless the case has the decision; `what` is the title of the effect.

    A release older than `[[effect]]` needs at least a valid step of a leader.
    """
    standing = [i for i in items if i.status == WorkItemStatus.DONE and i.completed_at is not None]
    if needed is None:
        if not any(i.role in effects.LEADERS for i in standing):
            raise DecisionMissing(what=what, steps=tr("乡镇或县级负责人的决定"))
        return
    latest = _latest(i for i in standing if needed.steps.get(i.task) == i.role)
    if latest is None or not _says(bundle, process, needed, latest):
        raise DecisionMissing(what=what, steps=_titles(bundle, process, needed))


def _latest(items: Iterable[WorkItem]) -> WorkItem | None:
    return max(items, key=lambda i: (i.completed_at, i.id or 0), default=None)


def _says(bundle: Bundle, process: str, needed: Needed, item: WorkItem) -> bool:
    """Whether a verdict is the required one; a form that cannot be read has none.

    A consent that reads no answer of the step's form does not count, whatever the release of the case.
    """
    if not needed.verdict:
        return True
    source = effects.agreeing(bundle, process, needed, item.task)
    if not consents.counts(bundle, bundle.definition(process), item.task, source):
        return False
    try:
        parsed = expressions.parse(source)
        agrees = bool(expressions.evaluate(parsed, item.submission or {}))
    except ExpressionFailed:
        return False
    return agrees == (needed.verdict == effects.AGREE)


def _titles(bundle: Bundle, process: str, needed: Needed) -> str:
    nodes = (n for d in bundle.definition(process).diagrams.values() for n in d.nodes.values())
    return tr("、").join(n.name or n.id for n in nodes if n.id in needed.steps)
