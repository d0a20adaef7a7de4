"""The decision card and the lines of a computation, for the pages that show them."""

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
    """The instant, and the parameters as the case read them."""
    return Facts(office.database.clock(), CasePolicy(session, case.id, case.division, bundle.policy))


def computation(
    office: Office, session: Session, case: Case, bundle: Bundle, data: Mapping[str, Any]
) -> Computation:
    """The computed case."""
    return card.computation(session, case, bundle, data, facts(office, session, case, bundle))


def of_case(
    office: Office, session: Session, case: Case, bundle: Bundle, data: Mapping[str, Any]
) -> Card | None:
    """The card of a case, once its facts were taken and computed."""
    return card_of(session, computation(office, session, case, bundle, data))


def card_of(session: Session, told: Computation) -> Card | None:
    """The card of what is computed already, for a page that shows more of it."""
    return card.of_case(session, told)
