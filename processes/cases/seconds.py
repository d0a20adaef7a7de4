"""The second person at a step (共同办理人): an account of the office, not a typed name.

A field with `another_person` offers eligible people: of the case's division or above, no leader, no other
account of the person who submits. The person named is notified and may object; for every later rule they are
an investigator (docs/adr/0052).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from processes.access.accounts import nearness
from processes.access.models import Account
from processes.access.permissions import ROLE_TITLES, Role
from processes.access.rules import may_go_along
from processes.access.scope import COUNTY_DIGITS, TOWNSHIP_DIGITS, Actor
from processes.cases import events, notices, participants
from processes.cases.colleague_models import Participant
from processes.cases.models import Case, WorkItem
from processes.cases.status import CosignVerdict, ParticipantKind, ParticipantStatus, WorkItemStatus
from processes.errors import NotAllowed, RuleBroken, SecondObjects
from processes.releases import forms
from processes.storage.batched_reads import Ask
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

_HERE = select(Account).where(
    or_(*(Account.division == bindparam(part) for part in ("county", "township", "village"))),
    Account.is_active.is_(True),
)
_PEOPLE_HERE = Ask(Account, _HERE)
_LEADERS = (Role.TOWNSHIP_LEADER, Role.COUNTY_LEADER)


@dataclass(frozen=True, slots=True)
class Choice:
    """An eligible person, and the value by which the form names them."""

    value: str
    label: str
    account: Account


def choices(session: Session, division: str, role: str, *without: int | None) -> list[Choice]:
    """Return who may be named at a step of a role in a division, for a page; the session must see the whole
    county."""
    return _choices(session.scalars(_HERE, _places(division)).all(), division, role, without)


def offered(found: Sequence[Choice]) -> dict[str, list[dict[str, str]]]:
    """Return the choices as the form reads them (`valuesKey`)."""
    return {forms.COLLEAGUES: [{"value": c.value, "label": c.label} for c in found]}


def choices_in(uow: UnitOfWork, division: str, role: str, *without: int | None) -> list[Choice]:
    """Return the choices within a transaction."""
    (found,) = uow.read((_PEOPLE_HERE, _places(division)))
    return _choices(found, division, role, without)


def named(schema: Mapping[str, Any], data: Mapping[str, Any], found: Sequence[Choice]) -> Account | None:
    """Return whom a submitted form names; None if it has no such field or the field is hidden."""
    key = forms.second_field(schema)
    given = None if key is None else data.get(key)
    return next((c.account for c in found if c.value == given), None)


def note(
    uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem, items: Sequence[WorkItem], second: Account
) -> None:
    """Notify the person named and ask them to confirm or object; earlier requests for the step are closed."""
    before = {i.id for i in items if i.task == item.task and i.id != item.id and i.second_id is not None}
    for row in participants.of_case(uow.session, case.id) if before else ():
        if (
            row.kind == ParticipantKind.SECOND
            and row.status == ParticipantStatus.WAITING
            and row.item_id in before
        ):
            row.status = ParticipantStatus.REMOVED
    uow.add(
        Participant(
            case_id=case.id, item_id=item.id, kind=ParticipantKind.SECOND, account_id=second.id, name=second.name,
            asked_by_id=actor.account_id, asked_by=actor.name, asked_at=uow.now, question="",
            status=ParticipantStatus.WAITING,
        )
    )  # fmt: skip
    text = tr(
        "{name}登记您共同办理了{applicant}的“{title}”，请确认；没有参加或者情况不实的，请提出异议",
        name=actor.name,
        applicant=case.applicant,
        title=item.title,
    )
    notices.tell_account(uow, second, "second", text, case)


def answer(
    uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem, row: Participant, said: str, verdict: str
) -> None:
    """Record that the person named confirms or objects (no substitute may); notify who must act on an objection."""
    if actor.account_id != row.account_id:
        raise NotAllowed()
    if row.status != ParticipantStatus.WAITING:
        raise RuleBroken(reason=tr("您已经确认或者提出异议，或者该环节已经重新办理"))
    row.status, row.answer, row.verdict = ParticipantStatus.DONE, said, verdict
    row.answered_at, row.answered_by = uow.now, actor.name
    objects = verdict == CosignVerdict.OBJECT
    kind = "second_objected" if objects else "second_confirmed"
    events.append(uow, case, actor, kind, item.title, ref=item.ref, name=row.name, said=said)
    if objects:
        text = tr(
            "{name}对{applicant}的“{title}”提出异议：{said}",
            name=row.name,
            applicant=case.applicant,
            title=item.title,
            said=said,
        )
        notices.tell(uow, [row.asked_by_id], "second", text, case)
        for role in (*_LEADERS, Role.SUPERVISOR):
            notices.tell_role(uow, role, case, "second", text)


def demand_unopposed(uow: UnitOfWork, item: WorkItem, items: Sequence[WorkItem]) -> None:
    """Raise `SecondObjects` if a leader would sign while the second person objects to a valid step."""
    standing = {i.id: i for i in items if i.status == WorkItemStatus.DONE and i.second_id is not None}
    if item.role not in _LEADERS or not standing:
        return
    for row in participants.of_case(uow.session, item.case_id):
        if (
            row.kind == ParticipantKind.SECOND
            and row.verdict == CosignVerdict.OBJECT
            and row.item_id in standing
        ):
            raise SecondObjects(step=standing[row.item_id].title, who=row.name, reason=row.answer)


def _places(division: str) -> dict[str, str]:
    return {
        "county": division[:COUNTY_DIGITS], "township": division[:TOWNSHIP_DIGITS], "village": division,
    }  # fmt: skip


def _choices(
    found: Sequence[Account], division: str, role: str, without: Collection[int | None]
) -> list[Choice]:
    persons = {_person(a) for a in found if a.id in without}
    often = Counter(a.name for a in found)
    fitting = [a for a in found if _person(a) not in persons and may_go_along(a, division)]
    return [
        Choice(_value(a, often), tr("{often}（{a}）", often=_value(a, often), a=_roles(a)), a)
        for a in sorted(fitting, key=lambda a: nearness(a, {role}))
    ]


def _value(account: Account, often: Mapping[str, int]) -> str:
    """The name, with the user name if several people have it."""
    return account.name if often[account.name] == 1 else f"{account.name} {account.username}"


def _roles(account: Account) -> str:
    return tr("、").join(ROLE_TITLES[Role(r)] for r in account.roles)


def _person(account: Account) -> int:
    return account.person_id or account.id
