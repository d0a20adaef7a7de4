"""Notices (消息) to people, written in the same transaction; the outbox sends them later.

A notice of a case names its applicant. It goes only to people who may see the case, and this is checked again
when it is shown or sent: a person may have changed office by then, or the case its township.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from processes.access import accounts as people
from processes.access.models import Account
from processes.access.scope import Actor
from processes.cases import visibility
from processes.cases.models import Case, Notice
from processes.storage import outbox
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import Text, tr

MAIL, SHORT_MESSAGE = "send_mail", "send_short_message"
"""Kinds of jobs: one for each channel, so that a failure of one does not repeat the other."""
SHOWN = 100
WARNING = "due"
"""The kind of notice that a limit sends automatically for every case."""
MANY = 3
_LONGEST = 400


def tell(
    uow: UnitOfWork, accounts: Iterable[int | None], kind: str, text: str, case: Case | None = None
) -> None:
    """Notify each of these people once; for a case, only those who may see it."""
    recipients = dict.fromkeys(a for a in accounts if a is not None)
    if case is not None:
        query = select(Account).where(Account.id.in_(recipients))
        seeing = {a.id for a in uow.session.scalars(query) if visibility.may_see(a, case)}
        recipients = {a: None for a in recipients if a in seeing}
    reached = _channels(uow.session, list(recipients))
    for account_id in recipients:
        _note(uow, account_id, kind, text, case, reached.get(account_id, ()))


def tell_account(uow: UnitOfWork, account: Account, kind: str, text: str, case: Case) -> None:
    """Notify somebody whose account is loaded; no query is needed."""
    if not visibility.may_see(account, case):
        return
    channels = [c for c, address in ((MAIL, account.email), (SHORT_MESSAGE, account.mobile)) if address]
    _note(uow, account.id, kind, text, case, channels)


def _note(
    uow: UnitOfWork, account_id: int, kind: str, text: str, case: Case | None, channels: Sequence[str]
) -> None:
    row = Notice(
        account_id=account_id, kind=kind, text=text if len(text) <= _LONGEST else text[:_LONGEST], case_number="" if case is None else case.number,
        at=uow.now,
    )  # fmt: skip
    uow.add(row)
    if channels:
        uow.flush()
    for channel in channels:
        outbox.put(uow, channel, f"{channel}/{row.id}", {"notice": row.id}, subject=f"account/{account_id}")


def _channels(session: Session, accounts: Sequence[int]) -> dict[int, list[str]]:
    """The channels outside the page of each of these people."""
    query = select(Account.id, Account.email.is_not(None), Account.mobile.is_not(None)).where(
        Account.id.in_(accounts)
    )
    return {
        account_id: [channel for channel, has in ((MAIL, email), (SHORT_MESSAGE, mobile)) if has]
        for account_id, email, mobile in session.execute(query)
    }


def tell_role(uow: UnitOfWork, role: str, case: Case, kind: str, text: str) -> None:
    """Notify everybody of a role who may see the case."""
    active = uow.session.scalars(select(Account).where(Account.is_active.is_(True)))
    tell(uow, [a.id for a in active if role in a.roles], kind, text, case)


def unread(session: Session, actor: Actor) -> int:
    """Return how many notices a person has not read."""
    query = select(func.count()).where(_open_to(actor), Notice.read_at.is_(None))
    return session.scalar(query) or 0


def latest(session: Session, actor: Actor) -> Sequence[Notice]:
    """Return a person's notices, unread ones first, each part latest first."""
    order = (Notice.read_at.is_not(None), Notice.id.desc())
    query = select(Notice).where(_open_to(actor)).order_by(*order).limit(SHOWN)
    return session.scalars(query).all()


def to_send(session: Session, account: Account, ids: Sequence[int]) -> dict[int, Notice]:
    """Return those of a person's notices that may still be sent."""
    query = select(Notice).where(_open_to(people.actor_of(account)), Notice.id.in_(ids))
    return {n.id: n for n in session.scalars(query) if account.is_active or not n.case_number}


def _open_to(actor: Actor) -> ColumnElement[bool]:
    """Notices to a person about no case, or about one that they may see today."""
    case = exists().where(Case.number == Notice.case_number, visibility.seen_by(actor))
    return and_(Notice.account_id == actor.account_id, or_(Notice.case_number == "", case))


@dataclass(frozen=True, slots=True)
class Line:
    """One notice, or several with the same text about different cases, shown as one line."""

    text: str
    notices: Sequence[Notice]

    @property
    def is_of_many(self) -> bool:
        """Whether it stands for several cases."""
        return len(self.notices) > 1


def lines(found: Sequence[Notice]) -> list[Line]:
    """Return notices as lines, latest first; `MANY` or more warnings of the same limit share one line."""
    alike: dict[tuple[str, str], list[Notice]] = {}
    for notice in found:
        alike.setdefault((notice.kind, _of_any_case(notice)), []).append(notice)
    lines_by_id: dict[int, Line] = {}
    for (_, text), same in alike.items():
        if len(same) >= MANY:
            lines_by_id[same[0].id] = Line(tr("{same} 件办件的{text}", same=len(same), text=text), same)
        else:
            lines_by_id |= {notice.id: Line(notice.text, [notice]) for notice in same}
    return [lines_by_id[key] for key in sorted(lines_by_id, reverse=True)]


def _of_any_case(notice: Notice) -> str:
    """The text of a warning without its case; other notices are never grouped."""
    text = notice.text
    if notice.kind != WARNING:
        return f"{notice.id}"
    if isinstance(text, Text) and "title" in text.values:
        return tr("“{title}”{state}", title=text.values["title"], state=text.values["state"])
    _, mark, rest = text.partition("的“")  # written before notices kept their values
    return f"“{rest}" if mark else f"{notice.id}"


def read(uow: UnitOfWork, account_id: int | None, ids: Sequence[int]) -> None:
    """Mark these as read by the person."""
    uow.session.execute(
        update(Notice)
        .where(Notice.account_id == account_id, Notice.id.in_(ids), Notice.read_at.is_(None))
        .values(read_at=uow.now)
    )
