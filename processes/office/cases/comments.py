"""Remarks on a case."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select

from processes.access.models import Account
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, notices, visibility
from processes.cases.colleague_models import Comment
from processes.cases.models import Case
from processes.office.answers import reason_of
from processes.office.command import Command, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

_NAMED = re.compile(r"@([^\s@，。；：、,.;:]{1,30})")


@dataclass(frozen=True, slots=True)
class AddCommentResult:
    """The result of `AddComment`."""

    case: str
    told: list[str]


@dataclass(frozen=True, slots=True)
class AddComment(Command[AddCommentResult]):
    """Add a remark on a case; people named with @ are notified."""

    permission = (Permission.CASE_READ, Permission.TASK_WORK)

    case_number: str
    text: str


@handles(AddComment)
def add_comment(settings: Settings, uow: UnitOfWork, actor: Actor, command: AddComment) -> AddCommentResult:
    """Add a remark; people named with @ who may see the case are notified."""
    case = actions.locked_case(uow, actor, command.case_number)
    text = reason_of(command.text)
    uow.add(Comment(case_id=case.id, by_id=actor.account_id, by=actor.name, at=uow.now, text=text))
    people = _named_in(uow, case, text)
    notices.tell(
        uow, [a.id for a in people if a.id != actor.account_id], "mentioned",
        tr("{name}在{applicant}的办件中提到您：{text}", name=actor.name, applicant=case.applicant, text=text), case,
    )  # fmt: skip
    return AddCommentResult(case=case.number, told=[a.name for a in people])


def _named_in(uow: UnitOfWork, case: Case, text: str) -> list[Account]:
    names = _NAMED.findall(text)
    if not names:
        return []
    accounts = uow.session.scalars(
        select(Account).where(Account.name.in_(names), Account.is_active.is_(True))
    )
    return [a for a in accounts if visibility.may_see(a, case)]
