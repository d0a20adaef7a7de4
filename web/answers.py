"""Data of a case for display: its current values, and the application."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from processes.access import accounts
from processes.access.models import Account
from processes.access.scope import Actor
from processes.cases import seconds
from processes.cases.models import Case, WorkItem
from processes.engine import runtime
from processes.office import Office
from processes.people import queries
from processes.people.models import Household
from processes.releases import forms
from processes.releases.bundle import Bundle


def known(office: Office, case: Case, bundle: Bundle) -> Mapping[str, Any]:
    """Return the case's data in the engine."""
    facts = bundle.facts(office.database.clock(), case.division)
    definition = bundle.definition(case.process)
    return runtime.look(definition, runtime.restore(definition, case.state, facts), facts).data


def form_of(
    office: Office, item: WorkItem, bundle: Bundle, data: Mapping[str, Any], actor: Actor
) -> dict[str, Any]:
    """Return the form of a step with its choices, including eligible second persons."""
    schema = bundle.form(item.form) or {}
    if forms.second_field(schema) is not None:
        # From the whole county: the second person may be of the county's office.
        with office.database.reading("") as session:
            found = seconds.choices(session, item.division, item.role, actor.account_id, item.claimed_for_id)
            data = {**data, **seconds.offered(found)}
    return forms.resolved(schema, lambda: data)


def offered(data: Mapping[str, Any], household: Household | None) -> dict[str, Any]:
    """Return the choices offered by the case's forms: its data and, if permitted, the household's people."""
    return {**data, **({} if household is None else queries.choices(household))}


def application(offers: Mapping[str, Any], case: Case, bundle: Bundle) -> list[tuple[str, str]]:
    """Return the application's fields with their values, from the case's data."""
    schema = forms.resolved(bundle.form(bundle.start(case.process).form) or {}, lambda: offers)
    labels = {
        f["key"]: forms.label_of(f)
        for f in forms.fields_of(schema)
        if not f.get("properties", {}).get("inner")
    }
    shown = forms.shown(schema, offers.get("application", {}))
    return [(labels[k], v) for k, v in shown.items() if k in labels]


def reachable(office: Office, division: str, role: str = "") -> list[Account]:
    """Return people to ask or have sign, including those of higher divisions, outside the actor's data scope."""
    with office.database.reading("") as session:
        return accounts.reachable(session, division, role)
