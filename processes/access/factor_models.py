"""Second factors of accounts (双因素认证) and recovery codes (恢复码)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from processes.access.status import FactorKind
from processes.storage.base import Marked, Row, Stated
from processes.storage.sealing import sealed_text_or_none
from processes.storage.types import StateText


class SecondFactor(Row, Marked):
    """A second factor besides the password: an authenticator app (动态口令) or a passkey (通行密钥)."""

    __tablename__ = "second_factor"
    __table_args__ = (
        CheckConstraint("kind IN ('totp', 'passkey')", name="kind"),
        CheckConstraint("(kind = 'totp') = (secret IS NOT NULL)", name="secret"),
        CheckConstraint("(kind = 'passkey') = (credential IS NOT NULL)", name="credential"),
        UniqueConstraint("credential", name="uq_second_factor_credential"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[FactorKind] = mapped_column(StateText(FactorKind, 10))
    label: Mapped[str] = mapped_column(String(40), default="")
    """The owner's name for it: which telephone, which key."""
    secret = sealed_text_or_none()
    """For an app: the shared secret in base32, encrypted."""
    used_step: Mapped[int] = mapped_column(default=0)
    """For an app: the latest period of 30 seconds whose code was used; it and earlier ones are no longer accepted."""
    credential: Mapped[str | None] = mapped_column(String(1400))
    """For a passkey: its id, in base64url."""
    public_key: Mapped[str] = mapped_column(Text, default="")
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    added_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """None: shown to its owner but not tried yet; it is not accepted."""
    used_at: Mapped[datetime | None]


class RecoveryCode(Row, Stated):
    """A code that replaces a second factor once; stored as a hash."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "digest", name="uq_recovery_code_account_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
