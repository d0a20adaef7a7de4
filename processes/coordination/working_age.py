"""The ages between which a member is assumed able to work by default."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from processes.access.scope import Actor
from processes.errors import ParameterMissing, ReleaseMissing
from processes.releases import publish


def bounds(session: Session, actor: Actor, today: date) -> dict[str, int] | None:
    """Return the ages below and from which nobody is assumed able to work, from the one window; None: not
    published."""
    try:
        release = publish.current_id(session, "one_window", today)
        policy = publish.open_release(session, release).policy
        child = policy.value("screening.child_age", today, actor.division)
        elderly = policy.value("screening.elderly_age", today, actor.division)
    except (ReleaseMissing, ParameterMissing):
        return None
    return {"child": int(str(child)), "elderly": int(str(elderly))}
