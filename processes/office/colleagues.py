"""Commands between colleagues: absences, remarks on a case, notices read, where one is reached."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from processes import commands as c
from processes.access import absences, accounts, audit
from processes.access.models import Account
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, notices, reach, visibility
from processes.cases.models import Case, Comment
from processes.errors import Invalid, NotFound
from processes.office.answers import reason_of
from processes.policy.calendar import civil_date
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork

_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,50}\.[a-zA-Z]{2,10}")
_MOBILE = re.compile(r"1\d{10}")
_NAMED = re.compile(r"@([^\s@，。；：、,.;:]{1,30})")


def begin_absence(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.BeginAbsence
) -> dict[str, Any]:
    """Say who acts for one; that person is told."""
    actor.demand(Permission.TASK_WORK)
    row = absences.begin(
        uow, actor, command.substitute_id, command.from_on, command.until_on, command.programmes,
        command.place, command.reason.strip()[:300], civil_date(uow.now),
        settings.absence_days,
    )  # fmt: skip
    span = f"{command.from_on:%m月%d日}至{command.until_on:%m月%d日}"
    text = f"{actor.name}请您在{span}代为办理待办，待流程管理员确认"
    notices.tell(uow, [row.substitute_id], "absence", text)
    return {}


def confirm_absence(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ConfirmAbsence
) -> dict[str, Any]:
    """The office lets somebody act for another one, or does not; both are told."""
    actor.demand(Permission.ABSENCE_CONFIRM)
    row = absences.confirm(uow, actor, command.absence_id, command.accept)
    said = "已确认" if command.accept else "没有同意"
    notices.tell(uow, [row.account_id, row.substitute_id], "absence", f"{actor.name}{said}外出代办")
    return {}


def end_absence(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.EndAbsence) -> dict[str, Any]:
    """One is back."""
    absences.end(uow, actor, command.absence_id)
    return {}


def name_substitute(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.NameSubstitute
) -> dict[str, Any]:
    """Put somebody on the list of those who may act for a person; both are told."""
    actor.demand(Permission.ABSENCE_CONFIRM)
    pair = [accounts.by_id(uow.session, i) for i in (command.account_id, command.substitute_id)]
    if not all(actor.covers(a.division) and a.is_active for a in pair):
        raise NotFound()
    away, substitute = pair
    absences.name_substitute(uow, actor, away, substitute, reason_of(command.reason))
    audit.note(uow, actor, "substitute_named", f"{away.username}/{substitute.username}")
    notices.tell(
        uow, [away.id, substitute.id], "absence", f"{actor.name}将{substitute.name}列入{away.name}的代办名单"
    )
    return {}


def end_named_substitute(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.EndNamedSubstitute
) -> dict[str, Any]:
    """Take somebody off the list."""
    actor.demand(Permission.ABSENCE_CONFIRM)
    row = absences.end_named(uow, actor, command.named_id)
    pair = [accounts.by_id(uow.session, i) for i in (row.account_id, row.substitute_id)]
    if not actor.covers(pair[0].division):
        raise NotFound()
    audit.note(uow, actor, "substitute_ended", "/".join(a.username for a in pair))
    return {}


def read_notices(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ReadNotices) -> dict[str, Any]:
    """One has read them."""
    notices.read(uow, actor.account_id, command.ids)
    return {}


def set_reach(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.SetReach) -> dict[str, Any]:
    """Where one is reached, and when not."""
    account = accounts.by_id(uow.session, actor.account_id)
    email, mobile = command.email.strip(), command.mobile.strip()
    if email and not _MAIL.fullmatch(email):
        raise Invalid(reason="邮箱格式不对")
    if mobile and not _MOBILE.fullmatch(mobile):
        raise Invalid(reason="手机号码应为 11 位数字")
    try:
        reach.parsed(command.quiet_from), reach.parsed(command.quiet_until)
    except ValueError:
        raise Invalid(reason="免打扰时间应写作 20:00") from None
    account.email, account.mobile, account.digest = email, mobile, command.digest
    account.quiet_from, account.quiet_until = command.quiet_from, command.quiet_until
    return {}


def add_comment(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.AddComment) -> dict[str, Any]:
    """A remark on a case; whoever is named with @ and may see the case is told."""
    actor.demand(Permission.CASE_READ)
    actor.demand(Permission.TASK_WORK)
    case = actions.locked_case(uow, actor, command.case_number)
    text = reason_of(command.text)
    uow.add(Comment(case_id=case.id, by_id=actor.account_id, by=actor.name, at=uow.now, text=text))
    people = _named_in(uow, case, text)
    notices.tell(
        uow, [a.id for a in people if a.id != actor.account_id], "mentioned",
        f"{actor.name}在{case.applicant}的办件中提到您：{text}", case,
    )  # fmt: skip
    return {"case": case.number, "told": [a.name for a in people]}


def _named_in(uow: UnitOfWork, case: Case, text: str) -> list[Account]:
    names = _NAMED.findall(text)
    if not names:
        return []
    accounts = uow.session.scalars(
        select(Account).where(Account.name.in_(names), Account.is_active.is_(True))
    )
    return [a for a in accounts if visibility.may_see(a, case)]
