"""Saved filters of queues, and actions on many steps at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from processes.cases.status import BatchKind
from processes.storage.base import Marked, Row, Scoped
from processes.storage.sealing import sealed_data
from processes.storage.types import StateText


class SavedFilter(Row, Scoped, Marked):
    """A saved filter of a queue, private or shared with the office (常用筛选)."""

    __tablename__ = "saved_filter"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    by: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(30))
    colour: Mapped[str] = mapped_column(String(10), default="")
    is_shared: Mapped[bool] = mapped_column(default=False)
    wanted = sealed_data(dict[str, Any])
    """Queue, search word, conditions, order and columns, as in the address."""


class BatchAction(Row, Marked):
    """An action on many steps at once, with a result for each; it can be undone for a while."""

    __tablename__ = "batch_action"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[BatchKind] = mapped_column(StateText(BatchKind, 10))
    at: Mapped[datetime]
    results = sealed_data(list[Any])
    undone_at: Mapped[datetime | None]
