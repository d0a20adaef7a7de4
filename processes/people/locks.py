"""Locks on persons: grants and payments to somebody are checked and written under them.

Acquired after the case's lock and before the fund's, in the order of the rows, so that transactions cannot
deadlock.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from processes.people.models import Person
from processes.people.queries import same_people
from processes.storage.unit_of_work import UnitOfWork


def hold(uow: UnitOfWork, people: Iterable[int]) -> set[int]:
    """Lock these persons and the rows under which they were also registered; return all of them.

    The other rows may change until the locks are held, so the query repeats until nothing is new.
    """
    wanted, held = same_people(uow.session, list(people)), set[int]()
    while wanted - held:
        held |= wanted
        # FOR NO KEY UPDATE: rows that refer to a person may still be written meanwhile.
        query = select(Person.id).where(Person.id.in_(held)).order_by(Person.id)
        uow.session.execute(query.with_for_update(key_share=True)).all()
        wanted = same_people(uow.session, list(held))
    return held
