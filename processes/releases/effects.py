"""Required decisions: for verbs that grant, pay, advance or stop, and for papers that announce a decision.

`[[effect]]` in `programme.toml` names for a verb the steps that decide it, each with its role; a paper names
them under `decided_by`. Any one of them suffices, and the latest of them counts (`decisions/standing.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from processes.access.permissions import Role
from processes.errors import YimenError

if TYPE_CHECKING:
    from processes.releases.bundle import Bundle

LEADERS = frozenset({Role.TOWNSHIP_LEADER, Role.COUNTY_LEADER})
"""Roles that decide, whatever a programme says: an effect never depends on another role's step."""
AGREE, REFUSE = "agree", "refuse"


@dataclass(frozen=True, slots=True)
class Needed:
    """Steps that may have decided, each with its role; `verdict` is the required verdict, "" for either.

    `agrees` are expressions over a step's form, for steps that `[decision.<process>.steps]` does not name.
    """

    steps: Mapping[str, str]
    verdict: str = AGREE
    agrees: Mapping[str, str] = field(default_factory=dict)


def read(raw: Iterable[Mapping[str, Any]]) -> dict[str, Needed]:
    """Read the decisions required by each verb of a programme."""
    return {str(e["verb"]): Needed(dict(e["requires"]), AGREE, dict(e.get("agrees", {}))) for e in raw}


def agreeing(bundle: Bundle, process: str, needed: Needed, step: str) -> str:
    """Return the expression over a deciding step's form that says whether it agrees; "" if there is none."""
    if step in needed.agrees:
        return needed.agrees[step]
    verdict = bundle.verdict(process)
    if verdict is not None and step in verdict.steps:
        return verdict.steps[step]
    of_verbs = (e.agrees[step] for e in bundle.effects.values() if step in e.agrees)
    return next(of_verbs, "")


def named(bundle: Bundle) -> set[str]:
    """Steps that the programme itself marks as deciding or giving an opinion."""
    steps = {*decisions(bundle), *map(str, bundle.programme.get("decides", ()))}
    steps |= {step for paper in bundle.papers.values() for step in paper.decided_by}
    return steps | {step for verdict in bundle.verdicts.values() for step in verdict.steps}


def decisions(bundle: Bundle) -> frozenset[str]:
    """Steps that grant money: a decision there counts for that time alone."""
    return frozenset(step for needed in bundle.effects.values() for step in needed.steps)


def deciding_steps(bundle: Bundle, process: str) -> frozenset[str]:
    """Return the steps of a process that give an opinion or decide; a move never passes them.

    These are the steps that the programme names, and every step of a leader.
    """
    steps = named(bundle)
    try:
        diagrams = bundle.definition(process).diagrams.values()
    except YimenError:
        return frozenset(steps)
    offered = (n for d in diagrams for n in d.nodes.values() if n.is_offered)
    return frozenset(n.id for n in offered if n.id in steps or n.role in LEADERS)
