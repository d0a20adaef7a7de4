"""Tables of the petty funds (备用金): accounts, entries with their postings, closed months."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from processes.relief.status import FundEntryKind, FundEntryStatus, PaymentStatus
from processes.storage.base import Marked, Row, Scoped, Stated
from processes.storage.sealing import sealed_text
from processes.storage.types import StateText


class Fund(Row, Scoped):
    """The petty fund of a township; its row is the lock under which entries are posted.

    `cash` and `advanced` repeat the sums of the postings, so that a payment need not add up the ledger;
    `fund_queries.audit` compares them.
    """

    __tablename__ = "fund"

    id: Mapped[int] = mapped_column(primary_key=True)
    township: Mapped[str] = mapped_column(String(9), unique=True)
    cash: Mapped[Decimal] = mapped_column(default=Decimal(0))
    advanced: Mapped[Decimal] = mapped_column(default=Decimal(0))
    entries_count: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64), default="")
    """The hash of the last posted entry (`relief.seals`)."""


class FundEntry(Row, Scoped, Marked, Stated):
    """A movement of money; never edited: an error is corrected by a reversal entry.

    A posted entry includes the hash of the one before it; before that, the recorded state of its row shows whether
    it was altered.
    """

    __tablename__ = "fund_entry"
    __table_args__ = (
        Index("ix_fund_entry_ledger", "fund_id", "booked_on", "id"),
        Index("ix_fund_entry_case", "case_id"),
        UniqueConstraint("fund_id", "serial", name="uq_fund_entry_serial"),
        UniqueConstraint("reverses_id", name="uq_fund_entry_reverses_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    serial: Mapped[int | None]
    """The number in the ledger, given when the entry is posted; no gaps."""
    kind: Mapped[FundEntryKind] = mapped_column(StateText(FundEntryKind, 20))
    booked_on: Mapped[date]
    amount: Mapped[Decimal]
    memo = sealed_text()
    status: Mapped[FundEntryStatus] = mapped_column(StateText(FundEntryStatus, 10))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    case_number: Mapped[str] = mapped_column(String(40), default="")
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("fund_entry.id"))
    question: Mapped[str] = mapped_column(String(160), default="")
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    entered_by: Mapped[str] = mapped_column(String(60))
    entered_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    confirmed_by: Mapped[str] = mapped_column(String(60), default="")
    digest: Mapped[str] = mapped_column(String(64), default="")
    """Set when the entry is posted: the hash over its content and the entry before it."""

    postings: Mapped[list[FundPosting]] = relationship(order_by="FundPosting.id")


class FundPosting(Row):
    """One side of an entry: an account and a signed amount; the postings of an entry sum to zero."""

    __tablename__ = "fund_posting"
    __table_args__ = (Index("ix_fund_posting_entry", "entry_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("fund_entry.id"))
    account: Mapped[str] = mapped_column(String(20))
    amount: Mapped[Decimal]


class FundMonth(Row, Stated):
    """A closed month of a fund: its balances and the printed statement; unchangeable."""

    __tablename__ = "fund_month"
    __table_args__ = (UniqueConstraint("fund_id", "month", name="uq_fund_month_month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    month: Mapped[str] = mapped_column(String(7))
    opening_cash: Mapped[Decimal]
    closing_cash: Mapped[Decimal]
    closing_advanced: Mapped[Decimal]
    last_serial: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    closed_at: Mapped[datetime]
    closed_by: Mapped[str] = mapped_column(String(60))


_STANDING = text("status = 'standing'")


class ReliefPayment(Row, Scoped):
    """A one-off relief received by a household (临时救助金): emergency or expenditure.

    The database forbids a second valid one of the same case.
    """

    __tablename__ = "relief_payment"
    __table_args__ = (
        Index("ix_relief_payment_household", "household_id", "granted_on"),
        Index("ix_relief_payment_case", "case_id"),
        Index(
            "uq_relief_payment_standing", "case_id", unique=True,
            postgresql_where=_STANDING, sqlite_where=_STANDING,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    event: Mapped[str] = mapped_column(String(40))
    event_on: Mapped[date | None]
    amount: Mapped[Decimal]
    granted_on: Mapped[date]
    source: Mapped[str] = mapped_column(String(10))
    """`fund`: from the township's petty fund; `bank`: by the county through the bank."""
    question: Mapped[str] = mapped_column(String(160))
    status: Mapped[PaymentStatus] = mapped_column(
        StateText(PaymentStatus, 10), default=PaymentStatus.STANDING
    )
    refunded: Mapped[Decimal] = mapped_column(default=Decimal(0))
    """What the household gave back; the rest counts."""

    @property
    def kept(self) -> Decimal:
        """The amount that the household kept (yuan)."""
        return self.amount - self.refunded
