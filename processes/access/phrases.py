"""Saved opinions (常用意见), offered wherever an opinion is written."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from processes.access.models import Account
from processes.access.phrase_models import Phrase
from processes.access.scope import Actor
from processes.errors import Invalid, NotFound
from processes.policy import reading
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

MOST = 40
LONGEST = 300


def own(actor: Actor) -> str:
    """Return the actor as an owner of opinions."""
    return f"account/{actor.account_id}"


def office(actor: Actor) -> str:
    """Return the actor's office as an owner; a department's office is separate."""
    return f"office/{actor.department or actor.division}"


def offered(session: Session, actor: Actor) -> Sequence[Phrase]:
    """Return the actor's own opinions, then those of the office, each sorted by text."""
    query = select(Phrase).where(Phrase.owner.in_((own(actor), office(actor))))
    return session.scalars(query.order_by(Phrase.owner, Phrase.text)).all()


def keep(uow: UnitOfWork, actor: Actor, text: str, is_shared: bool) -> None:
    """Save an opinion once; raises `Invalid` if it is empty, too long, or one too many."""
    opinion = reading.text(text, lines=True)
    if not 0 < len(opinion) <= LONGEST:
        raise Invalid(reason=tr("常用意见应为 1 至 {longest} 个字", longest=LONGEST))
    owner = office(actor) if is_shared else own(actor)
    # Two simultaneous calls are counted one after the other.
    uow.lock(Account, actor.account_id or 0)
    count = uow.session.scalar(select(func.count()).where(Phrase.owner == owner)) or 0
    if count >= MOST:
        raise Invalid(reason=tr("常用意见最多保存 {most} 条，请先删除不用的", most=MOST))
    uow.insert_if_missing(
        Phrase, owner=owner, text=opinion, made_by_id=actor.account_id, made_by=actor.name, made_at=uow.now
    )


def drop(uow: UnitOfWork, actor: Actor, phrase_id: int) -> None:
    """Delete an opinion of one's own, or one that the actor shared; raises `NotFound`."""
    row = uow.session.get(Phrase, phrase_id)
    if row is None or row.made_by_id != actor.account_id:
        raise NotFound()
    uow.session.delete(row)
