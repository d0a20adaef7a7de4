"""A database of few rows in memory, for tests that judge one function: the schema of the models, one transaction, a
set clock.

Foreign keys are not checked, so that a test gives only the rows that matter. The tables are made once in a process;
what a test writes is rolled back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine, StaticPool, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from processes.access.models import Account
from processes.access.scope import Actor
from processes.cases.models import Case
from processes.migrations import schema
from processes.people.models import Household, Membership, Person
from processes.storage import keyring
from processes.storage.base import Row
from processes.storage.unit_of_work import UnitOfWork

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
"""Monday, 2 March 2026, 09:30 in China."""
_KEYS = keyring.Keyring((b"e" * 32,), (b"i" * 32,), (b"s" * 32,))
COUNTY, TOWNSHIP, VILLAGE, OTHER_TOWNSHIP = "340199", "340199101", "340199101201", "340199102"


@contextmanager
def unit_of_work(now: datetime = NOW) -> Iterator[UnitOfWork]:
    """A transaction over empty tables; everything in it is rolled back, what it committed too."""
    keyring.use(_KEYS)
    with _ENGINE.connect() as connection:
        with Session(
            connection, expire_on_commit=False, autoflush=False, join_transaction_mode="create_savepoint"
        ) as session:
            yield UnitOfWork(session, now)
        connection.rollback()


def stored(uow: UnitOfWork, *rows: Row) -> None:
    """Store rows and forget them, so that they are read as the database has them."""
    uow.session.add_all(rows)
    uow.session.flush()
    uow.session.expire_all()


def account(
    account_id: int, *roles: str, division: str = TOWNSHIP, username: str = "", **more: object
) -> Account:
    """An account; its user name and name tell its number."""
    plain: dict[str, Any] = {
        "id": account_id, "username": username or f"user{account_id}", "name": f"职员{account_id}", "password_hash": "x",
        "roles": list(roles), "division": division, "department": "", "is_active": True, "is_demo": False,
        "must_change_password": False, "awaits_confirmation": False, "session_epoch": 0,
    }  # fmt: skip
    return Account(**(plain | more))


def actor(account_id: int | None, *roles: str, division: str = TOWNSHIP) -> Actor:
    """A person of this account, without a session at the desk."""
    return Actor(account_id, f"职员{account_id}", frozenset(roles), division)


def _leave_transactions(connection: Any, _record: Any) -> None:
    """The driver begins none by itself: savepoints work only so."""
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _made() -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _leave_transactions)
    event.listen(engine, "begin", _begin)
    with engine.begin() as connection:
        schema.METADATA.create_all(connection)
    return engine


_ENGINE = _made()
"""Made when the module is read, so that processes forked for each change of the program have it already."""


def case_of(case_id: int, **more: object) -> Case:
    """A case of a household's head in the village; its household is ten times its number."""
    plain: dict[str, Any] = {
        "id": case_id, "number": f"N-{case_id}", "programme": "temporary", "programme_title": "临时救助",
        "division": VILLAGE, "release_id": 1, "household_id": case_id * 10, "applicant": "张建国", "status": "open",
        "opened_at": NOW, "state": b"", "events_count": 0, "head": "", "version": 1, "former_releases": [],
    }  # fmt: skip
    return Case(**(plain | more))


def person(person_id: int, name: str = "", **more: object) -> Person:
    """A person; the number of the row tells the name and the number of the card."""
    plain: dict[str, Any] = {
        "id": person_id, "name": name or f"居民{person_id}", "sex": "男", "birth_on": date(1970, 1, 1),
        "id_number": f"34019919700101{person_id:04d}", "id_index": f"{person_id}", "id_head": "3401",
        "id_tail": f"{person_id:04d}", "home": TOWNSHIP,
    }  # fmt: skip
    return Person(**(plain | more))


def household(household_id: int, *people: int, **more: object) -> list[Row]:
    """A household of the village and its memberships; the first of its people heads it."""
    plain: dict[str, Any] = {
        "id": household_id, "number": f"H-{household_id}", "division": VILLAGE, "address": "一组", "phone": "",
        "householder_name": f"居民{people[0]}" if people else "", "updated_at": NOW, "updated_by": "职员1",
        "confirmed": [],
    }  # fmt: skip
    members = [
        Membership(
            household_id=household_id, person_id=p, relation="配偶" if n else "本人", position=n
        )
        for n, p in enumerate(people)
    ]  # fmt: skip
    return [Household(**(plain | more)), *members]
