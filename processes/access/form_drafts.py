"""Form drafts: unsubmitted input, encrypted, kept for its author only and for a week at most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from processes.access.models import Account, FormDraft
from processes.access.scope import Actor
from processes.errors import FormDraftGone, FormDraftsFull, StaleDraft
from processes.policy import values
from processes.policy.calendar import SHANGHAI
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

KEPT = timedelta(days=7)
MOST_SHEETS = 60
"""Per account: a week of families whose forms were begun and not submitted."""
MOST_BYTES = 4_000_000
"""Per account, as stored: several hundred filled forms of a few kilobytes each."""
MANY = "/households/new"
"""The only page with several drafts per person: each is another family."""


def of_place(session: Session, actor: Actor, place: str) -> Sequence[FormDraft]:
    """Return the actor's drafts on a page, latest first."""
    query = select(FormDraft).where(FormDraft.account_id == actor.account_id, FormDraft.place == place)
    return session.scalars(query.order_by(FormDraft.saved_at.desc())).all()


def authors(session: Session, place: str) -> Sequence[str]:
    """Return the names of people with a draft on a page."""
    query = (
        select(Account.name)
        .join(FormDraft, FormDraft.account_id == Account.id)
        .where(FormDraft.place == place)
    )
    return session.scalars(query.distinct().order_by(Account.name)).all()


def of_person(session: Session, actor: Actor) -> Sequence[FormDraft]:
    """Return all drafts of the actor, latest first."""
    query = select(FormDraft).where(FormDraft.account_id == actor.account_id)
    return session.scalars(query.order_by(FormDraft.saved_at.desc())).all()


def keep(
    uow: UnitOfWork, actor: Actor, sheet: str, place: str, body: Mapping[str, Any], seen: int, overwrite: bool
) -> int:
    """Save what a window holds; return its version.

    There is one draft per form and household. Raises `StaleDraft` if another window changed it or began the
    same form; `FormDraftsFull` if the account has too many drafts. What is stored already stays.
    """
    row = _own(uow, actor, sheet)
    if row is None:
        for other in [] if place == MANY else of_place(uow.session, actor, place):
            if not overwrite:
                raise StaleDraft(when=f"{other.saved_at.astimezone(SHANGHAI):%H:%M:%S}")
            uow.session.delete(other)
        row = FormDraft(account_id=actor.account_id, sheet=sheet, place=place, version=0)
        _demand_room(uow, actor, sheet, body)
        uow.add(row)
    elif row.version != seen and not overwrite:
        raise StaleDraft(when=f"{row.saved_at.astimezone(SHANGHAI):%H:%M:%S}")
    else:
        _demand_room(uow, actor, sheet, body)
    row.body, row.saved_at, row.version = dict(body), uow.now, row.version + 1
    return row.version


def opened(uow: UnitOfWork, actor: Actor, sheet: str) -> FormDraft:
    """Return a draft by its mark; raises `FormDraftGone` if it is somebody else's or deleted."""
    row = _own(uow, actor, sheet)
    if row is None:
        raise FormDraftGone()
    return row


def drop(uow: UnitOfWork, actor: Actor, sheet: str) -> None:
    """Delete a draft that was submitted or discarded; no error if there is none."""
    if sheet and (row := _own(uow, actor, sheet)) is not None:
        uow.session.delete(row)


def sweep(uow: UnitOfWork) -> None:
    """Delete drafts that nobody continued."""
    uow.session.execute(delete(FormDraft).where(FormDraft.saved_at < uow.now - KEPT))


def is_outlived(session: Session, now: datetime) -> bool:
    """Return whether there is something to sweep."""
    return session.scalar(select(FormDraft.id).where(FormDraft.saved_at < now - KEPT).limit(1)) is not None


def _demand_room(uow: UnitOfWork, actor: Actor, sheet: str, body: Mapping[str, Any]) -> None:
    """Raise `FormDraftsFull` if the account's drafts would be too many or too large with this one."""
    uow.flush()
    others = select(func.count(FormDraft.id), func.coalesce(func.sum(func.length(FormDraft.body)), 0)).where(
        FormDraft.account_id == actor.account_id, FormDraft.sheet != sheet
    )
    count, size = uow.session.execute(others).one()
    if count >= MOST_SHEETS or size + len(values.dumps(dict(body))) > MOST_BYTES:
        raise FormDraftsFull(
            most=tr(
                "{most_sheets} 份，共 {most_bytes} MB",
                most_sheets=MOST_SHEETS,
                most_bytes=MOST_BYTES // 1_000_000,
            )
        )


def _own(uow: UnitOfWork, actor: Actor, sheet: str) -> FormDraft | None:
    query = select(FormDraft).where(FormDraft.sheet == sheet, FormDraft.account_id == actor.account_id)
    return uow.session.scalars(query.with_for_update()).one_or_none()
