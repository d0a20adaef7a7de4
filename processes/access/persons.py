"""Accounts of one natural person: what two people have to do is not done by one person with two accounts.

Two administrators say that an account belongs to the person of another one (`Account.person_id`), or that this was a
mistake.  Whoever compares who did what compares persons, here and nowhere else.  A mistake that was put right frees
nobody from what was begun before: for that the accounts are one person as long as it lasts.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Text, cast, func, null, select, type_coerce, union_all
from sqlalchemy.orm import Session

from processes.access.models import Account, AccountChange
from processes.access.status import ChangeVerdict
from processes.storage.types import ProcessData

_PERSON = func.coalesce(Account.person_id, Account.id)


def accounts_of(session: Session, account_id: int | None, since: datetime | None = None) -> frozenset[int]:
    """Every account of the person who has this one, itself among them; nothing for the program.

    Those that were of the person at some time after `since`, when that began which they are compared for, still are
    (None: whenever that was).
    """
    if account_id is None:
        return frozenset()
    person = select(_PERSON).where(Account.id == account_id).scalar_subquery()
    now = select(Account.id, cast(null(), Text).label("together")).where(person == _PERSON)
    before = select(AccountChange.account_id, cast(AccountChange.together, Text)).where(
        AccountChange.unties.is_(True),
        AccountChange.verdict == ChangeVerdict.CONFIRMED,
        AccountChange.together.is_not(None),
    )
    if since is not None:
        before = before.where(AccountChange.decided_at > since)
    both = union_all(now, before).subquery()
    found = session.execute(select(both.c.id, type_coerce(both.c.together, ProcessData))).all()
    mine = {account_id, *(row[0] for row in found if row[1] is None)}
    former = [{int(one) for one in row[1]} for row in found if row[1] is not None]
    while joined := [group for group in former if group & mine and not group <= mine]:
        mine.update(*joined)
    return frozenset(mine)


def is_one_of(
    session: Session, account_id: int | None, others: Collection[int | None], since: datetime | None = None
) -> bool:
    """Whether some of the other accounts is of the same person, or was so after `since`."""
    if account_id is None or not any(o is not None for o in others):
        return False
    return account_id in others or bool(accounts_of(session, account_id, since) & set(others))
