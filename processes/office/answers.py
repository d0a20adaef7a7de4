"""What people submit: forms checked against the release, reasons of bounded length."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from processes.access.scope import Actor
from processes.cases.models import Case
from processes.errors import EngineFault, RuleBroken
from processes.policy import reading
from processes.policy.calendar import civil_date
from processes.releases import forms
from processes.releases.bundle import Bundle
from processes.storage.unit_of_work import UnitOfWork

LONGEST_REASON = 300


def checked(
    bundle: Bundle,
    case: Case,
    actor: Actor,
    uow: UnitOfWork,
    form: str,
    data: Any,
    known: Callable[[], Mapping[str, Any]] = dict,
) -> dict[str, Any]:
    """A submitted form, checked against the release's schema; raises `FormInvalid`.

    `known` gives the case's data, for fields whose choices come from it.
    """
    schema = bundle.form(form)
    if schema is None:
        raise EngineFault(reason=f"没有名为“{form}”的表单")
    today = civil_date(uow.now)
    circumstances = forms.Circumstances(
        actor.name, today, lambda name: bundle.policy.value(name, today, case.division)
    )
    return forms.check(forms.resolved(schema, known), data, circumstances)


def reason_of(text: str) -> str:
    """A reason that a person typed: present and of bounded length."""
    reason = reading.text(text, lines=True)
    if not reason:
        raise RuleBroken(reason="请写明理由")
    return reason[:LONGEST_REASON]
