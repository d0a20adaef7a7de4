"""Look-ups by ID number: limited, counted and logged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from processes.access import audit
from processes.access.models import AccessLog
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import notices
from processes.errors import IdNumberInvalid, LookUpsExhausted, LookUpsTooFast, Unreadable
from processes.office.accounts.auditors import auditors
from processes.office.command import Command, handles
from processes.people import identity, queries
from processes.people.forms import MAX_MEMBERS
from processes.settings import Settings
from processes.storage import keyring
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

A_MINUTE, A_DAY = 30, 200
"""Look-ups of one account; more are no work at a window."""
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LookUpPersonResult:
    """The result of `LookUpPerson`."""

    person_id: int | None
    is_ours: bool = False
    division: str = ""
    name: str = ""
    masked: str = ""
    household: str = ""


@dataclass(frozen=True, slots=True)
class LookUpPerson(Command[LookUpPersonResult]):
    """Search the register for an ID number; logged and limited."""

    permission = Permission.HOUSEHOLD_WRITE

    id_number: str
    name: str = ""
    """The name that was typed beside it: a person of another township is named only where it fits."""
    address: str = ""


@handles(LookUpPerson)
def look_up(settings: Settings, uow: UnitOfWork, actor: Actor, command: LookUpPerson) -> LookUpPersonResult:
    """Search the register for an ID number, in all townships, so that nobody is entered twice.

    Returns `person_id` (None: nobody), `name`, `masked`, `household`, `division`, `is_ours`. For a person of
    another township only the existence is shown, unless the typed name is theirs. Raises `LookUpsExhausted`;
    the auditors are notified when an account reaches its daily limit.
    """
    person = _looked_up(uow, actor, command.id_number, command.address)
    if person is None:
        return LookUpPersonResult(person_id=None)
    is_ours = not person.division or actor.covers(person.division)
    is_named = is_ours or person.name == command.name.strip()
    return LookUpPersonResult(person_id=person.person_id, is_ours=is_ours, division=person.division if is_ours else "", name=person.name if is_named else "", masked=person.masked if is_ours else "", household=person.household_number if is_ours else "")  # fmt: skip


@dataclass(frozen=True, slots=True)
class SearchNumberResult:
    """The result of `SearchNumber`."""

    person_id: int | None


@dataclass(frozen=True, slots=True)
class SearchNumber(Command[SearchNumberResult]):
    """Search one's own divisions for an ID number; logged and limited together with `LookUpPerson`."""

    permission = Permission.HOUSEHOLD_READ

    id_number: str
    address: str = ""


@handles(SearchNumber)
def search_number(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: SearchNumber
) -> SearchNumberResult:
    """Search for an ID number within the actor's divisions; returns `person_id` (None: nobody)."""
    person = _looked_up(uow, actor, command.id_number, command.address)
    return SearchNumberResult(person_id=None if person is None else person.person_id)


def numbers_of_members(form: Mapping[str, Any], today: date) -> tuple[str, ...]:
    """Return the document numbers newly typed in a household's form, not those shown masked."""
    rows = form.get("members")
    members = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    if len(members) > MAX_MEMBERS:
        return ()  # refused by its parser, before the register is searched
    found = (
        number_typed(str(r.get("document") or identity.ID_CARD), str(r.get("id_number") or ""), today)
        for r in members
    )
    return tuple(dict.fromkeys(number for numbers in found for number in numbers))


def count(uow: UnitOfWork, actor: Actor, numbers: Sequence[str]) -> None:
    """Count saved numbers as look-ups, because the response reveals whether one is on file.

    A number that this account has looked up within the day is not counted again.
    """
    asked = {number: _target(queries.look_up(uow.session, number), number) for number in numbers}
    query = select(AccessLog.target).where(
        AccessLog.account_id == actor.account_id, AccessLog.action == "look_up", AccessLog.at > uow.now - _DAY,
        AccessLog.target.in_(asked.values()),
    )  # fmt: skip
    known = set(uow.session.scalars(query))
    new = [target for target in dict.fromkeys(asked.values()) if target not in known]
    if new:
        _count(uow, actor, new, "")


def number_typed(document: str, raw: str, today: date) -> tuple[str, ...]:
    """Return a typed document number, normalised; "" if masked or not valid."""
    if "*" in raw:
        return ()
    try:
        number = identity.read(document, raw, today).number
    except (IdNumberInvalid, Unreadable):
        return ()
    return (number,) if number else ()


def _looked_up(uow: UnitOfWork, actor: Actor, id_number: str, address: str) -> queries.Found | None:
    """The owner of a number; counted and logged without the number itself."""
    person = queries.look_up(uow.session, id_number)
    _count(uow, actor, [_target(person, id_number)], address)
    return person


def _target(person: queries.Found | None, number: str) -> str:
    """The target in the log: the person found, or a keyed fingerprint."""
    return f"person/{person.person_id}" if person else f"person/- {keyring.current().blind_index(number)[:8]}"


def _count(uow: UnitOfWork, actor: Actor, targets: Sequence[str], address: str) -> None:
    """Log look-ups; the auditors are notified of an account that reaches its daily limit. Raises
    `LookUpsExhausted`."""
    today = _demand_some_left(uow, actor)
    for target in targets:
        audit.note(uow, actor, "look_up", target, address)
    if today < A_DAY <= today + len(targets):
        text = tr(
            "{name}（{username}）一天内按证件号查询已达 {a_day} 次",
            name=actor.name,
            username=actor.username,
            a_day=A_DAY,
        )
        notices.tell(uow, auditors(uow), "account", text)


def _demand_some_left(uow: UnitOfWork, actor: Actor) -> int:
    today = _asked(uow, actor, _DAY)
    if today >= A_DAY:
        raise LookUpsExhausted(
            reason=tr("今天已按证件号查询 {a_day} 次，请明天再查；确有需要请联系管理员", a_day=A_DAY)
        )
    if _asked(uow, actor, _MINUTE) >= A_MINUTE:
        raise LookUpsTooFast(reason=tr("一分钟内已按证件号查询 {a_minute} 次，请稍候再查", a_minute=A_MINUTE))
    return today


def _asked(uow: UnitOfWork, actor: Actor, within: timedelta) -> int:
    query = select(func.count()).where(
        AccessLog.account_id == actor.account_id,
        AccessLog.action == "look_up",
        AccessLog.at > uow.now - within,
    )
    return uow.session.scalar(query) or 0
