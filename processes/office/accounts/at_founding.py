"""Whether the office is still being founded: one administrator then does what needs two later."""

from __future__ import annotations

from sqlalchemy import select

from processes.access import founding
from processes.cases.models import Case
from processes.storage.unit_of_work import UnitOfWork


def is_founding(uow: UnitOfWork) -> bool:
    """Whether the first administrator may act alone: there was never a second one, and there is no case."""
    has_case = uow.session.scalar(select(Case.id).limit(1)) is not None
    return not has_case and not founding.had_two_administrators(uow.session)
