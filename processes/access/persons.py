"""Accounts of one natural person: a rule for two people cannot be met by one person with two accounts.

Two administrators declare that an account belongs to the person of another one (`Account.person_id`), or that
this was an error. Every comparison of who did what uses this module. Correcting an error does not affect what
was begun before: there the accounts remain one person.
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
    """Return every account of the person of this account, itself included; empty for the program.

    Accounts that were of the person at any time after `since` (the beginning of what is compared) count too;
    None: at any time.
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
    rows = session.execute(select(both.c.id, type_coerce(both.c.together, ProcessData))).all()
    mine = {account_id, *(row[0] for row in rows if row[1] is None)}
    former = [{int(one) for one in row[1]} for row in rows if row[1] is not None]
    while joined := [group for group in former if group & mine and not group <= mine]:
        mine.update(*joined)
    return frozenset(mine)


def is_one_of(
    session: Session, account_id: int | None, others: Collection[int | None], since: datetime | None = None
) -> bool:
    """Return whether any of the other accounts is of the same person, or was so after `since`."""
    if account_id is None or not any(o is not None for o in others):
        return False
    return account_id in others or bool(accounts_of(session, account_id, since) & set(others))
