"""Recovery codes (恢复码): ten at once, shown once, stored as hashes, each used once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from processes.access.factor_models import RecoveryCode
from processes.storage.unit_of_work import UnitOfWork

HOW_MANY = 10
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without similar characters: 31 of them, so that sixteen give 79 bits and a plain hash is sufficient."""
_LENGTH, _GROUP = 16, 4


def make(uow: UnitOfWork, account_id: int, at: datetime) -> Sequence[str]:
    """Create ten new codes; earlier codes become invalid."""
    drop(uow, account_id)
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(HOW_MANY)]
    for code in codes:
        uow.add(RecoveryCode(account_id=account_id, digest=_digest(account_id, code), made_at=at))
    return ["-".join(code[i : i + _GROUP] for i in range(0, _LENGTH, _GROUP)) for code in codes]


def use(uow: UnitOfWork, account_id: int, typed: str, at: datetime) -> bool:
    """Use up a code of the account; return whether it was valid. Of two simultaneous uses only one succeeds."""
    code = "".join(ch for ch in typed.upper() if ch.isalnum())
    if len(code) != _LENGTH:
        return False
    unused = select(RecoveryCode).where(
        RecoveryCode.account_id == account_id,
        RecoveryCode.digest == _digest(account_id, code),
        RecoveryCode.used_at.is_(None),
    )
    found = uow.session.scalar(unused.with_for_update())
    if found is None:
        return False
    found.used_at = at
    uow.flush()
    return True


def left(session: Session, account_id: int) -> int:
    """Return how many codes of an account are still unused."""
    unused = select(func.count()).select_from(RecoveryCode)
    return (
        session.scalar(unused.where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None)))
        or 0
    )


def drop(uow: UnitOfWork, account_id: int) -> None:
    """Delete all codes of an account."""
    for row in uow.session.scalars(select(RecoveryCode).where(RecoveryCode.account_id == account_id)):
        uow.session.delete(row)
    uow.flush()


def _digest(account_id: int, code: str) -> str:
    return hashlib.sha256(f"recovery {account_id} {code}".encode()).hexdigest()
