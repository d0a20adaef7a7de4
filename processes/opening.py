"""Opening the office of this installation: its settings, log and database, and the keys that its data is sealed with."""

from __future__ import annotations

import structlog
from cryptography.exceptions import InvalidTag
from sqlalchemy import LargeBinary, inspect, select, type_coerce

from processes.errors import KeysForeign
from processes.office import Office
from processes.people.models import Person
from processes.settings import Settings, from_environment
from processes.storage import keyring
from processes.storage.unit_of_work import Database


def open_office() -> Office:
    """The office, its keys in use, logging as one JSON object a line.

    Raises `KeysMissing` and `KeysForeign` rather than go on under keys that open nothing of what is stored, and
    `DatabaseUnreachable`.
    """
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    settings = from_environment()
    settings.var.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    keyring.use(_fitting_keys(settings, database))
    return Office(settings, database)


def _fitting_keys(settings: Settings, database: Database) -> keyring.Keyring:
    """The keys of the data folder; new ones are made only where nothing is sealed yet."""
    sample = _something_sealed(database)
    keys = keyring.open_keyring(settings.keys, may_make=sample is None)
    if sample is not None:
        try:
            keys.unseal(sample)
        except InvalidTag as fault:
            raise KeysForeign(folder=settings.keys) from fault
    return keys


def _something_sealed(database: Database) -> bytes | None:
    """A person's sealed number, if one is stored."""
    with database.reading("") as session:
        if not inspect(session.connection()).has_table(Person.__tablename__):
            return None
        number = type_coerce(Person.id_number, LargeBinary)
        found = session.scalar(select(number).where(Person.id_number.is_not(None)).limit(1))
    return None if found is None else bytes(found)
