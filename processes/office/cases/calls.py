"""The hotline: recording a call by a person who may not be registered, and attaching it to a household (C41)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from processes.access import audit, form_drafts
from processes.access.permissions import Permission
from processes.access.scope import Actor, township_of
from processes.cases import actions, events, numbering
from processes.cases.models import Case
from processes.cases.status import CaseStatus
from processes.errors import FormInvalid, HouseholdNotFound, RuleBroken, Unreadable
from processes.office.command import Command, handles
from processes.office.run import Opening, open_case
from processes.papers.archive_models import OldFile
from processes.people import calls, names
from processes.people.models import Household
from processes.policy import reading
from processes.policy.initials import initials, other_initials
from processes.settings import Settings
from processes.storage import full_text
from processes.storage.unit_of_work import UnitOfWork, within
from processes.texts import tr


@dataclass(frozen=True, slots=True)
class NoteCallResult:
    """The result of `NoteCall`."""

    case: str
    household: str


@dataclass(frozen=True, slots=True)
class NoteCall(Command[NoteCallResult]):
    """Record a call: name, number, place and content; the caller need not be registered."""

    permission = Permission.CASE_START

    programme: str
    process: str
    form: Mapping[str, Any]
    token: str = ""
    form_draft: str = ""
    """The token under which the page kept what was typed: it goes when this is handed in."""


@handles(NoteCall)
def note(settings: Settings, uow: UnitOfWork, actor: Actor, command: NoteCall) -> NoteCallResult:
    """Open a file for the caller and the case for calling back, in one transaction."""
    places = calls.places(uow.session, actor.division)
    caller = _read(command.form, {place["value"] for place in places})
    number = numbering.household_number(uow, township_of(caller.place))
    household = calls.open_file(uow, actor, number, caller)
    offered = {"call": {"places": places}}
    opening = Opening(command.programme, command.process, command.form, before_register=True, choices=offered)
    case = open_case(uow, actor, household, opening)
    form_drafts.drop(uow, actor, command.form_draft)
    return NoteCallResult(case=case.number, household=number)


def _read(form: Mapping[str, Any], places: set[str]) -> calls.Caller:
    """Read what the file needs; the rest of the form is checked by its schema. Raises `FormInvalid`."""
    faults: dict[str, list[str]] = {}
    place = str(form.get("place") or "")
    if place not in places:
        faults["place"] = [tr("请从列表中选择所在乡镇、村（居）")]
    values = {}
    for key, read in (
        ("caller_phone", reading.phone),
        ("caller_name", reading.name),
        ("address", reading.text),
    ):
        try:
            values[key] = read(form[key]) if str(form.get(key) or "").strip() else ""
        except Unreadable as fault:
            faults[key] = [fault.reason]
    if not faults and not values["caller_phone"]:
        faults["caller_phone"] = [tr("请填写此项")]
    if faults:
        raise FormInvalid(faults)
    return calls.Caller(place, values["caller_phone"], values["caller_name"], values["address"])


@dataclass(frozen=True, slots=True)
class AttachCallResult:
    """The result of `AttachCall`."""

    case: str


@dataclass(frozen=True, slots=True)
class AttachCall(Command[AttachCallResult]):
    """Attach a call to the existing file of the caller's household; the file opened for the call is deleted."""

    permission = Permission.CASE_START

    case: str
    household: str


@handles(AttachCall)
def attach(settings: Settings, uow: UnitOfWork, actor: Actor, command: AttachCall) -> AttachCallResult:
    """Attach a call's case to the caller's household."""
    case = actions.locked_case(uow, actor, command.case)
    known = uow.session.scalar(
        select(Household)
        .where(Household.number == command.household, within(Household.division, actor.division))
        .with_for_update()
    )
    if known is None:
        raise HouseholdNotFound()
    opened = uow.lock(Household, case.household_id)
    if case.status != CaseStatus.OPEN:
        raise RuleBroken(reason=tr("来电 {number} 已经办结或者中止，不能转入其他档案", number=case.number))
    if opened.id == known.id or not known.members:
        raise RuleBroken(reason=tr("请填写已登记家庭成员的档案编号"))
    if township_of(known.division) != township_of(opened.division):
        raise RuleBroken(reason=tr("该家庭档案在其他乡镇，请由该乡镇登记来电"))
    before = opened.number
    if typing := form_drafts.authors(uow.session, f"/households/{before}"):
        raise RuleBroken(
            reason=tr(
                "{typing}在档案 {before} 中填写的家庭还没有提交，请先保存或者放弃",
                typing=tr("、").join(typing),
                before=before,
            )
        )
    case.household_id = known.id
    uow.session.execute(
        update(OldFile).where(OldFile.household_id == opened.id).values(household_id=known.id)
    )
    uow.flush()
    calls.drop_file(uow, opened)
    settle(uow, known, [case])
    events.append(
        uow, case, actor, "call_attached", known.householder_name, number=known.number, before=before
    )
    audit.note(uow, actor, "call_attached", known.number)
    return AttachCallResult(case=case.number)


def waiting(uow: UnitOfWork, household_id: int) -> list[Case]:
    """Lock the open cases of a file, in the usual order: case, then household."""
    query = select(Case).where(Case.household_id == household_id, Case.status != CaseStatus.CLOSED)
    return list(uow.session.scalars(query.order_by(Case.id).with_for_update()))


def settle(uow: UnitOfWork, household: Household, cases: Sequence[Case]) -> None:
    """Rename cases, and their steps, to the householder once known."""
    head = next(m.person for m in household.members if m.relation == "本人")
    texts = [*names.of_members(household).values(), household.address]
    for case in cases:
        full_text.add(uow, case.id, texts)
        case.applicant, case.division = household.householder_name, household.division
        case.category = household.category
        case.initials, case.initials_other = initials(case.applicant), other_initials(case.applicant)
        for item in actions.items_of(uow, case):
            item.applicant, item.initials, item.initials_other = (
                case.applicant,
                case.initials,
                case.initials_other,
            )
            item.id_tail, item.division, item.category = head.id_tail, case.division, case.category
