"""Sending notices out of the house: by mail (SMTP) and by a webhook for short messages, from the outbox.

What goes out names no person: how many notices, of what kind, on which cases.  A notice that was read in the page is
not sent any more.  What fails is tried again later; what was sent twice by a crash is the same message twice.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog

from processes import commands as c
from processes.access.models import Account
from processes.access.scope import system_actor
from processes.cases import notices, reach
from processes.cases.models import Notice
from processes.office.door import Office
from processes.settings import Settings
from processes.storage import outbox

AT_ONCE = 200
SECONDS = 15
TITLES = {
    "returned": "退回", "cosign": "请会签", "cosigned": "会签结果", "delegated": "委派", "handed_back": "交回", "recalled": "收回委派",
    "taken_over": "接管", "transferred": "转办", "urged": "催办", "escalated": "多次催办", "asked": "请答复", "answered": "答复",
    "copied": "抄送", "absence": "代办", "mentioned": "提到您", "move": "移动办理", "due": "期限预警", "difference": "登记差异", "transfer": "迁移", "parameter": "政策参数",
}  # fmt: skip
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person is sent at once."""

    account: Account
    notices: Sequence[Notice]
    jobs: Sequence[tuple[str, int]]
    """Keys of the outbox rows and how often each was tried."""

    @property
    def lines(self) -> list[str]:
        """A line for each notice: its kind and the case, no person's name."""
        return [f"{TITLES.get(n.kind, '消息')}　{n.case_number}".strip() for n in self.notices]


def send_notices(office: Office) -> int:
    """Send what waits and may go out now; answers how many people were written to."""
    settings = office.settings
    sent = 0
    for letter in _letters(office):
        try:
            if letter.notices:
                _send(settings, letter)
                sent += 1
        except (OSError, smtplib.SMTPException, urllib.error.URLError, ValueError) as fault:
            log.warning("notice_not_sent", code=type(fault).__name__)
            now = office.database.clock()
            for key, attempts in letter.jobs:
                until = now + outbox.back_off(attempts + 1)
                office.perform(c.PostponeJob(key, until, type(fault).__name__), system_actor())
            continue
        for key, _ in letter.jobs:
            office.perform(c.FinishJob(key), system_actor())
    return sent


def _letters(office: Office) -> list[Letter]:
    """What waits, by person; what may not go out yet is put off."""
    now = office.database.clock()
    found: dict[int, tuple[Account, list[Notice], list[tuple[str, int]]]] = {}
    later: list[c.PostponeJob] = []
    with office.database.reading("") as session:
        for row in outbox.waiting(session, now, AT_ONCE, notices.SEND):
            notice = session.get_one(Notice, int(row.payload["notice"]))
            account = session.get_one(Account, notice.account_id)
            _, to_send, jobs = found.setdefault(account.id, (account, [], []))
            when = reach.earliest(account, notice.at, now)
            if notice.read_at is not None or not (account.email or account.mobile):
                jobs.append((row.key, row.attempts))
            elif when > now:
                later.append(c.PostponeJob(row.key, when))
            else:
                to_send.append(notice)
                jobs.append((row.key, row.attempts))
    for command in later:
        office.perform(command, system_actor())
    return [Letter(*parts) for parts in found.values() if parts[2]]


def _send(settings: Settings, letter: Letter) -> None:
    if settings.smtp and letter.account.email:
        _mail(settings, letter)
    if settings.sms_webhook and letter.account.mobile:
        _short_message(settings, letter)


def _mail(settings: Settings, letter: Letter) -> None:
    message = EmailMessage()
    message["Subject"] = f"社会救助办件：{len(letter.notices)} 条新消息"
    message["From"], message["To"] = settings.mail_from, letter.account.email
    body = "\n".join(letter.lines)
    message.set_content(
        f"{letter.account.name}：\n\n{body}\n\n请登录系统查看：{settings.public_address}/notices\n"
    )
    place = urlsplit(settings.smtp)
    kind = smtplib.SMTP_SSL if place.scheme == "smtps" else smtplib.SMTP
    with kind(place.hostname or "", place.port or 0, timeout=SECONDS) as server:
        if place.scheme == "smtp+starttls":
            server.starttls()
        if place.username:
            server.login(unquote(place.username), unquote(place.password or ""))
        server.send_message(message)


def _short_message(settings: Settings, letter: Letter) -> None:
    """POST to the office's short-message gateway, signed so that the gateway knows who asks."""
    said: dict[str, Any] = {
        "mobile": letter.account.mobile, "count": len(letter.notices),
        "text": f"社会救助办件：{'；'.join(letter.lines[:3])}{'等' if len(letter.lines) > 3 else ''}，请登录系统查看。",  # noqa: PLR2004
    }  # fmt: skip
    body = json.dumps(said, ensure_ascii=False, sort_keys=True).encode()
    signature = hmac.new(settings.sms_secret.encode(), body, hashlib.sha256).hexdigest()
    if urlsplit(settings.sms_webhook).scheme not in ("http", "https"):
        raise ValueError(settings.sms_webhook)
    request = urllib.request.Request(  # noqa: S310  (the scheme was looked at)
        settings.sms_webhook, body, {"Content-Type": "application/json", "X-Yimen-Signature": signature}
    )
    with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310
        pass
