"""What each step of a case entered, compared with earlier entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from processes.access.scope import in_name_of
from processes.cases.models import Case, WorkItem
from processes.cases.status import WorkItemStatus
from processes.people import history
from processes.people.models import HouseholdVersion
from processes.releases import forms as schemas
from processes.releases.bundle import Bundle


def of_steps(bundle: Bundle, items: Sequence[WorkItem], offers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every finished step in order: its lines, with the earlier value of the same step.

    `offers` are the choices that the forms offered.
    """
    finished = [
        i
        for i in items
        if i.status in (WorkItemStatus.DONE, WorkItemStatus.SUPERSEDED) and i.completed_at is not None
    ]
    finished.sort(key=lambda i: (i.completed_at, i.id))
    latest: dict[str, dict[str, str]] = {}
    found = []
    for item in finished:
        schema = bundle.form(item.form) if item.form else None
        answers = (
            {}
            if schema is None
            else schemas.shown(schemas.resolved(schema, lambda: offers), item.submission or {})
        )
        labels = {} if schema is None else {f["key"]: schemas.label_of(f) for f in schemas.fields_of(schema)}
        before = latest.get(item.ref)
        keys = list(dict.fromkeys([*answers, *(before or {})]))
        found.append(
            {
                "title": item.title, "by": _by(item), "at": item.completed_at, "again": before is not None,
                "superseded": item.status == WorkItemStatus.SUPERSEDED,
                "lines": [
                    {"label": labels.get(k, k), "before": (before or {}).get(k, ""), "after": answers.get(k, "")}
                    for k in keys
                ],
            }
        )  # fmt: skip
        latest[item.ref] = answers
    return found


def _by(item: WorkItem) -> str:
    return in_name_of(item.completed_by or "", item.completed_for)


def of_register(
    kept: Sequence[HouseholdVersion], case: Case, now: datetime
) -> list[tuple[HouseholdVersion, list[tuple[str, str, str]]]]:
    """Return changes of the register while the case was open."""
    ordered = sorted(kept, key=lambda v: (v.at, v.id))
    found = []
    for before, after in zip(ordered, ordered[1:], strict=False):
        if case.opened_at <= after.at <= (case.closed_at or now):
            lines = history.changes(before.content, after.content)
            if lines:
                found.append((after, lines))
    return found
