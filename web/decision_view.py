"""The decision card and the lines of a computation, for pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from processes.cases.models import Case
from processes.decisions import card
from processes.decisions.card import Card
from processes.decisions.reading import Computation
from processes.engine.facts import Facts
from processes.office import Office
from processes.parameters.pins import CasePolicy
from processes.releases.bundle import Bundle


def facts(office: Office, session: Session, case: Case, bundle: Bundle) -> Facts:
    """Return the engine's context: the instant, and the parameters as the case read them."""
    return Facts(office.database.clock(), CasePolicy(session, case.id, case.division, bundle.policy))


def computation(
    office: Office, session: Session, case: Case, bundle: Bundle, data: Mapping[str, Any]
) -> Computation:
    """Return the computed case."""
    return card.computation(session, case, bundle, data, facts(office, session, case, bundle))


def of_case(
    office: Office, session: Session, case: Case, bundle: Bundle, data: Mapping[str, Any]
) -> Card | None:
    """Return the card of a case, once its data were read and computed."""
    return card_of(session, computation(office, session, case, bundle, data))


def card_of(session: Session, computation: Computation) -> Card | None:
    """Return the card of a computation that the page has loaded already."""
    return card.of_case(session, computation)
