"""Rules for separation of duties: a rule or a check names steps of people.

A leader's step that is not declared counts as deciding: adding one makes duties stricter, never weaker.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from processes.releases import effects
from processes.releases.bundle import Bundle
from processes.releases.lint import index
from processes.releases.lint.problems import Problem
from processes.texts import tr

FILE = "programme.toml"


def check(bundle: Bundle, used: Collection[str]) -> Iterator[Problem]:
    """Return separation rules without effect, and deciding steps declared as checks."""
    nodes = {
        n.id: n
        for name in sorted(used)
        for d in index.of_file(name, bundle.files[name]).diagrams
        for n in d.nodes.values()
        if n.is_offered
    }
    for rule in bundle.separation:
        for step in (rule.earlier, rule.later):
            if step not in nodes:
                yield Problem(
                    FILE,
                    step,
                    "unknown_step",
                    tr("回避规则中的环节“{step}”不是由人员办理的环节，规则不会起作用", step=step),
                )
    named = effects.named(bundle)
    stated = {str(s) for s in bundle.programme.get("checks", ())}
    for step in sorted(stated):
        if step not in nodes:
            yield Problem(
                FILE, step, "unknown_step", tr("checks 中的环节“{step}”不是由人员办理的环节", step=step)
            )
        elif step in named:
            yield Problem(
                FILE,
                step,
                "deciding_step_as_check",
                tr("环节“{name}”作出意见或决定，不能写在 checks 中", name=nodes[step].name),
            )
