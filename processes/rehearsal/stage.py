"""A stage: an empty office of its own with the demo county, one published programme and a movable clock."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from sqlalchemy import select

from processes.access import accounts
from processes.access.models import Account, Division
from processes.access.scope import Actor
from processes.cases import draws
from processes.cases.clocks import calendar_of
from processes.cases.draw_models import DrawNumber, DrawRound
from processes.cases.status import DrawStatus
from processes.compound.sweeping import sweep
from processes.errors import ScenarioInvalid
from processes.migrations import schema
from processes.office import Office
from processes.policy.calendar import SHANGHAI, civil_date
from processes.rehearsal import blank, county, waits
from processes.rehearsal.engines import open_engine
from processes.releases import publish
from processes.releases.bundle import Bundle
from processes.settings import Settings
from processes.storage import full_text, keyring
from processes.storage.base import Row
from processes.storage.unit_of_work import Database, UnitOfWork
from processes.texts import tr

MOST_TEMPLATES = 8
_FILE = "stage.sqlite"
_templates: dict[tuple[str, ...], Path] = {}
BEFORE = datetime(2024, 1, 1, tzinfo=UTC)

DRAW_NUMBERS = ((tr("许督查"), tr("民政"), "20260302", "a0"), (tr("潘出纳"), tr("财政"), "31415926", "b"))
"""Who commits to which number, with the nonce of the program."""


class MovableClock:
    """The clock of a stage."""

    def __init__(self, now: datetime = BEFORE) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the instant that the clock shows."""
        return self.now


class Stage:
    """An office with a movable clock."""

    def __init__(self, settings: Settings, url: str) -> None:
        self.clock = MovableClock()
        self.database = Database(url, self.clock, open_engine)
        self.office = Office(settings, self.database)

    def found(self, *bundles: Bundle) -> None:
        """Create the county and put programmes in force, as `publish` would after passing scenarios."""
        if schema.position(self.database.engine) is not schema.Position.CURRENT:
            schema.upgrade(self.database.engine)
        with self.database.unit_of_work() as uow:
            if uow.session.scalar(select(Division.code).limit(1)) is not None:  # else it is as it was laid
                _clear(uow)
            county.found(uow)
            commit_numbers(uow)
            for bundle in bundles:
                publish.report(uow, bundle.digest, 1, 0)
                uow.flush()
                publish.publish(uow, bundle, tr("排练"), date(2000, 1, 1), "")
            uow.commit()

    def actor(self, who: str, division: str, department: str = "") -> Actor:
        """Return a demo account by role (`investigator`, `investigator#2`) whose scope contains a division."""
        role, _, number = who.partition("#")
        with self.database.reading("") as session:
            rows = session.scalars(select(Account).order_by(Account.id)).all()
            fitting = [
                a
                for a in rows
                if role in a.roles
                and division.startswith(a.division)
                and (not department or a.department == department)
            ]
        index = int(number or 1) - 1
        if index >= len(fitting):
            raise ScenarioInvalid(reason=tr("演示县没有岗位“{who}”的账号", who=who))
        return accounts.actor_of(fitting[index])

    def set_clock(self, at: datetime) -> None:
        """Set the clock to a civil time in China, without sweeping."""
        self.clock.now = (at if at.tzinfo else at.replace(tzinfo=SHANGHAI)).astimezone(UTC)

    def move(self, text: str) -> None:
        """Advance the clock, sweeping every midnight: `3 working days`, `7 days`, `2 hours`."""
        for instant in self._instants(text):
            self.clock.now = instant
            while sweep(self.office):
                pass

    def _instants(self, text: str) -> Iterator[datetime]:
        number, unit = waits.read(text)
        if unit in ("hour", "minute"):
            yield self.clock.now + waits.length(number, unit)
            return
        today = civil_date(self.clock.now)
        until = today + timedelta(days=number)
        if unit == "working day":
            with self.database.reading("") as session:
                until = calendar_of(session).add_working_days(today, number)
        clock_time = self.clock.now.astimezone(SHANGHAI).time()
        day = today
        while day < until:
            day += timedelta(days=1)
            yield datetime.combine(day, time(0, 1), SHANGHAI).astimezone(UTC)
        yield datetime.combine(until, clock_time, SHANGHAI).astimezone(UTC)

    def close(self) -> None:
        """Close every connection."""
        self.database.close()


def _clear(uow: UnitOfWork) -> None:
    for table in reversed(Row.metadata.sorted_tables):
        uow.session.execute(table.delete())
    full_text.clear(uow.session)


def commit_numbers(uow: UnitOfWork) -> None:
    """Commit the numbers of two offices for draws; always the same, so that scenarios are reproducible."""
    found = DrawRound(
        division=county.COUNTY, status=DrawStatus.READY, opened_at=uow.now, revealed_by="", numbers=[]
    )
    uow.add(found)
    uow.flush()
    for name, office, number, nonce in DRAW_NUMBERS:
        row = DrawNumber(
            round_id=found.id, name=name, office=office, number=number, nonce=nonce,
            commitment=draws.commitment(number, nonce), at=uow.now,
        )  # fmt: skip
        found.numbers.append(row)
    uow.flush()


@contextmanager
def stage(settings: Settings, *bundles: Bundle, url: str | None = None) -> Iterator[Stage]:
    """Provide a founded stage in a temporary folder, or on a database that may be emptied."""
    with TemporaryDirectory() as folder:
        own = replace(settings, var=Path(folder))
        if url is None:
            shutil.copytree(_founded(settings, bundles), folder, dirs_exist_ok=True)
        keyring.use(keyring.open_keyring(own.keys))
        made = Stage(own, url or f"sqlite:///{folder}/{_FILE}")
        try:
            if url is not None:
                made.found(*bundles)
            yield made
        finally:
            made.close()


def _founded(settings: Settings, bundles: tuple[Bundle, ...]) -> Path:
    """The folder of a founded stage with these programmes, and its keys, to be copied.

    The scenarios of a programme have mostly the same programmes; founding takes as long as a third of playing one.
    """
    key = tuple(bundle.digest for bundle in bundles)
    if key not in _templates:
        if len(_templates) == MOST_TEMPLATES:
            shutil.rmtree(_templates.pop(next(iter(_templates))))
        folder = Path(mkdtemp(dir=blank.folder()))
        own = replace(settings, var=folder)
        keyring.use(keyring.open_keyring(own.keys))
        blank.copy_to(folder / _FILE)
        made = Stage(own, f"sqlite:///{folder}/{_FILE}")
        try:
            made.found(*bundles)
        finally:
            made.close()
        _templates[key] = folder
    return _templates[key]
