"""What organisations offer to households in need."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from processes.coordination.status import OfferStatus
from processes.storage.base import Row, Scoped, Stated
from processes.storage.types import StateText


class Offer(Row, Scoped, Stated):
    """Help that a charity, a social organisation or a social worker offers (社会力量帮扶资源, C25)."""

    __tablename__ = "offer"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(40))
    description: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(String(20), default="")
    until: Mapped[date | None]
    status: Mapped[OfferStatus] = mapped_column(StateText(OfferStatus, 10), default=OfferStatus.OPEN)
    taken: Mapped[int] = mapped_column(default=0)
    """Number of households matched with it."""
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(60))
