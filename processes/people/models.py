"""Tables of the register. ID numbers are encrypted and found by a keyed blind index."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from processes.people.status import DifferenceStatus, TransferStatus
from processes.policy.initials import initials, other_initials
from processes.storage.base import Marked, Row, Scoped, Stated
from processes.storage.sealing import sealed_data, sealed_text
from processes.storage.types import StateText


class Person(Row, Marked):
    """A natural person, registered once for all households they lived in."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), index=True)
    initials: Mapped[str] = mapped_column(String(60), default="", index=True)
    """Pinyin initials of the name, set with it: 张建国 is found by `zjg`."""
    initials_other: Mapped[str] = mapped_column(String(60), default="", index=True)
    """The same with the surname read like any other word; empty if there is no second reading."""
    sex: Mapped[str] = mapped_column(String(4))
    birth_on: Mapped[date]
    id_number = sealed_text()
    id_index: Mapped[str] = mapped_column(String(64), unique=True)
    id_tail: Mapped[str] = mapped_column(String(4), index=True)
    id_head: Mapped[str] = mapped_column(String(4))
    disability_kind: Mapped[str] = mapped_column(String(20), default="")
    disability_grade: Mapped[int] = mapped_column(default=0)
    grave_illness: Mapped[bool] = mapped_column(default=False)
    is_student: Mapped[bool] = mapped_column(default=False)
    work_ability: Mapped[str] = mapped_column(String(10), default="able")
    document: Mapped[str] = mapped_column(String(20), default="id_card")
    """The document of the number: `people.identity.DOCUMENTS`."""
    died_on: Mapped[date | None]
    home: Mapped[str] = mapped_column(String(12), default="", index=True)
    """The township of this person's file, which alone writes these data; empty: none."""
    is_provisional: Mapped[bool] = mapped_column(default=False)
    """Registered without an ID number (流浪乞讨人员, C34) until identified."""

    @validates("name")
    def _spell(self, _attribute: str, name: str) -> str:
        """Keep the initials in step with the name."""
        self.initials, self.initials_other = initials(name), other_initials(name)
        return name


_STANDING = text("undone_at IS NULL")


class PersonVersion(Row, Marked, Stated):
    """The registered state of a person from an instant on, and its source (人员变更记录)."""

    __tablename__ = "person_version"
    __table_args__ = (Index("ix_person_version_person", "person_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    place: Mapped[str] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(120))
    content = sealed_data(dict[str, Any])


class PersonDifference(Row, Marked, Stated):
    """A township's data about a person that contradict the person's file (登记差异).

    Until the township of the file has resolved it, the file's value counts. `status` is `open`, `accepted`,
    `declined` or `lapsed` (the values became equal).
    """

    __tablename__ = "person_difference"
    __table_args__ = (
        Index(
            "uq_person_difference_open", "person_id", "field", "place", unique=True,
            sqlite_where=text("status = 'open'"), postgresql_where=text("status = 'open'"),
        ),
        Index("ix_person_difference_status", "status", "due_on"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    field: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(String(12))
    """Where the other value was entered."""
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    values = sealed_data(dict[str, Any])
    """`own`: the file's value when it was entered; `told`: the other township's value."""
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    due_on: Mapped[date]
    status: Mapped[DifferenceStatus] = mapped_column(
        StateText(DifferenceStatus, 10), default=DifferenceStatus.OPEN
    )
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str] = mapped_column(String(60), default="")
    reason = sealed_text()


class PersonMerge(Row, Marked, Stated):
    """A provisional person identified as a registered one; undone by a record, never by deleting."""

    __tablename__ = "person_merge"
    __table_args__ = (
        Index(
            "uq_person_merge_standing", "provisional_id", unique=True,
            postgresql_where=_STANDING, sqlite_where=_STANDING,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    provisional_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    reason = sealed_text()
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(String(60), default="")


class Household(Row, Scoped, Marked):
    """People who live together (共同生活的家庭成员), at one address, of one division."""

    __tablename__ = "household"
    __table_args__ = (Index("ix_household_latest", "updated_at", "id", "division"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    division: Mapped[str] = mapped_column(String(12))
    """Without an index of its own, which planners would prefer to the one in the order of the list."""
    number: Mapped[str] = mapped_column(String(40), unique=True)
    address: Mapped[str] = mapped_column(String(200))
    phone = sealed_text()
    phone_index: Mapped[str] = mapped_column(String(64), default="", index=True)
    """Keyed fingerprint of the telephone number, set with it, to find callers."""
    category: Mapped[str] = mapped_column(String(30), default="")
    householder_name: Mapped[str] = mapped_column(String(60), index=True)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]
    updated_by: Mapped[str] = mapped_column(String(60))
    property_exemption = sealed_text()
    confirmed = sealed_data(list[Any])
    """Warnings about this family that were confirmed, as sentences."""
    destroyed_on: Mapped[date | None]
    """When its file was destroyed after retention; only its number is left."""

    members: Mapped[list[Membership]] = relationship(
        back_populates="household", order_by="Membership.position", cascade="all, delete-orphan"
    )
    incomes: Mapped[list[Income]] = relationship(cascade="all, delete-orphan", order_by="Income.id")
    expenses: Mapped[list[Expense]] = relationship(cascade="all, delete-orphan", order_by="Expense.id")
    properties: Mapped[list[Property]] = relationship(cascade="all, delete-orphan", order_by="Property.id")


class Transfer(Row, Marked, Stated):
    """A household or one person moves to another township (迁移): requested by one, accepted by the other.

    Nothing moves before it is accepted.
    """

    __tablename__ = "transfer"
    __table_args__ = (
        Index(
            "uq_transfer_asked", "household_id", "person_id", unique=True,
            sqlite_where=text("status = 'asked'"), postgresql_where=text("status = 'asked'"),
        ),
        Index("ix_transfer_from_place", "from_place", "status"),
        Index("ix_transfer_to_place", "to_place", "status"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    household_number: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int] = mapped_column(default=0)
    """The person who moves alone; 0: the whole household."""
    name: Mapped[str] = mapped_column(String(60))
    from_place: Mapped[str] = mapped_column(String(9))
    to_place: Mapped[str] = mapped_column(String(9))
    reason = sealed_text()
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(60))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    due_on: Mapped[date]
    status: Mapped[TransferStatus] = mapped_column(
        StateText(TransferStatus, 10), default=TransferStatus.ASKED
    )
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(60), default="")
    note = sealed_text()
    went_along: Mapped[list[Any]] = mapped_column(default=list)
    """Numbers of the cases that moved with it."""


class HouseholdVersion(Row, Marked):
    """A saved state of a household (历史状态)."""

    __tablename__ = "household_version"
    __table_args__ = (Index("ix_household_version_at", "household_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    version: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """The account that saved it, and therefore never decides for the household; None for older states."""
    content = sealed_data(dict[str, Any])


class Membership(Row):
    """A person in a household, by relation to the householder (本人 is the householder)."""

    __tablename__ = "membership"
    __table_args__ = (Index("ix_membership_person", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    relation: Mapped[str] = mapped_column(String(20))
    position: Mapped[int]

    household: Mapped[Household] = relationship(back_populates="members")
    person: Mapped[Person] = relationship(lazy="joined")


class Income(Row, Marked):
    """A line of income over the last 12 months, with its evidence."""

    __tablename__ = "income"

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(20))
    annual_amount: Mapped[Decimal]
    evidence = sealed_text()


class Expense(Row, Marked):
    """A line of rigid expenditure over the last 12 months: self-paid medical cost, tuition."""

    __tablename__ = "expense"

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(20))
    annual_amount: Mapped[Decimal]
    evidence = sealed_text()


class Property(Row, Marked):
    """A line of property: deposits and securities by amount; cars, dwellings, companies by number."""

    __tablename__ = "property"

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    quantity: Mapped[Decimal]
    evidence = sealed_text()
