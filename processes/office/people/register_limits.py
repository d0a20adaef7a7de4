"""Deadlines of differences of the register, and who is notified of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from processes.access.models import Account
from processes.access.permissions import Role
from processes.cases import clocks, notices
from processes.people.models import Person, PersonDifference
from processes.people.status import DifferenceStatus
from processes.policy.calendar import civil_date
from processes.releases import publish
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

DAYS = "register.difference.days"
TRANSFER_DAYS = "register.transfer.days"
KIND = "difference"


def difference_due(uow: UnitOfWork, division: str) -> date:
    """The last day for resolving a difference that is noted today."""
    return limit(uow, DAYS, division)


def limit(uow: UnitOfWork, parameter: str, division: str) -> date:
    """The last day of a limit that begins today, in working days of a parameter."""
    today = civil_date(uow.now)
    days = publish.shared_value(uow.session, parameter, today, division)
    return clocks.calendar_of(uow.session).add_working_days(today, int(Decimal(str(days))))


def tell_of_differences(uow: UnitOfWork, differences: Sequence[PersonDifference]) -> None:
    """Notify the clerks of the townships of the files; the notice contains no names."""
    for person_id in dict.fromkeys(d.person_id for d in differences):
        due_on = min(d.due_on for d in differences if d.person_id == person_id)
        home = uow.session.get_one(Person, person_id).home
        text = tr("另一乡镇登记的人员信息与本地档案不一致，请于 {due_on} 前在“登记差异”中处理", due_on=due_on)
        notices.tell(uow, clerks(uow, home), KIND, text)


def tell_of_resolution(uow: UnitOfWork, row: PersonDifference) -> None:
    """Notify the person who entered the other value of the outcome."""
    outcome = tr("已采纳") if row.status == DifferenceStatus.ACCEPTED else tr("未采纳")
    notices.tell(
        uow,
        [row.by_id],
        KIND,
        tr(
            "您登记的人员信息与档案所在地不一致的一项，档案所在地{outcome}：{reason}",
            outcome=outcome,
            reason=row.reason,
        ),
    )


def clerks(uow: UnitOfWork, place: str) -> list[int]:
    """Return the window clerks of a division."""
    accounts = uow.session.scalars(select(Account).where(Account.is_active.is_(True)).order_by(Account.id))
    return [a.id for a in accounts if Role.WINDOW_CLERK in a.roles and place.startswith(a.division)]
