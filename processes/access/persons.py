"""Accounts of one natural person: what two people have to do is not done by one person with two accounts.

An administrator declares that an account belongs to the person of another one (`Account.person_id`).  Whoever compares
who did what compares persons, here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from processes.access.models import Account

_PERSON = func.coalesce(Account.person_id, Account.id)


def accounts_of(session: Session, account_id: int | None) -> frozenset[int]:
    """Every account of the person who has this one, itself among them; nothing for the program."""
    if account_id is None:
        return frozenset()
    person = select(_PERSON).where(Account.id == account_id).scalar_subquery()
    return frozenset(session.scalars(select(Account.id).where(person == _PERSON))) | {account_id}


def is_one_of(session: Session, account_id: int | None, others: Collection[int | None]) -> bool:
    """Whether some of the other accounts is of the same person."""
    if account_id is None or not any(o is not None for o in others):
        return False
    return account_id in others or bool(accounts_of(session, account_id) & set(others))
