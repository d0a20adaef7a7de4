"""What is due now, found from rows and turned into commands; a second sweeper harms nothing."""

from __future__ import annotations

from sqlalchemy import and_, or_, select

from processes import commands as c
from processes import defects
from processes.access import unsaved
from processes.access.scope import system_actor
from processes.cases.models import Case, Clock
from processes.errors import YimenError
from processes.office.door import Office
from processes.policy.calendar import civil_date

AT_ONCE = 50


def sweep(office: Office) -> int:
    """Fire due timers, oldest first, and note clocks that changed colour; answers how many commands.

    One case that fails does not stop the others: the door has made an incident of it.
    """
    done = 0
    for command in [*_due(office), *_warnings(office), *_outlived(office)]:
        try:
            office.perform(command, system_actor())
        except YimenError:
            continue
        except Exception as fault:
            defects.note(fault, command=type(command).__name__)
            continue
        done += 1
    return done


def _outlived(office: Office) -> list[c.Command]:
    with office.database.reading("") as session:
        return [c.SweepUnsaved()] if unsaved.is_outlived(session, office.database.clock()) else []


def _due(office: Office) -> list[c.Command]:
    with office.database.reading("") as session:
        query = (
            select(Case.id)
            .where(Case.due_at <= office.database.clock(), Case.status == "open")
            .order_by(Case.due_at)
            .limit(AT_ONCE)
        )
        return [c.FireDue(case_id) for case_id in session.scalars(query)]


def _warnings(office: Office) -> list[c.Command]:
    today = civil_date(office.database.clock())
    turned = or_(
        and_(Clock.warned == "", Clock.yellow_on <= today),
        and_(Clock.warned == "yellow", Clock.red_on <= today),
        and_(Clock.warned.in_(("yellow", "red")), Clock.due_on < today),
    )
    with office.database.reading("") as session:
        query = (
            select(Clock.id).where(Clock.stopped_on.is_(None), turned).order_by(Clock.due_on).limit(AT_ONCE)
        )
        return [c.WarnClock(clock_id) for clock_id in session.scalars(query)]
