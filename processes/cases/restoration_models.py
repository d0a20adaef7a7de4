"""Restorations from a backup: data written after the backup are lost, though people may hold papers of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from processes.storage.base import Row, Stated


class Restoration(Row, Stated):
    """A restoration, with the numbers skipped in every series."""

    __tablename__ = "restoration"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """Hash of the backup's manifest and the start: identifies a restoration that is continued."""
    made_at: Mapped[datetime]
    """When the backup was made."""
    at: Mapped[datetime]
    last_anchor_id: Mapped[int]
    """The last seal in the backup; the seals up to it are in the closed volume."""
    gaps: Mapped[list[Any]]
    """`series`, `last` before and `next` after, of every series."""
