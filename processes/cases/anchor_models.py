"""The daily seal over the events of all cases and the access log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from processes.storage.base import Row


class ChainAnchor(Row):
    """One hash over all events up to one, and over the previous anchor, so that older changes are detected."""

    __tablename__ = "chain_anchor"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    last_event_id: Mapped[int] = mapped_column(ForeignKey("case_event.id"), unique=True)
    events: Mapped[int]
    """How many events it seals, after those of the previous anchor."""
    last_log_id: Mapped[int | None]
    """The last log entry that it seals; None: older than the sealing of the log."""
    log_entries: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(String(64))
