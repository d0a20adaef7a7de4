"""Submitted input: forms checked against the release, reasons of limited length."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from processes.access.scope import Actor
from processes.cases import seconds
from processes.cases.models import Case, WorkItem
from processes.cases.status import WorkItemStatus
from processes.errors import EngineFault, RuleBroken
from processes.policy import reading
from processes.policy.calendar import civil_date
from processes.releases import forms
from processes.releases.bundle import Bundle
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

LONGEST_REASON = 300


def checked(
    bundle: Bundle,
    case: Case,
    actor: Actor,
    uow: UnitOfWork,
    form: str,
    data: Any,
    known: Callable[[], Mapping[str, Any]] = dict,
    colleagues: Callable[[], Sequence[seconds.Choice]] = list,
) -> dict[str, Any]:
    """Return the typed values of a submitted form, checked against the release's schema; raises
    `FormInvalid`.

    `known` returns the case's data, for fields whose choices come from it; `colleagues` the eligible second
    persons of the step.
    """
    schema = bundle.form(form)
    if schema is None:
        raise EngineFault(reason=tr("没有名为“{form}”的表单", form=form))
    today = civil_date(uow.now)
    circumstances = forms.Circumstances(
        actor.name,
        today,
        lambda name: bundle.policy.value(name, today, case.division),
        lambda name: _cause(case, uow, known, name),
    )
    has_second = forms.second_field(schema) is not None

    def choosing() -> Mapping[str, Any]:
        return {**known(), **seconds.offered(colleagues())} if has_second else known()

    return forms.check(forms.resolved(schema, choosing), data, circumstances)


def _cause(
    case: Case, uow: UnitOfWork, known: Callable[[], Mapping[str, Any]], name: str
) -> forms.Cause | None:
    """When the case was opened, when a valid step was last finished, or a date in the case's data."""
    if name == forms.OPENED:
        return forms.Cause(civil_date(case.opened_at or uow.now), tr("登记之日"))
    step, _, field = name.partition(".")
    if field:
        part = known().get(step)
        value = part.get(field) if isinstance(part, Mapping) else None
        return forms.Cause(value, tr("起因之日")) if isinstance(value, date) else None
    query = select(WorkItem.title, WorkItem.completed_at).where(
        WorkItem.case_id == case.id, WorkItem.task == step, WorkItem.status == WorkItemStatus.DONE
    )
    done = uow.session.execute(query.order_by(WorkItem.completed_at.desc()).limit(1)).first()
    return (
        None
        if done is None
        else forms.Cause(civil_date(done.completed_at), tr("“{title}”办结之日", title=done.title))
    )


def reason_of(text: str) -> str:
    """Return a reason typed by a person; raises if missing or too long."""
    reason = reading.text(text, lines=True)
    if not reason:
        raise RuleBroken(reason=tr("请写明理由"))
    return reason[:LONGEST_REASON]
