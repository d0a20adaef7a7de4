"""Commands on accounts, households, the holiday table and releases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from processes import commands as c
from processes.access import accounts, audit, factors, sessions, unsaved
from processes.access.models import Division
from processes.access.permissions import Permission
from processes.access.scope import Actor, township_of
from processes.cases import numbering
from processes.errors import (
    DirectoryAway,
    FormInvalid,
    HouseholdNotFound,
    LocalPasswordOff,
    NotFound,
    ReleaseMissing,
    RuleBroken,
    SignInRefused,
)
from processes.office import calls, doubts, register_limits
from processes.office.answers import reason_of
from processes.office.running import Opening, open_case
from processes.people import actions as people
from processes.people import differences, identity
from processes.people.forms import read_household
from processes.people.models import Household, Membership, Person, PersonMerge
from processes.policy import reading
from processes.policy.calendar import civil_date
from processes.releases import bundle as bundles
from processes.releases import publish
from processes.relief import queries as relief
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork, within

DOUBLE_BENEFIT = "double_benefit"
"""The mechanism that verifies whether somebody draws twice (重复享受核查)."""
LONGEST_FOUND = 500


def sign_in(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.SignIn) -> dict[str, Any]:
    """Check name and password; empty when refused, so that the failed attempt is counted."""
    account = accounts.authenticate(
        uow, command.username, command.address, command.browser, command.vouched, command.fits
    )
    if account is None:
        return {}
    if command.vouched is None and accounts.signs_in_elsewhere(settings, account):
        raise LocalPasswordOff()
    way = sessions.PASSWORD if command.vouched is None else sessions.DIRECTORY
    awaits = factors.awaited(uow.session, account, settings.second_factor_roles)
    begun = sessions.begin(
        uow,
        account,
        command.address,
        command.device,
        command.browser,
        sessions.Proven(awaits=awaits, way=way),
    )
    return {
        "account_id": account.id, "session": begun.mark, "browser": begun.browser, "awaits": awaits,
    }  # fmt: skip


def sign_in_refusal(command: c.Command) -> SignInRefused | DirectoryAway:
    """The answer to a failed sign-in; while the directory is away, the same for every name."""
    return DirectoryAway() if isinstance(command, c.SignIn) and command.is_away else accounts.refuse()


def unlock_account(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.UnlockAccount
) -> dict[str, Any]:
    """Nobody has to wait any more who signs in under a name."""
    actor.demand(Permission.ACCOUNT_UNLOCK)
    accounts.unlock(uow, command.username)
    audit.note(uow, actor, "account_unlocked", command.username)
    return {}


def reveal_id_number(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.RevealIdNumber
) -> dict[str, Any]:
    """A member's full ID number, within the actor's scope; the reading is logged."""
    actor.demand(Permission.ID_NUMBER_REVEAL)
    person = uow.session.scalar(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .join(Household, Household.id == Membership.household_id)
        .where(Person.id == command.person_id, within(Household.division, actor.division))
    )
    if person is None:
        raise NotFound()
    audit.note(uow, actor, "id_number_read", f"person/{person.id}", command.address)
    return {"id_number": person.id_number}


def save_household(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.SaveHousehold
) -> dict[str, Any]:
    """Register a household or save its changes, whole, under the version that was seen."""
    actor.demand(Permission.HOUSEHOLD_WRITE)
    form = read_household(_with_known_numbers(uow, actor, command), civil_date(uow.now))
    if uow.session.get(Division, form.division) is None:
        raise FormInvalid({"division": ["请从列表中选择所在村（居）"]})
    if command.household is None:
        if not actor.covers(form.division):
            raise HouseholdNotFound()
        household, place, called = None, township_of(form.division), []
        number = numbering.household_number(uow, place)
    else:
        known = uow.session.scalar(
            select(Household.id).where(
                Household.number == command.household, within(Household.division, actor.division)
            )
        )
        if known is None:
            raise HouseholdNotFound()
        called = calls.waiting(uow, known) if command.version == 0 else []
        household, number = people.locked(uow, actor, known), command.household
        people.demand_version(household, command.version)
    confirmed = doubts.demand_confirmed(uow, form, household, command.confirmed)
    saving = people.Saving(
        None if household is None else household.id, command.version, number, confirmed,
        lambda: register_limits.difference_due(uow, form.division),
    )  # fmt: skip
    saved, found = people.save_household(uow, actor, form, saving)
    if called:
        calls.settle(uow, saved, called)
    register_limits.tell_of_differences(uow, found)
    audit.note(uow, actor, "household_saved", saved.number)
    unsaved.drop(uow, actor, command.unsaved)
    return {"household": saved.number, "version": saved.version, "differences": len(found)}


def resolve_difference(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ResolveDifference
) -> dict[str, Any]:
    """Resolve what another place says of a person of this place's file."""
    actor.demand(Permission.HOUSEHOLD_WRITE)
    reason = reason_of(command.reason)
    row = differences.resolve(uow, actor, command.difference, command.accept, reason)
    register_limits.tell_of_resolution(uow, row)
    audit.note(uow, actor, "difference_resolved", f"person/{row.person_id}")
    return {"status": row.status}


def identify_person(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.IdentifyPerson
) -> dict[str, Any]:
    """Note who a provisional person is; both histories stay (C34)."""
    actor.demand(Permission.HOUSEHOLD_WRITE)
    found = identity.read(identity.ID_CARD, command.id_number, civil_date(uow.now))
    name = reading.name(command.name)
    merge = people.identify(uow, actor, command.person_id, found, name, reason_of(command.reason))
    audit.note(uow, actor, "person_identified", f"person/{merge.provisional_id}")
    return {"person": merge.person_id, "case": _verify_double_benefit(uow, actor, merge)}


def _verify_double_benefit(uow: UnitOfWork, actor: Actor, merge: PersonMerge) -> str:
    """Open a case for the county when the two that are one draw what excludes itself; answers its number."""
    today = civil_date(uow.now)
    found = relief.colliding(uow.session, merge.person_id, today)
    if not found:
        return ""
    household = uow.session.scalars(
        select(Household)
        .join(Membership, Membership.household_id == Household.id)
        .where(Membership.person_id == merge.provisional_id)
        .with_for_update(of=Household)
    ).first()
    if household is None:
        raise NotFound()
    said = f"临时登记的人查明身份后，同一人{'，又'.join(found)}。请核查，不得重复享受。"
    try:
        opening = Opening(DOUBLE_BENEFIT, "", {"found": said[:LONGEST_FOUND]})
        return open_case(uow, actor, household, opening).number
    except ReleaseMissing:
        raise RuleBroken(
            reason=f"{said}本县还没有发布“重复享受核查”流程，请先由流程管理员发布，再登记身份", clause="C34"
        ) from None


def undo_identification(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.UndoIdentification
) -> dict[str, Any]:
    """Take an identification back."""
    actor.demand(Permission.HOUSEHOLD_WRITE)
    people.undo_identification(uow, actor, command.person_id)
    audit.note(uow, actor, "identification_undone", f"person/{command.person_id}")
    return {}


def _with_known_numbers(uow: UnitOfWork, actor: Actor, command: c.SaveHousehold) -> dict[str, Any]:
    """The form with the full ID numbers of members whose number the page showed masked."""
    form = dict(command.form)
    if command.household is None:
        return form
    known = {
        person.id: person.id_number
        for person in uow.session.scalars(
            select(Person)
            .join(Membership, Membership.person_id == Person.id)
            .join(Household, Household.id == Membership.household_id)
            .where(Household.number == command.household, within(Household.division, actor.division))
        )
    }
    rows = form.get("members")
    if isinstance(rows, list):
        form["members"] = [
            row | {"id_number": known[row["person_id"]]}
            if isinstance(row, dict) and "*" in str(row.get("id_number")) and row.get("person_id") in known
            else row
            for row in rows
        ]
    return form


def publish_release(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.PublishRelease
) -> dict[str, Any]:
    """Publish a programme folder as it stands, with the report of its scenarios."""
    actor.demand(Permission.RELEASE_PUBLISH)
    bundle = bundles.read_folder(settings.content / command.programme)
    publish.report(uow, bundle.digest, command.passed, command.failed)
    uow.flush()
    release = publish.publish(uow, bundle, actor.name, command.effective_from, command.note)
    return {
        "programme": release.programme,
        "title": release.title,
        "number": release.number,
        "digest": release.digest,
    }
