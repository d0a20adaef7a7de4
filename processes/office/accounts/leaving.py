"""Closing an account: sessions and absences end, steps in hand go back to their queues."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select

from processes.access import absences, account_states, audit, founding
from processes.access.models import Account, AccountChange
from processes.access.permissions import Permission, Role
from processes.access.rules import is_reachable
from processes.access.scope import Actor
from processes.access.status import ChangeVerdict
from processes.cases import assignment, notices
from processes.cases.colleague_models import Participant
from processes.cases.models import Case, WorkItem
from processes.cases.status import ParticipantStatus, WorkItemStatus
from processes.errors import NotFound, RuleBroken
from processes.office.answers import reason_of
from processes.office.command import Weighty, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

LEFT = tr("离岗")


@dataclass(frozen=True, slots=True)
class CloseAccountResult:
    """The result of `CloseAccount`."""

    returned: int


@dataclass(frozen=True, slots=True)
class CloseAccount(Weighty[CloseAccountResult]):
    """Close an account: it signs in no more, and its steps in hand go back to their queues."""

    permission = Permission.ACCOUNT_WRITE

    username: str
    reason: str


@handles(CloseAccount)
def close(settings: Settings, uow: UnitOfWork, actor: Actor, command: CloseAccount) -> CloseAccountResult:
    """Close an account at once; the other administrators and the auditors are notified.

    Raises `RuleBroken` for one's own account and for the last administrator.
    """
    reason = reason_of(command.reason)
    in_hand = lock_cases_in_hand(uow, command.username)
    account = locked_with_administrators(uow, command.username)
    if account.id == actor.account_id:
        raise RuleBroken(reason=tr("不能停用自己的账号，请由另一名管理员办理"))
    if not (account.is_active or account.awaits_confirmation):
        raise RuleBroken(reason=tr("账号 {username} 已经停用", username=account.username))
    if Role.ADMINISTRATOR in account.roles:
        demand_administrator_besides(uow, account)
    account.is_active, account.awaits_confirmation = False, False
    account.session_epoch += 1
    absences.end_all(uow, account.id)
    _withdraw_changes(uow, actor, account)
    returned = give_back(uow, actor, account, in_hand, LEFT)
    _tell_askers(uow, account)
    audit.note(uow, actor, "account_closed", account.username)
    account_states.note(uow, actor, account)
    text = tr(
        "{name}停用了{name2}的账号（{username}）：{reason}",
        name=actor.name,
        name2=account.name,
        username=account.username,
        reason=reason,
    )
    tell_overseers(uow, actor, account, text)
    return CloseAccountResult(returned=returned)


def demand_administrator_besides(uow: UnitOfWork, account: Account) -> None:
    """Raise `RuleBroken` when nobody else administers the office; call with the administrators locked."""
    if not [a for a in founding.administrators(uow.session) if a.id != account.id]:
        raise RuleBroken(reason=tr("这是最后一名系统管理员，请先增加并确认另一名"))


def give_back(uow: UnitOfWork, actor: Actor, account: Account, cases: list[int], reason: str) -> int:
    """Unassign the open steps of locked cases that the account may no longer do; return their number."""
    query = (
        select(WorkItem)
        .where(
            WorkItem.case_id.in_(cases),
            WorkItem.claimed_by_id == account.id,
            WorkItem.status == WorkItemStatus.OPEN,
        )
        .order_by(WorkItem.case_id, WorkItem.id)
    )
    returned = 0
    for item in uow.session.scalars(query).all():
        if account.is_active and _goes_on(account, item):
            continue
        case = uow.session.get_one(Case, item.case_id)
        assignment.give_back(uow, actor, case, item, account.id, f"{account.name}{reason}")
        if item.claimed_by_id is None:
            text = tr(
                "{name}{reason}，{applicant}的“{title}”退回待签收",
                name=account.name,
                reason=reason,
                applicant=case.applicant,
                title=item.title,
            )
            notices.tell_role(uow, item.role, case, "account", text)
        else:
            text = tr(
                "{name}{reason}，您委派的“{title}”（{applicant}）已交回",
                name=account.name,
                reason=reason,
                title=item.title,
                applicant=case.applicant,
            )
            notices.tell(uow, [item.claimed_by_id], "account", text, case)
        returned += 1
    return returned


def lock_cases_in_hand(uow: UnitOfWork, username: str) -> list[int]:
    """Lock every case in which an account has an open step, before the account: the same order as when a step
    is finished."""
    mine = select(WorkItem.case_id).join(Account, Account.id == WorkItem.claimed_by_id)
    ids = mine.where(Account.username == username, WorkItem.status == WorkItemStatus.OPEN).distinct()
    locked = select(Case.id).where(Case.id.in_(ids)).order_by(Case.id).with_for_update()
    return list(uow.session.scalars(locked))


def tell_overseers(uow: UnitOfWork, actor: Actor, account: Account, text: str) -> None:
    """Tell the other administrators and the auditors."""
    watching = {Role.ADMINISTRATOR, Role.AUDITOR}
    accounts = uow.session.scalars(select(Account).where(Account.is_active.is_(True)))
    recipients = [
        a.id for a in accounts if watching & set(a.roles) and a.id not in (actor.account_id, account.id)
    ]
    notices.tell(uow, recipients, "account", text)


def _goes_on(account: Account, item: WorkItem) -> bool:
    if item.delegated_by_id is not None:
        return is_reachable(account, item.division)
    return item.role in account.roles and item.division.startswith(account.division)


def locked_with_administrators(uow: UnitOfWork, username: str) -> Account:
    """Lock the account together with all administrators, so that two of them cannot close each other at once.

    Rows that refer to an account may be written meanwhile.
    """
    which = or_(Account.username == username, Account.is_active.is_(True))
    query = select(Account).where(which).order_by(Account.id).with_for_update(key_share=True)
    query = query.execution_options(populate_existing=True)
    account = next((a for a in uow.session.scalars(query).all() if a.username == username), None)
    if account is None:
        raise NotFound()
    return account


def _withdraw_changes(uow: UnitOfWork, actor: Actor, account: Account) -> None:
    waiting = select(AccountChange).where(
        AccountChange.account_id == account.id, AccountChange.verdict == ChangeVerdict.WAITING
    )
    for change in uow.session.scalars(waiting.with_for_update()):
        change.verdict, change.decided_by, change.decided_at = ChangeVerdict.WITHDRAWN, actor.name, uow.now


def _tell_askers(uow: UnitOfWork, account: Account) -> None:
    """Tell those who wait for an answer of the closed account to ask somebody else."""
    waiting = select(Participant).where(
        Participant.account_id == account.id,
        Participant.status.in_((ParticipantStatus.WAITING, ParticipantStatus.LATER)),
    )
    for row in uow.session.scalars(waiting).all():
        case = uow.session.get_one(Case, row.case_id)
        text = tr(
            "{name}已离岗，不会再答复您在{applicant}办件中的请求，请改请他人",
            name=account.name,
            applicant=case.applicant,
        )
        notices.tell(uow, [row.asked_by_id], "account", text, case)
