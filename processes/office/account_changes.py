"""Other roles or another place of work for an account: one administrator asks, another one decides."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from processes import commands as c
from processes.access import absences, account_states, audit, factors, persons
from processes.access.models import Account, AccountChange
from processes.access.permissions import ROLE_TITLES, Permission, Role
from processes.access.scope import Actor
from processes.cases import notices
from processes.errors import AccountInvalid, NotFound, RuleBroken
from processes.office import enrolling, leaving
from processes.office.accounts import demand_work
from processes.office.answers import reason_of
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork

MOST_ROLES = 4


def ask(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ChangeAccount) -> dict[str, Any]:
    """Ask for a change; the other administrators and the auditors are told.  Raises `AccountInvalid`, `RuleBroken`."""
    actor.demand(Permission.ACCOUNT_WRITE)
    reason = reason_of(command.reason)
    account = uow.session.scalar(select(Account).where(Account.username == command.username))
    if account is None or actor.account_id is None:
        raise NotFound()
    roles = sorted(set(command.roles))
    if not account.is_active:
        raise RuleBroken(reason="账号已停用或者尚未确认，不能变更")
    if not 0 < len(roles) <= MOST_ROLES:
        raise AccountInvalid(reason=f"请选择 1 至 {MOST_ROLES} 个岗位")
    for role in roles:
        demand_work(uow, role, command.division, command.department)
    wanted = (roles, command.division, command.department)
    if wanted == (sorted(account.roles), account.division, account.department):
        raise AccountInvalid(reason="岗位、区划、部门都没有变化")
    _demand_none_waiting(uow, account)
    change = AccountChange(
        account_id=account.id, roles=roles, division=command.division, department=command.department,
        reason=reason, asked_by_id=actor.account_id, asked_by=actor.name, asked_at=uow.now,
    )  # fmt: skip
    uow.add(change)
    uow.flush()
    audit.note(uow, actor, "account_change_asked", account.username)
    titles = "、".join(ROLE_TITLES[Role(r)] for r in roles)
    text = f"{actor.name}提出将{account.name}的岗位变更为{titles}，待另一名管理员确认"
    leaving.tell_overseers(uow, actor, account, text)
    return {"change": change.id}


def ask_factor_reset(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.AskFactorReset
) -> dict[str, Any]:
    """Ask that the second factors of somebody (who lost the telephone) are taken away; raises `RuleBroken`."""
    actor.demand(Permission.ACCOUNT_WRITE)
    reason = reason_of(command.reason)
    account = uow.session.scalar(select(Account).where(Account.username == command.username))
    if account is None or actor.account_id is None:
        raise NotFound()
    if not factors.of_account(uow.session, account.id):
        raise RuleBroken(reason=f"{account.name}没有登记双因素认证")
    _demand_none_waiting(uow, account)
    change = AccountChange(
        account_id=account.id, roles=sorted(account.roles), division=account.division,
        department=account.department, resets_factors=True,
        reason=reason, asked_by_id=actor.account_id, asked_by=actor.name, asked_at=uow.now,
    )  # fmt: skip
    uow.add(change)
    uow.flush()
    audit.note(uow, actor, "account_change_asked", account.username)
    text = f"{actor.name}提出清除{account.name}的双因素认证（{reason}），待另一名管理员确认"
    leaving.tell_overseers(uow, actor, account, text)
    return {"change": change.id}


def _demand_none_waiting(uow: UnitOfWork, account: Account) -> None:
    """A second open change of the account would fail on the one row that may wait."""
    waiting = select(AccountChange.id).where(
        AccountChange.account_id == account.id, AccountChange.verdict == ""
    )
    if uow.session.scalar(waiting) is not None:
        raise RuleBroken(reason=f"{account.name}已有一项待确认的变更")


def decide(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.DecideAccountChange
) -> dict[str, Any]:
    """Confirm or refuse a change; whoever asked for it can take it back and nothing more.

    A confirmed one ends the account's sessions, and gives back the steps that its new work does not include.
    """
    actor.demand(Permission.ACCOUNT_WRITE)
    username = uow.session.scalar(
        select(Account.username)
        .join(AccountChange, AccountChange.account_id == Account.id)
        .where(AccountChange.id == command.change_id)
    )
    if username is None:
        raise NotFound()
    in_hand = leaving.lock_cases_in_hand(uow, username) if command.accept else []
    account = leaving.locked_with_administrators(uow, username)
    change = uow.lock(AccountChange, command.change_id)
    if change is None or change.verdict:
        raise RuleBroken(reason="这项变更已经处理")
    is_own = persons.is_one_of(uow.session, actor.account_id, (change.asked_by_id, account.id))
    if command.accept and is_own:
        raise RuleBroken(reason="账号变更须由提出人和本人以外的另一名管理员确认")
    change.decided_by_id, change.decided_by, change.decided_at = actor.account_id, actor.name, uow.now
    if not command.accept:
        change.verdict = "withdrawn" if is_own else "refused"
        audit.note(uow, actor, "account_change_refused", username)
        return {"returned": 0}
    change.verdict = "confirmed"
    if change.resets_factors:
        enrolling.take_away(uow, actor, account)
        text = f"{actor.name}确认清除{account.name}的双因素认证：{change.reason}"
        leaving.tell_overseers(uow, actor, account, text)
        notices.tell(uow, [account.id], "account", f"您的双因素认证已由管理员清除：{change.reason}")
        return {"returned": 0}
    if Role.ADMINISTRATOR in account.roles and Role.ADMINISTRATOR not in change.roles:
        leaving.demand_administrator_besides(uow, account)
    account.roles, account.division = list(change.roles), change.division
    account.department = change.department
    account.session_epoch += 1
    absences.end_all(uow, account.id)
    returned = leaving.give_back(uow, actor, account, in_hand, "岗位变更")
    audit.note(uow, actor, "account_changed", username)
    account_states.note(uow, actor, account)
    leaving.tell_overseers(
        uow, actor, account, f"{actor.name}确认了{account.name}的岗位变更：{change.reason}"
    )
    return {"returned": returned}
