"""Notification preferences: channels and quiet hours."""

from __future__ import annotations

import re
from dataclasses import dataclass

from processes.access import accounts
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import notification_preferences
from processes.errors import Invalid
from processes.office.command import Command, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,50}\.[a-zA-Z]{2,10}")
_MOBILE = re.compile(r"1\d{10}")


@dataclass(frozen=True, slots=True)
class SetNotificationPreferences(Command[None]):
    """Set one's channels: mail, mobile, quiet hours, one mail a day."""

    permission = Permission.SESSION

    email: str = ""
    mobile: str = ""
    quiet_from: str = ""
    quiet_until: str = ""
    digest: bool = False


@handles(SetNotificationPreferences)
def set_preferences(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: SetNotificationPreferences
) -> None:
    """Store the actor's notification preferences."""
    account = accounts.by_id(uow.session, actor.account_id)
    email, mobile = command.email.strip(), command.mobile.strip()
    if email and not _MAIL.fullmatch(email):
        raise Invalid(reason=tr("邮箱格式不对"))
    if mobile and not _MOBILE.fullmatch(mobile):
        raise Invalid(reason=tr("手机号码应为 11 位数字"))
    try:
        (
            notification_preferences.parsed(command.quiet_from),
            notification_preferences.parsed(command.quiet_until),
        )
    except ValueError:
        raise Invalid(reason=tr("免打扰时间应写作 20:00")) from None
    account.email, account.mobile, account.digest = email, mobile, command.digest
    account.quiet_from, account.quiet_until = command.quiet_from, command.quiet_until
