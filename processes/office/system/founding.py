"""Founding a real office: its divisions and its first administrator, without demo data."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from processes.access import account_states, audit, founding
from processes.access.division_file import COUNTY
from processes.access.models import Account, Division, Installation
from processes.access.permissions import Permission, Role
from processes.access.scope import Actor
from processes.errors import DivisionsInvalid, OfficeFounded
from processes.office.accounts import accounts
from processes.office.accounts.accounts import AddAccount
from processes.office.command import Command, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

_WHAT = {founding.DEMO: tr("演示县"), founding.OFFICE: tr("一个单位")}


@dataclass(frozen=True, slots=True)
class FoundOfficeResult:
    """The result of `FoundOffice`."""

    divisions: int
    first: accounts.AddAccountResult
    """The first administrator, with the one-time password."""


@dataclass(frozen=True, slots=True)
class FoundOffice(Command[FoundOfficeResult]):
    """Found a real office in an empty database: its divisions and its first administrator."""

    permission = Permission.SYSTEM_WORK

    divisions: tuple[tuple[str, str], ...]
    """Code and name of each place, checked by `access.division_file`."""
    bureau: str
    username: str
    name: str
    one_time: str = ""
    """The administrator's password, made by the door."""
    one_time_hash: str = ""
    """Its hash, made by the door."""


@handles(FoundOffice)
def found(settings: Settings, uow: UnitOfWork, actor: Actor, command: FoundOffice) -> FoundOfficeResult:
    """Found the office; its first administrator gets a one-time password, which is only in the result.

    Raises `OfficeFounded` if the database already contains an office. A second founding at the same moment
    violates a unique row.
    """
    known = founding.installation(uow.session)
    if known is not None:
        raise OfficeFounded(folder=settings.var, what=_WHAT[known.kind])
    if uow.session.scalar(select(Division.code).limit(1)) is not None:
        raise OfficeFounded(folder=settings.var, what=tr("行政区划"))
    county = next(code for code, _ in command.divisions if len(code) == COUNTY)
    uow.add(Installation(kind=founding.OFFICE, county=county, bureau=command.bureau, founded_at=uow.now))
    _put(uow, command.divisions)
    audit.note(uow, actor, "office_founded", county)
    first = AddAccount(
        command.username, command.name, Role.ADMINISTRATOR, county,
        one_time=command.one_time, one_time_hash=command.one_time_hash,
    )  # fmt: skip
    return FoundOfficeResult(len(command.divisions), accounts.add(settings, uow, actor, first))


@dataclass(frozen=True, slots=True)
class AddDivisionsResult:
    """The result of `AddDivisions`."""

    added: int


@dataclass(frozen=True, slots=True)
class AddDivisions(Command[AddDivisionsResult]):
    """Add divisions and update changed names; no division is ever removed."""

    permission = Permission.SYSTEM_WORK

    divisions: tuple[tuple[str, str], ...]


@handles(AddDivisions)
def add_divisions(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: AddDivisions
) -> AddDivisionsResult:
    """Add divisions of this county and update changed names; raises `DivisionsInvalid` for another county."""
    here = founding.installation(uow.session)
    county = next(code for code, _ in command.divisions if len(code) == COUNTY)
    if here is None or here.county != county:
        raise DivisionsInvalid(faults=[tr("文件是 {county} 的区划，不是本单位的", county=county)])
    added = _put(uow, command.divisions)
    audit.note(uow, actor, "divisions_imported", county)
    return AddDivisionsResult(added=added)


@dataclass(frozen=True, slots=True)
class CloseDemoAccountsResult:
    """The result of `CloseDemoAccounts`."""

    closed: list[str]


@dataclass(frozen=True, slots=True)
class CloseDemoAccounts(Command[CloseDemoAccountsResult]):
    """Close accounts with a published password in a real office."""

    permission = Permission.SYSTEM_WORK


@handles(CloseDemoAccounts)
def close_demo_accounts(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: CloseDemoAccounts
) -> CloseDemoAccountsResult:
    """Close every account with a published password in a real office; their sessions end at once."""
    if founding.is_demo(uow.session):
        return CloseDemoAccountsResult(closed=[])
    demo = select(Account).where(Account.is_demo.is_(True), Account.is_active.is_(True))
    closed = list(uow.session.scalars(demo.order_by(Account.username)))
    for account in closed:
        account.is_active = False
        account.session_epoch += 1
        audit.note(uow, actor, "demo_account_closed", account.username)
        account_states.note(uow, actor, account)
    return CloseDemoAccountsResult(closed=[a.username for a in closed])


def _put(uow: UnitOfWork, divisions: tuple[tuple[str, str], ...]) -> int:
    """Add missing divisions and rename changed ones; return how many were added."""
    names = dict(divisions)
    known = {d.code: d for d in uow.session.scalars(select(Division))}
    added = 0
    for code, name in divisions:
        full = "".join(names[code[:n]] for n in (6, 9, 12) if len(code) >= n)
        if code not in known:
            uow.add(Division(code=code, name=name, full_name=full))
            added += 1
        elif (known[code].name, known[code].full_name) != (name, full):
            known[code].name, known[code].full_name = name, full
    uow.flush()
    return added
