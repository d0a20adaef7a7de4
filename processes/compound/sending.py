"""Sends notices by mail (SMTP) and through a short-message webhook, from the outbox.

Messages contain no names: only number and kind of notices, and case numbers. A notice already read on the
page is not sent. Each channel has its own rows: if one fails and is retried, the other does not repeat a
message. Only a worker killed between sending and recording sends a message twice.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import structlog

from processes.access.models import Account
from processes.access.scope import system_actor
from processes.cases import notices, notification_preferences
from processes.cases.models import Notice
from processes.compound import leasing
from processes.languages.catalogue import CHINESE, lookup
from processes.office.door import Office
from processes.office.system.jobs import PostponeJob
from processes.settings import Settings
from processes.storage import outbox
from processes.texts import Lookup, shown, tr

PEOPLE_AT_ONCE = 200
SECONDS = 15
TITLES = {
    "returned": tr("退回"), "cosign": tr("请会签"), "cosigned": tr("会签结果"), "second": tr("共同办理"), "delegated": tr("委派"), "handed_back": tr("交回"), "recalled": tr("收回委派"),
    "taken_over": tr("接管"), "account": tr("账号变更"), "transferred": tr("转办"), "urged": tr("催办"), "escalated": tr("多次催办"), "asked": tr("请答复"), "answered": tr("答复"),
    "copied": tr("抄送"), "absence": tr("代办"), "mentioned": tr("提到您"), "move": tr("移动办理"), "due": tr("期限预警"), "difference": tr("登记差异"), "transfer": tr("迁移"), "parameter": tr("政策参数"),
}  # fmt: skip
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one person."""

    account: Account
    notices: Sequence[Notice]
    keys: Sequence[str]
    """Jobs that are done once it is sent."""

    @property
    def find(self) -> Lookup:
        """Return what finds a message in the language of the recipient's screens."""
        return lookup(self.account.language or CHINESE)

    @property
    def lines(self) -> list[str]:
        """Return a line for each notice: its kind and the case, no names."""
        return [
            tr("{kind}　{case_number}", kind=TITLES.get(n.kind, tr("消息")), case_number=n.case_number)
            if n.case_number
            else TITLES.get(n.kind, tr("消息"))
            for n in self.notices
        ]


def send_mail(office: Office) -> int:
    """Send waiting mail that may go out now; return the number of recipients."""
    return _send(office, notices.MAIL, _mail if office.settings.smtp else None)


def send_short_messages(office: Office) -> int:
    """Send waiting short messages; return the number of recipients."""
    return _send(office, notices.SHORT_MESSAGE, _short_message if office.settings.sms_webhook else None)


def _send(office: Office, channel: str, out: Callable[[Settings, Letter], None] | None) -> int:
    """Send through a channel; if the office has none, the rows are finished unsent."""
    sent = 0
    for jobs in leasing.subjects(office, channel, PEOPLE_AT_ONCE):
        letter = _letter(office, channel, jobs)
        if letter.notices and out is not None:
            try:
                out(office.settings, letter)
            except (OSError, smtplib.SMTPException, urllib.error.URLError, ValueError) as fault:
                log.warning("notice_not_sent", channel=channel, code=type(fault).__name__)
                tries = max(job.attempts for job in jobs) + 1
                until = office.database.clock() + outbox.back_off(tries)
                _put_off(office, letter.keys, until, type(fault).__name__)
                continue
            sent += 1
        leasing.finish(office, *letter.keys)
    return sent


def _letter(office: Office, channel: str, jobs: Sequence[leasing.Job]) -> Letter:
    """What waits for a person; what may not be sent yet is postponed.

    Notices read meanwhile, or of a case that the person may no longer see, are not sent.
    """
    now = office.database.clock()
    to_send, keys = [], []
    later: dict[datetime, list[str]] = {}
    with office.database.reading("") as session:
        account = session.get_one(Account, int(jobs[0].subject.removeprefix("account/")))
        address = account.email if channel == notices.MAIL else account.mobile
        sendable = notices.to_send(session, account, [int(job.payload["notice"]) for job in jobs])
        for job in jobs:
            notice = sendable.get(int(job.payload["notice"]))
            if notice is None or notice.read_at is not None or not address:
                keys.append(job.key)
            elif (when := notification_preferences.earliest(account, notice.at, now)) > now:
                later.setdefault(when, []).append(job.key)
            else:
                to_send.append(notice)
                keys.append(job.key)
    for when, waiting in later.items():
        _put_off(office, waiting, when)
    return Letter(account, to_send, keys)


def _put_off(office: Office, keys: Sequence[str], until: datetime, error: str = "") -> None:
    office.perform(PostponeJob(tuple(keys), office.holder, until, error), system_actor())


def _mail(settings: Settings, letter: Letter) -> None:
    message = EmailMessage()
    subject = tr("社会救助办件：{notices} 条新消息", notices=len(letter.notices))
    message["Subject"] = shown(subject, letter.find)
    message["From"], message["To"] = settings.mail_from, letter.account.email
    body = tr(
        "{name}：\n\n{body}\n\n请登录系统查看：{public_address}/notices\n",
        name=letter.account.name, body=tr("\n").join(letter.lines), public_address=settings.public_address,
    )  # fmt: skip
    message.set_content(shown(body, letter.find))
    place = urlsplit(settings.smtp)
    # The password is sent only to a server whose certificate matches its name.
    trusted = ssl.create_default_context()
    with _connected(place, trusted) as server:
        if place.scheme == "smtp+starttls":
            server.starttls(context=trusted)
        if place.username:
            server.login(unquote(place.username), unquote(place.password or ""))
        server.send_message(message)


def _connected(place: SplitResult, trusted: ssl.SSLContext) -> smtplib.SMTP:
    host, port = place.hostname or "", place.port or 0
    if place.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=trusted)
    return smtplib.SMTP(host, port, timeout=SECONDS)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Redirects are errors: telephone numbers go only to the gateway configured by the operator."""

    def redirect_request(self, *_asked: Any, **_named: Any) -> None:
        """Refuse every redirect."""


_gateway = urllib.request.build_opener(_NoRedirects)


def _short_message(settings: Settings, letter: Letter) -> None:
    """POST to the office's short-message gateway, signed so that the gateway can authenticate the caller."""
    message: dict[str, Any] = {
        "mobile": letter.account.mobile, "count": len(letter.notices),
        "text": shown(tr("社会救助办件：{lines}{more}，请登录系统查看。", lines=tr("；").join(letter.lines[:3]), more=tr("等") if len(letter.lines) > 3 else ""), letter.find),  # noqa: PLR2004
    }  # fmt: skip
    body = json.dumps(message, ensure_ascii=False, sort_keys=True).encode()
    signature = hmac.new(settings.sms_secret.encode(), body, hashlib.sha256).hexdigest()
    if urlsplit(settings.sms_webhook).scheme not in ("http", "https"):
        raise ValueError(settings.sms_webhook)
    request = urllib.request.Request(  # noqa: S310  (the scheme was looked at)
        settings.sms_webhook, body, {"Content-Type": "application/json", "X-Yimen-Signature": signature}
    )
    with _gateway.open(request, timeout=SECONDS):
        pass
