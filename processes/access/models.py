"""Accounts, divisions and the access log."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from processes.access.status import ChangeVerdict, Language
from processes.storage.base import Marked, Row, Scoped, Stated
from processes.storage.sealing import sealed_data, sealed_text
from processes.storage.types import StateText


class Installation(Row, Stated):
    """What this installation is: the demo county, or a real office and its name. One row at most."""

    __tablename__ = "installation"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("kind IN ('demo', 'office')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    kind: Mapped[str] = mapped_column(String(10))
    county: Mapped[str] = mapped_column(String(12))
    bureau: Mapped[str] = mapped_column(String(80))
    """Name of the county's civil affairs bureau (民政局), as on certificates and catalogues."""
    founded_at: Mapped[datetime]


class Division(Row, Stated):
    """An administrative division (GB/T 2260): county (6), township (9), village (12 digits)."""

    __tablename__ = "division"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    full_name: Mapped[str] = mapped_column(String(160))


class OfficeContact(Row, Stated):
    """How the public reaches an office, and its appeal authority; printed on papers."""

    __tablename__ = "office_contact"

    division: Mapped[str] = mapped_column(ForeignKey("division.code"), primary_key=True)
    phone: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[str] = mapped_column(String(120), default="")
    review_body: Mapped[str] = mapped_column(String(60), default="")
    """The reviewing authority (复议机关); empty at a township: the county's is used."""
    court: Mapped[str] = mapped_column(String(60), default="")
    """The court of first instance (人民法院); empty at a township: the county's is used."""
    changed_by: Mapped[str] = mapped_column(String(60))
    changed_at: Mapped[datetime]


class Account(Row, Scoped, Marked):
    """A person who may sign in, with roles and a data scope."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[Any]]
    department: Mapped[str] = mapped_column(String(40), default="")
    """For a department's officer: the department's code in the routing table of the one window."""
    is_active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    """Whether its password is published; never in a real office."""
    must_change_password: Mapped[bool] = mapped_column(default=False)
    """The password was set by somebody else: only the page that changes it is available."""
    password_expires_at: Mapped[datetime | None]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """Who added it on screen; None: the command line."""
    awaits_confirmation: Mapped[bool] = mapped_column(default=False)
    """Added after founding: a second administrator must confirm it before it can be used."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    """The account under which the same natural person was known first; None: this one."""
    session_epoch: Mapped[int] = mapped_column(default=0)
    email = sealed_text()
    mobile = sealed_text()
    quiet_from: Mapped[str] = mapped_column(String(5), default="20:00")
    quiet_until: Mapped[str] = mapped_column(String(5), default="08:00")
    digest: Mapped[bool] = mapped_column(default=False)
    """One mail a day with all notices, instead of one for each."""
    language: Mapped[Language] = mapped_column(StateText(Language, 2), default=Language.BROWSER)


class AccountChange(Row, Marked, Stated):
    """A change of an account, requested by one administrator and decided by another.

    It changes roles or division; or it removes second factors, sets another one-time password, or declares
    that the account is (or is not) of the same natural person as another one: then roles and division stay.
    """

    __tablename__ = "account_change"
    stated_since = ("reissues", "password_hash", "same_as_id", "unties", "together")
    __table_args__ = (
        CheckConstraint("verdict IN ('', 'confirmed', 'refused', 'withdrawn')", name="verdict"),
        CheckConstraint("verdict <> 'confirmed' OR decided_by_id <> asked_by_id", name="two_people"),
        Index(
            "uq_account_change_waiting", "account_id", unique=True,
            sqlite_where=text("verdict = ''"), postgresql_where=text("verdict = ''"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    roles: Mapped[list[Any]]
    division: Mapped[str] = mapped_column(String(12))
    department: Mapped[str] = mapped_column(String(40), default="")
    resets_factors: Mapped[bool] = mapped_column(default=False)
    """Removes every second factor (a telephone was lost) and changes nothing else."""
    reissues: Mapped[bool] = mapped_column(default=False)
    """Sets another one-time password; until it is confirmed the previous one is valid."""
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    """The hash of that password, while it waits."""
    same_as_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """The account whose person this one is declared to be."""
    unties: Mapped[bool] = mapped_column(default=False)
    """The earlier declaration was an error."""
    together: Mapped[list[Any] | None]
    """Accounts that were one person until they were separated: for what was begun before, they still are."""
    reason = sealed_text()
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """None: the command line."""
    asked_by: Mapped[str] = mapped_column(String(60))
    asked_at: Mapped[datetime]
    verdict: Mapped[ChangeVerdict] = mapped_column(
        StateText(ChangeVerdict, 10), default=ChangeVerdict.WAITING
    )
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_by: Mapped[str] = mapped_column(String(60), default="")
    decided_at: Mapped[datetime | None]


class Absence(Row, Marked, Stated):
    """A person is away and somebody acts for them (代办): dates, programmes, divisions."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint(
            "confirmed_by_id IS NULL OR (confirmed_by_id <> account_id AND confirmed_by_id <> substitute_id)",
            name="third_person",
        ),
        CheckConstraint("until_on >= from_on", name="days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    substitute_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date]
    programmes: Mapped[list[Any]]
    """Ids of programmes; empty: all."""
    place: Mapped[str] = mapped_column(String(12), default="")
    """Part of the absent person's divisions; empty: all of them."""
    reason = sealed_text()
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(60))
    ended_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    """Nobody acts for the absent person before the office has confirmed it."""
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    confirmed_by: Mapped[str] = mapped_column(String(60), default="")


class NamedSubstitute(Row, Marked, Stated):
    """A substitute of another rank, named by a supervisor (代办名单)."""

    __tablename__ = "named_substitute"
    __table_args__ = (
        CheckConstraint(
            "account_id <> substitute_id AND named_by_id <> account_id AND named_by_id <> substitute_id",
            name="three_people",
        ),
        Index(
            "uq_named_substitute_standing", "account_id", "substitute_id", unique=True,
            sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    substitute_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    reason = sealed_text()
    named_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    named_by: Mapped[str] = mapped_column(String(60))
    named_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(60), default="")


class FormDraft(Row, Marked):
    """Form draft (未提交的填写): unsubmitted input in a form that belongs to no step yet, by window."""

    __tablename__ = "unsaved"
    __table_args__ = (UniqueConstraint("account_id", "sheet", name="uq_unsaved_account_sheet"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    sheet: Mapped[str] = mapped_column(String(64))
    """The window's identifier, so that two windows never overwrite each other unasked."""
    place: Mapped[str] = mapped_column(String(120))
    body = sealed_data(dict[str, Any])
    version: Mapped[int]
    saved_at: Mapped[datetime] = mapped_column(index=True)


class AccessLog(Row):
    """A sensitive read or sign-in: who, when, what; never the value itself."""

    __tablename__ = "access_log"
    __table_args__ = (
        Index("ix_access_log_action", "action", "id"),
        Index("ix_access_log_account", "account_id", "id"),
        Index("ix_access_log_target", "target", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(String(40))
    target: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(60), default="")
    position: Mapped[int] = mapped_column(default=0)
    """Position in its account's chain (`access.log_chain`); 0: older than the chains."""
    previous: Mapped[str] = mapped_column(String(64), default="")
    digest: Mapped[str] = mapped_column(String(64), default="")


class LogHead(Row):
    """The head of an account's chain in the access log; account 0: the program and unknown names."""

    __tablename__ = "log_head"

    account_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entries: Mapped[int]
    head: Mapped[str] = mapped_column(String(64))


class SignedIn(Row, Stated):
    """A session at the desk (登录), under the hash of the token in its cookie."""

    __tablename__ = "signed_in"
    stated_but = ("seen_at", "challenge", "challenge_at")
    """Columns changed by ordinary requests: last use, and the latest passkey challenge."""
    stated_since = ("ended_at", "verified_at", "proof", "awaits")

    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    epoch: Mapped[int]
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(60), default="")
    device: Mapped[str] = mapped_column(String(120), default="")
    browser: Mapped[str] = mapped_column(String(64), default="")
    """Hash of this browser's token; its failed sign-ins are counted separately."""
    verified_at: Mapped[datetime]
    """When the person last proved their identity (docs/adr/0050)."""
    proof: Mapped[str] = mapped_column(String(20), default="password")
    """The method: `password`, `totp`, `passkey`, `recovery`, `oidc`."""
    way: Mapped[str] = mapped_column(String(10), default="password")
    """How the session began: `password`, `oidc`, `ldap`."""
    awaits: Mapped[str] = mapped_column(String(12), default="")
    """What is missing before anything is available: `factor`, `enrolment`; empty: nothing."""
    challenge: Mapped[str] = mapped_column(String(100), default="")
    """The latest passkey challenge and its purpose; deleted by the response."""
    challenge_at: Mapped[datetime | None]


class SignInAttempts(Row):
    """Failed sign-ins for a typed name from one source, and until when the next attempt is delayed."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (UniqueConstraint("name_mark", "place", name="uq_sign_in_attempts_name_place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name_mark: Mapped[str] = mapped_column(String(64))
    """Keyed fingerprint of the name; the typed text is not stored."""
    place: Mapped[str] = mapped_column(String(80))
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(index=True)
    blocked_until: Mapped[datetime | None] = mapped_column(index=True)


class CommandToken(Row):
    """A command executed once: the same token again returns the first result."""

    __tablename__ = "command_token"
    sealed_by = ("token",)

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(index=True)
    result = sealed_data(dict[str, Any])
