"""Transfers of a household or a person to another township, with their cases and awards (迁移)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from processes.access import audit
from processes.access.models import Account, Division
from processes.access.permissions import Permission
from processes.access.scope import TOWNSHIP_DIGITS, Actor, township_of
from processes.cases import actions, events, notices, participants
from processes.cases.models import Case
from processes.cases.status import CaseStatus, WorkItemStatus
from processes.errors import HouseholdEmpty, HouseholdNotFound, RuleBroken
from processes.office.answers import reason_of
from processes.office.command import Command, handles
from processes.office.people import register_limits
from processes.papers.models import IssuedPaper
from processes.people import actions as people
from processes.people import transfers
from processes.people.forms import RELATIONS
from processes.people.models import Household, Transfer
from processes.people.status import TransferStatus
from processes.relief import fund_queries
from processes.relief.models import Award, AwardMember
from processes.relief.status import AwardStatus
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork, within
from processes.texts import tr

KIND = "transfer"


@dataclass(frozen=True, slots=True)
class AskTransferResult:
    """The result of `AskTransfer`."""

    transfer: int


@dataclass(frozen=True, slots=True)
class AskTransfer(Command[AskTransferResult]):
    """Ask another township to take over a household, or one person of it (`person`, 0: all)."""

    permission = Permission.HOUSEHOLD_WRITE

    household: str
    to_place: str
    reason: str
    person: int = 0
    token: str = ""


@handles(AskTransfer)
def ask(settings: Settings, uow: UnitOfWork, actor: Actor, command: AskTransfer) -> AskTransferResult:
    """Ask another township to take over a household or one person of it."""
    household = _household(uow, actor, command.household)
    if not household.members:
        raise HouseholdEmpty(number=household.number)
    place = uow.session.get(Division, command.to_place)
    if place is None or len(place.code) != TOWNSHIP_DIGITS:
        raise RuleBroken(reason=tr("请选择迁入的乡镇"))
    due_on = register_limits.limit(uow, register_limits.TRANSFER_DAYS, household.division)
    asking = transfers.Asking(household, command.person, place.code, reason_of(command.reason), due_on)
    row = transfers.ask(uow, actor, asking)
    notices.tell(
        uow,
        register_limits.clerks(uow, row.to_place),
        KIND,
        tr("有家庭或人员迁入，请于 {due_on} 前在“迁移”中接收或退回", due_on=due_on),
    )
    audit.note(uow, actor, "transfer_asked", household.number)
    return AskTransferResult(transfer=row.id)


@dataclass(frozen=True, slots=True)
class WithdrawTransferResult:
    """The result of `WithdrawTransfer`."""

    status: str


@dataclass(frozen=True, slots=True)
class WithdrawTransfer(Command[WithdrawTransferResult]):
    """Withdraw the request."""

    permission = Permission.HOUSEHOLD_WRITE

    transfer: int
    reason: str


@handles(WithdrawTransfer)
def withdraw(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: WithdrawTransfer
) -> WithdrawTransferResult:
    """Withdraw the request."""
    row = transfers.locked(uow, actor, command.transfer, receiving=False)
    transfers.close(uow, actor, row, TransferStatus.WITHDRAWN, reason_of(command.reason))
    return WithdrawTransferResult(status=row.status)


@dataclass(frozen=True, slots=True)
class DecideTransferResult:
    """The result of `DecideTransfer`."""

    status: str
    cases: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class DecideTransfer(Command[DecideTransferResult]):
    """Accept or decline: a household is moved to a village (`division`), a person to a household, with a
    `relation`."""

    permission = Permission.HOUSEHOLD_WRITE

    transfer: int
    accept: bool
    reason: str
    division: str = ""
    household: str = ""
    relation: str = ""


@handles(DecideTransfer)
def decide(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: DecideTransfer
) -> DecideTransferResult:
    """Accept, which moves everything in this transaction, or decline with a reason."""
    row = transfers.locked(uow, actor, command.transfer, receiving=True)
    note = reason_of(command.reason)
    if not command.accept:
        transfers.close(uow, actor, row, TransferStatus.DECLINED, note)
    else:
        into = _household_id(uow, actor, command.household) if row.person_id else row.household_id
        cases, households = _hold(uow, row, into)
        household = households[row.household_id]
        if township_of(household.division) != row.from_place:
            raise RuleBroken(reason=tr("这一家庭已不在迁出地，请退回后重新提出"))
        source = tr("自{from_place}迁入", from_place=_name(uow, row.from_place))
        if row.person_id:
            row.went_along = _take_person(uow, actor, row, households, into, command, source)
        else:
            row.went_along = _take_household(uow, actor, household, cases, command.division, source)
        transfers.close(uow, actor, row, TransferStatus.ACCEPTED, note)
    outcome = tr("已接收") if command.accept else tr("已退回")
    notices.tell(
        uow,
        [row.asked_by_id],
        KIND,
        tr(
            "您提出的迁移（{household_number}），迁入地{outcome}：{note}",
            household_number=row.household_number,
            outcome=outcome,
            note=note,
        ),
    )
    audit.note(uow, actor, "transfer_decided", row.household_number)
    return DecideTransferResult(status=row.status, cases=row.went_along)


def _hold(uow: UnitOfWork, row: Transfer, into: int) -> tuple[list[Case], dict[int, Household]]:
    """Lock the cases that move, then the households, in the usual order.

    A case opened while waiting for the households is not locked any more (the order would be wrong): the
    transfer must be decided again.
    """
    going = _going_along(row)
    cases = list(
        uow.session.scalars(select(Case).where(Case.id.in_(going)).order_by(Case.id).with_for_update())
    )
    wanted = {row.household_id, into}
    query = select(Household).where(Household.id.in_(wanted)).order_by(Household.id).with_for_update()
    households = {h.id: h for h in uow.session.scalars(query)}
    if set(uow.session.scalars(going)) != {case.id for case in cases}:
        raise RuleBroken(reason=tr("本户的办件刚有变动，请刷新后再接收"))
    return cases, households


def _going_along(row: Transfer) -> Any:
    """Row ids of the cases that move: of a household the open or granted ones, of a person those of their
    benefits."""
    if row.person_id:
        alone = _drawn_alone(row.person_id, row.household_id).with_only_columns(Award.case_id)
        return select(Case.id).where(Case.id.in_(alone.order_by(None)))
    awarded = select(Award.case_id).where(
        Award.household_id == row.household_id, Award.status == AwardStatus.STANDING
    )
    return select(Case.id).where(
        Case.household_id == row.household_id, (Case.status != CaseStatus.CLOSED) | Case.id.in_(awarded)
    )


def _take_household(
    uow: UnitOfWork, actor: Actor, household: Household, cases: list[Case], division: str, source: str
) -> list[str]:
    village = uow.session.get(Division, division)
    if village is None or not actor.covers(division) or len(division) <= TOWNSHIP_DIGITS:
        raise RuleBroken(reason=tr("请选择迁入后所在的村（居）"))
    for case in cases:
        _demand_settled(uow, case)
        _move_case(uow, actor, case, division, source)
    for award in uow.session.scalars(
        select(Award).where(Award.household_id == household.id, Award.status == AwardStatus.STANDING)
    ):
        award.division = division
    transfers.move_household(uow, actor, household, division, source)
    return [case.number for case in cases]


def _take_person(
    uow: UnitOfWork,
    actor: Actor,
    row: Transfer,
    households: dict[int, Household],
    into_id: int,
    command: DecideTransfer,
    source: str,
) -> list[str]:
    """Move the person to a household of this township, with the benefits that they alone draw."""
    out_of, into = households[row.household_id], households[into_id]
    if not actor.covers(into.division):
        raise HouseholdNotFound()
    if command.relation not in RELATIONS or command.relation == "本人":
        raise RuleBroken(reason=tr("请选择迁入后与户主的关系"))
    moved = []
    for award in uow.session.scalars(_drawn_alone(row.person_id, row.household_id).with_for_update(of=Award)):
        case = uow.session.get_one(Case, award.case_id)  # locked before the households
        _demand_settled(uow, case)
        award.household_id, award.division = into.id, into.division
        case.household_id = into.id
        _move_case(uow, actor, case, into.division, source)
        moved.append(case.number)
    transfers.move_person(uow, actor, row.person_id, out_of, into, command.relation, source)
    return moved


def _drawn_alone(person_id: int, household_id: int) -> Any:
    """Valid awards of the old household that cover only this person."""
    alone = select(AwardMember.award_id).group_by(AwardMember.award_id).having(func.count() == 1)
    return (
        select(Award)
        .join(AwardMember, AwardMember.award_id == Award.id)
        .where(
            AwardMember.person_id == person_id, Award.id.in_(alone), Award.status == AwardStatus.STANDING,
            Award.household_id == household_id,
        )
        .order_by(Award.id)
    )  # fmt: skip


def _demand_settled(uow: UnitOfWork, case: Case) -> None:
    """Advances from a township's fund must be accounted for there before the case moves."""
    if fund_queries.outstanding(uow.session, case.id):
        raise RuleBroken(
            reason=tr(
                "办件 {number} 有备用金垫付尚未核销，请迁出地先补办手续、核销后再迁移", number=case.number
            )
        )


def _move_case(uow: UnitOfWork, actor: Actor, case: Case, division: str, source: str) -> None:
    """Move the case with its steps and papers; steps claimed by people without access there are released."""
    before, case.division = case.division, division
    case.version += 1
    for item in actions.items_of(uow, case):
        item.division, item.township = division, township_of(division)
        if item.status != WorkItemStatus.OPEN:
            continue
        # What was submitted for the former township must be submitted again by the new one.
        if participants.drop_held(uow, item):
            item.returned_reason = tr("办件已迁移，原提交的内容留作草稿，请核对后重新提交")
        holder = None if item.claimed_by_id is None else uow.session.get(Account, item.claimed_by_id)
        if holder is not None and not division.startswith(holder.division):
            item.claimed_by_id, item.claimed_by = None, None
            item.delegated_by_id, item.delegated_by = None, None
            actions.in_name_of(item, None)
        actions.changed(uow, actor, item)
    for paper in uow.session.scalars(select(IssuedPaper).where(IssuedPaper.case_id == case.id)):
        paper.division = division
    events.append(uow, case, actor, "household_moved", source, before=before, after=division)


def _household(uow: UnitOfWork, actor: Actor, number: str) -> Household:
    return people.locked(uow, actor, _household_id(uow, actor, number))


def _household_id(uow: UnitOfWork, actor: Actor, number: str) -> int:
    known = uow.session.scalar(
        select(Household.id).where(
            Household.number == number.strip(), within(Household.division, actor.division)
        )
    )
    if known is None:
        raise HouseholdNotFound()
    return known


def _name(uow: UnitOfWork, code: str) -> str:
    division = uow.session.get(Division, code)
    return code if division is None else division.name
