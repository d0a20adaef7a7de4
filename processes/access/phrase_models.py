"""Saved opinions (常用意见): a person's own, and those shared by an office."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from processes.storage.base import Row


class Phrase(Row):
    """One saved opinion per owner; `owner` is `account/12`, or `office/340199101` if shared by an office."""

    __tablename__ = "phrase"
    __table_args__ = (UniqueConstraint("owner", "text", name="uq_phrase_owner_text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(String(300))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    made_by: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[datetime]
