"""The extension properties allowed on elements of a diagram (`spiffworkflow:property`), for lint and the
reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from processes.texts import tr


@dataclass(frozen=True, slots=True)
class ElementProperty:
    """A property of an element: its meaning, its Chinese title, and the elements that may carry it."""

    title: str
    carried_by: str
    description: str


PROPERTIES: Mapping[str, ElementProperty] = {
    "form": ElementProperty(tr("表单"), "user task", "The form that the step asks for: `forms/NAME.form`."),
    "clock": ElementProperty(
        tr("时限"), "user task", "The clock whose due day the step shows and is sorted by."
    ),
    "clauses": ElementProperty(
        tr("条款"), "any step", "Clauses of `clauses.toml` that it carries out, with commas."
    ),
    "role": ElementProperty(
        tr("岗位"), "user task", "Who does the step, where it is not the role of its lane."
    ),
    "return_to": ElementProperty(
        tr("可以退回至此"), "user task", "`false`: a later step cannot send the case back to this one."
    ),
    "handwriting": ElementProperty(
        tr("手写签名"),
        "user task",
        tr("Whose signature is written on the screen at this step, in words (`申请人`)."),
    ),
    "facts_may_change": ElementProperty(
        tr("可以不按最新登记"),
        "user task",
        "`true`: the step may be finished although the household's facts changed since.",
    ),
}
"""By name; lint refuses all others."""
