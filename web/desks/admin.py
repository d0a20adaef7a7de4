"""The access log, and accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from processes.access import accounts, audit, divisions, factors, sign_in_attempts
from processes.access.permissions import Permission, Role
from processes.access.scope import Actor
from processes.cases import anchors, queues
from processes.errors import NotFound, YimenError
from processes.office.accounts.accounts import (
    AddAccount,
    AddAccountResult,
    ConfirmAccount,
    ReissuePassword,
    ReissuePasswordResult,
)
from processes.office.accounts.changes import AskFactorReset, ChangeAccount, DecideAccountChange
from processes.office.accounts.leaving import CloseAccount
from processes.office.accounts.same_person import DeclarePerson, UntiePerson
from processes.office.accounts.sessions import EndSessionsOf
from processes.office.accounts.unlock import UnlockAccount
from processes.office.command import Command
from processes.papers import lists
from processes.policy.calendar import civil_date
from processes.releases import departments, publish
from processes.texts import tr
from web import auth, budgets, forms, list_export, reads
from web.errors import status_of
from web.require import require

desk = Blueprint("admin", __name__)


@desk.get("/about")
@require(Permission.SESSION)
def about(actor: Actor) -> Any:
    """What the program is and which releases are in force."""
    with auth.office().database.reading("") as session:
        return render_template("guide/about.html", releases=publish.published_programmes(session))


@desk.get("/audit")
@require(Permission.AUDIT_READ, reads="audit_read")
@budgets.spends(budgets.SEARCHES)
def audit_log(actor: Actor) -> Any:
    """Show sensitive reads and sign-ins, latest first."""
    action, word = request.args.get("action", ""), forms.search_word()
    before = forms.row("before")
    with auth.office().database.reading("") as session:
        rows, further = audit.page(session, action, word, before)
        seal = anchors.latest(session)
        return render_template(
            "accounts/audit.html", rows=rows, further=further, action=action, word=word, titles=audit.TITLES, seal=seal,
            lists=reads.TITLES,
        )  # fmt: skip


_LIST = ((tr("时间"), 18), (tr("人员"), 14), (tr("操作"), 24), (tr("对象"), 40), (tr("地址"), 18))


@desk.post("/audit/export")
@require(Permission.AUDIT_READ)
@budgets.spends(budgets.EXPORTS)
def export_log(actor: Actor) -> Any:
    """Export the filtered log as a spreadsheet; the export is itself logged."""
    action, word = request.args.get("action", "")[:60], forms.search_word()
    kept = {n: v for n, v in (("action", action), ("q", word)) if v}
    list_export.note(actor, tr("访问日志"), kept)
    with auth.office().database.reading("") as session:
        rows, _ = audit.page(session, action, word, size=lists.MOST_ROWS)
        lines = [
            (
                list_export.minute(log.at), name or tr("系统"), audit.TITLES.get(log.action, log.action),
                log.target, log.address,
            )
            for log, name in rows
        ]  # fmt: skip
    return list_export.answer(actor, tr("访问日志"), _LIST, lines)


@desk.get("/accounts")
@require(Permission.ACCOUNT_UNLOCK)
def accounts_page(actor: Actor) -> Any:
    """Show accounts, locked ones, unconfirmed ones, and the form that adds one."""
    return _accounts(actor)


def _accounts(
    actor: Actor, added: AddAccountResult | ReissuePasswordResult | None = None, fault: str | None = None
) -> str:
    with auth.office().database.reading(actor.division, actor.department) as session:
        rows = accounts.listed(session)
        return render_template(
            "accounts/list.html",
            rows=rows,
            place_names=divisions.names(session, [a.division for a in rows]),
            people=accounts.by_person(session),
            places=divisions.all_of(session, actor.division),
            roles=[r for r in Role if r is not Role.SYSTEM],
            departments=_departments(session),
            waiting=_waiting(session),
            changes=accounts.changes(session),
            may_write=actor.may(Permission.ACCOUNT_WRITE),
            added=added,
            fault=fault,
            typed=request.form if fault else {},
        )


@desk.get("/accounts/<string:username>")
@require(Permission.ACCOUNT_WRITE)
def account_page(actor: Actor, username: str) -> Any:
    """Show an account, a waiting change, and the forms that change or close it."""
    return _account(actor, username)


def _account(actor: Actor, username: str, fault: str | None = None) -> str:
    with auth.office().database.reading(actor.division, actor.department) as session:
        account = accounts.by_username(session, username)
        change = accounts.changes(session).get(account.id)
        return render_template(
            "accounts/account.html", account=account, change=change, fault=fault,
            typed=request.form if fault else None,
            in_hand=queues.in_hand(session, account.id),
            same_person=accounts.by_person(session)[account.id],
            joined=accounts.by_id(session, change.same_as_id) if change and change.same_as_id else None,
            factors=len(factors.of_account(session, account.id)),
            place_names=divisions.names(session, [account.division, change.division if change else ""]),
            places=divisions.all_of(session, actor.division),
            roles=[r for r in Role if r is not Role.SYSTEM], departments=_departments(session),
        )  # fmt: skip


@desk.post("/accounts/<string:username>/change")
@require(Permission.ACCOUNT_WRITE)
def change_account(actor: Actor, username: str) -> Any:
    """Request other roles or another division for an account."""
    form = request.form
    command = ChangeAccount(
        username, tuple(form.getlist("role")), form.get("division", ""),
        form.get("department", "").strip(), form.get("reason", ""),
    )  # fmt: skip
    return _done_or_shown(actor, username, command)


@desk.post("/accounts/<string:username>/decide")
@require(Permission.ACCOUNT_WRITE)
def decide_account_change(actor: Actor, username: str) -> Any:
    """Confirm, refuse or withdraw a change."""
    accept = request.form.get("accept") == "yes"
    return _done_or_shown(
        actor, username, DecideAccountChange(forms.whole(request.form.get("change", "")), accept)
    )


@desk.post("/accounts/<string:username>/reset-factors")
@require(Permission.ACCOUNT_WRITE)
def reset_factors(actor: Actor, username: str) -> Any:
    """Request removal of somebody's second factors."""
    return _done_or_shown(actor, username, AskFactorReset(username, request.form.get("reason", "")))


@desk.post("/accounts/<string:username>/untie")
@require(Permission.ACCOUNT_WRITE)
def untie_person(actor: Actor, username: str) -> Any:
    """Request that an account is no longer linked to the same person."""
    return _done_or_shown(actor, username, UntiePerson(username, request.form.get("reason", "")))


@desk.post("/accounts/<string:username>/close")
@require(Permission.ACCOUNT_WRITE)
def close_account(actor: Actor, username: str) -> Any:
    """Close an account."""
    return _done_or_shown(actor, username, CloseAccount(username, request.form.get("reason", "")))


def _done_or_shown(actor: Actor, username: str, command: Command[Any]) -> Any:
    """Execute a command of an account's page; an error is shown on it, with the input."""
    try:
        auth.office().perform(command, actor)
    except NotFound:
        raise
    except YimenError as refused:
        return _account(actor, username, refused.message), status_of(refused)
    return redirect(url_for("admin.account_page", username=username))


def _departments(session: Session) -> dict[str, str]:
    return departments.titles(session, civil_date(auth.office().database.clock()))


def _waiting(session: Session) -> dict[str, datetime]:
    names = [a.username for a in accounts.listed(session)]
    return sign_in_attempts.waiting(session, names, auth.office().database.clock())


@desk.post("/accounts/add")
@require(Permission.ACCOUNT_WRITE)
def add_account(actor: Actor) -> Any:
    """Add an account; its one-time password is shown once, on the resulting page."""
    field = request.form.get
    command = AddAccount(
        *(field(n, "").strip() for n in ("username", "name", "role", "division", "department"))
    )
    try:
        added, fault, status = auth.office().perform(command, actor), None, 200
    except YimenError as refused:
        added, fault, status = None, refused.message, status_of(refused)
    return _accounts(actor, added, fault), status


@desk.post("/accounts/person")
@require(Permission.ACCOUNT_WRITE)
def declare_person(actor: Actor) -> Any:
    """Request that two accounts are declared one natural person."""
    form = request.form
    command = DeclarePerson(form.get("username", ""), form.get("same_as", ""), form.get("reason", ""))
    try:
        auth.office().perform(command, actor)
    except YimenError as refused:
        return _accounts(actor, None, refused.message), status_of(refused)
    return redirect(url_for("admin.account_page", username=command.username))


@desk.post("/accounts/reissue")
@require(Permission.ACCOUNT_WRITE)
def reissue_password(actor: Actor) -> Any:
    """Give an account another one-time password, shown once, on the resulting page."""
    try:
        command = ReissuePassword(request.form.get("username", ""))
        added, fault, status = auth.office().perform(command, actor), None, 200
    except YimenError as refused:
        added, fault, status = None, refused.message, status_of(refused)
    return _accounts(actor, added, fault), status


@desk.post("/accounts/confirm")
@require(Permission.ACCOUNT_WRITE)
def confirm_account(actor: Actor) -> Any:
    """Confirm an account that another administrator added."""
    auth.office().perform(ConfirmAccount(request.form.get("username", "")), actor)
    return redirect(url_for("admin.accounts_page"))


@desk.post("/accounts/end-sessions")
@require(Permission.ACCOUNT_UNLOCK)
def end_sessions(actor: Actor) -> Any:
    """End every session of an account."""
    auth.office().perform(EndSessionsOf(request.form.get("username", "")), actor)
    return redirect(url_for("admin.accounts_page"))


@desk.post("/accounts/unlock")
@require(Permission.ACCOUNT_UNLOCK)
def unlock(actor: Actor) -> Any:
    """Remove a sign-in delay."""
    auth.office().perform(UnlockAccount(request.form.get("username", "")), actor)
    return redirect(url_for("admin.accounts_page"))
