"""The sweep: finds what is due in rows and executes commands for it; concurrent sweeps are safe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import and_, exists, literal_column, select

from processes import defects
from processes.access import command_tokens, form_drafts
from processes.access.scope import system_actor
from processes.cases.models import Case, Clock, Suspension
from processes.cases.status import CaseStatus, ClockColour
from processes.errors import Unavailable, YimenError
from processes.office.cases.limits import WarnClock
from processes.office.cases.timers import FireDue, FireDueResult
from processes.office.command import Command
from processes.office.door import Office
from processes.office.personal.form_drafts import SweepFormDrafts
from processes.office.system.tokens import SweepTokens
from processes.policy.calendar import civil_date
from processes.storage.types import constant

AT_ONCE = 50
MOST_OF_ONE = 100
"""Timers of one case fired in a sweep; a case in a loop does not keep others waiting."""
Find = Callable[[Office, Collection[int]], list[tuple[int, Command[Any]]]]


def sweep(office: Office, alive: Callable[[], None] = lambda: None) -> int:
    """Fire due timers, oldest first, and record clocks that changed colour; return the number of commands.

    A case that fails does not stop the others: the door records an incident. `alive` is called from time to
    time.
    """
    done = sum(_process_all(office, find, alive) for find in (_due, _warnings))
    with office.database.reading("") as session:
        outlived = form_drafts.is_outlived(session, office.database.clock())
        has_tokens = command_tokens.is_outlived(session, office.database.clock())
    if outlived:
        office.perform(SweepFormDrafts(), system_actor())
    if has_tokens:
        office.perform(SweepTokens(), system_actor())
    return done + outlived + has_tokens


def _process_all(office: Office, find: Find, alive: Callable[[], None]) -> int:
    """Process items until none is left; items that failed or changed nothing wait for the next sweep."""
    left: set[int] = set()
    times: Counter[int] = Counter()
    done = 0
    while found := find(office, left):
        alive()
        for row_id, command in found:
            times[row_id] += 1
            worked = _performed(office, command)
            done += worked
            if not worked or times[row_id] >= MOST_OF_ONE:
                left.add(row_id)
    return done


def _performed(office: Office, command: Command[Any]) -> bool:
    """Whether a command changed something. Raises `Unavailable` if the database is not available."""
    try:
        result = office.perform(command, system_actor())
    except Unavailable:
        raise
    except YimenError:
        return False
    except Exception as fault:
        defects.note(fault, command=type(command).__name__)
        return False
    return result.fired if isinstance(result, FireDueResult) else result.warned


def _due(office: Office, left: Collection[int]) -> list[tuple[int, Command[Any]]]:
    with office.database.reading("") as session:
        query = (
            select(Case.id)
            .where(
                Case.due_at <= office.database.clock(), Case.status == CaseStatus.OPEN, Case.id.not_in(left)
            )
            .order_by(Case.due_at)
            .limit(AT_ONCE)
        )
        return [(case_id, FireDue(case_id)) for case_id in session.scalars(query)]


def _warnings(office: Office, left: Collection[int]) -> list[tuple[int, Command[Any]]]:
    """Clocks whose colour has changed; each part uses an index of its own."""
    today = civil_date(office.database.clock())
    suspended = exists().where(Suspension.clock_id == Clock.id, Suspension.until_on.is_(None))
    turned = (
        and_(Clock.warned == literal_column("''"), Clock.yellow_on <= today),
        and_(Clock.warned == constant(ClockColour.YELLOW), Clock.red_on <= today),
        and_(
            Clock.warned.in_([constant(ClockColour.YELLOW), constant(ClockColour.RED)]), Clock.due_on < today
        ),
    )
    commands: dict[int, Command[Any]] = {}
    with office.database.reading("") as session:
        for condition in turned:
            query = select(Clock.id).where(
                Clock.stopped_on.is_(None), condition, Clock.id.not_in(left), ~suspended
            )
            for clock_id in session.scalars(query.order_by(Clock.due_on).limit(AT_ONCE)):
                commands[clock_id] = WarnClock(clock_id)
    return list(commands.items())
