"""Tables of draws: committed numbers, and the lots drawn with them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from processes.cases.status import DrawStatus
from processes.storage.base import Marked, RecordedInEvents, Row, Scoped, Stated
from processes.storage.sealing import sealed_text
from processes.storage.types import StateText
from processes.texts import tr

_COLLECTING = text("status = 'collecting'")


class DrawRound(Row, Scoped, Stated):
    """Two numbers of two offices used for draws in a county until they are revealed (抽签轮次)."""

    __tablename__ = "draw_round"
    __table_args__ = (
        Index(
            "uq_draw_round_collecting", "division", unique=True,
            postgresql_where=_COLLECTING, sqlite_where=_COLLECTING,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[DrawStatus] = mapped_column(StateText(DrawStatus, 10), default=DrawStatus.COLLECTING)
    opened_at: Mapped[datetime]
    revealed_at: Mapped[datetime | None]
    revealed_by: Mapped[str] = mapped_column(String(60), default="")

    numbers: Mapped[list[DrawNumber]] = relationship(order_by="DrawNumber.id")


class DrawNumber(Row, Marked, Stated):
    """A committed number: its hash is known at once, the number when the round is revealed."""

    __tablename__ = "draw_number"
    __table_args__ = (UniqueConstraint("round_id", "office"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("draw_round.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(60))
    office: Mapped[str] = mapped_column(String(40))
    number = sealed_text()
    nonce = sealed_text()
    """Random value added by the program, so that the number cannot be guessed from its hash."""
    commitment: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class DrawnLot(Row, Scoped, RecordedInEvents):
    """The lot of a case in a draw: drawn once, and kept if a step is repeated."""

    __tablename__ = "drawn_lot"
    record_title = tr("签号")
    __table_args__ = (UniqueConstraint("case_id", "name"), Index("ix_drawn_lot_round", "round_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("draw_round.id"))
    """None: nobody had committed to numbers, so every case was chosen."""
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    case_number: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(40))
    seal: Mapped[str] = mapped_column(String(64))
    """The last daily seal at that moment; empty before the first."""
    lot: Mapped[str] = mapped_column(String(6))
    rate: Mapped[str] = mapped_column(String(10))
    is_chosen: Mapped[bool]
    because: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]

    def record_key(self) -> str:
        """One per draw in a case."""
        return self.name
