"""Demo petty funds, offers, and households whose needs were registered at the one window."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from processes.access import accounts
from processes.access.models import Account
from processes.access.scope import Actor
from processes.cases.models import Case, WorkItem
from processes.cases.status import WorkItemStatus
from processes.office import Office
from processes.office.cases.draws import CommitDrawNumber
from processes.office.cases.start import StartCase
from processes.office.funds.entries import ConfirmFundEntry, EnterFundEntry
from processes.office.funds.offers import AddOffer
from processes.office.steps.complete import CompleteTask
from processes.rehearsal import county

_FLOAT = Decimal("50000.00")
_OFFERS = (
    ("演示县慈善总会", "education", "困难家庭大学新生助学金"),
    ("演示县红十字会", "goods", "棉被、米面油"),
    ("暖阳社会工作服务中心", "care", "独居老人上门探访、心理疏导"),
)
_NEEDS: tuple[dict[str, Any], ...] = (
    {"urgent": "yes", "event": "other", "persons": 1, "description": "务工途中财物被盗，无钱吃饭"},
    {
        "urgent": "yes",
        "event": "fire",
        "persons": 2,
        "needs": ["disaster"],
        "description": "厨房失火，房屋受损",
    },
    {"needs": ["illness"], "description": "慢性病常年服药，自付费用多"},
    {"needs": ["schooling", "work"], "description": "孩子上高中，本人失业在家"},
    {"needs": ["housing"], "description": "土坯房漏雨，墙体开裂"},
    {"needs": ["charity"], "consent": True, "description": "女儿考上大学，路费无着"},
)


def top_up(office: Office) -> None:
    """Add money to every township's fund, two committed numbers for draws, and some offers."""
    one, other = actor(office, "finance"), actor(office, "finance2")
    for n in range(1, len(county.TOWNSHIPS) + 1):
        entered = office.perform(
            EnterFundEntry(county.township_code(n), "top_up", _FLOAT, "年度备用金拨付"), one
        )
        office.perform(ConfirmFundEntry(entered.entry), other)
    for username, number in (("supervisor", "20260101"), ("finance", "88612053")):
        office.perform(CommitDrawNumber(number), actor(office, username))
    clerk = actor(office, "county_clerk")
    for organisation, kind, description in _OFFERS:
        office.perform(AddOffer(organisation, kind, description, None, "0551-6000000"), clerk)


def register(office: Office, household: str, division: str, n: int, today: date, dice: random.Random) -> None:
    """Register a household's needs at the one window; urgent ones are approved and handed over at once."""
    need = _NEEDS[n % len(_NEEDS)]
    form = {
        "source": dice.choice(("counter", "village", "list")), "residence": "local", "basic_living": "no",
        "urgent": "no", "rigid": "no", "phone": f"137{n:08d}", "event_on": today.isoformat(), **need,
    }  # fmt: skip
    clerk = actor(office, f"t{_number(division)}_clerk")
    office.perform(StartCase("one_window", household, form), clerk)
    if need.get("urgent") == "yes" and need["event"] == "other":
        _relieve(office, division, today)


def _relieve(office: Office, division: str, today: date) -> None:
    """Approve as the township's leader, hand over as the window."""
    township = _number(division)
    _complete(
        office, division, "township_decision", {"decision": "approve", "statement": "情况紧急，同意先行救助"},
        actor(office, f"t{township}_leader"),
    )  # fmt: skip
    handed = {
        "handed_on": today.isoformat(), "receiver": "本人", "witness": "村主任", "receipt_signed": True,
    }  # fmt: skip
    _complete(office, division, "hand_over", handed, actor(office, f"t{township}_clerk"))


def _complete(office: Office, division: str, task: str, data: dict[str, Any], who: Actor) -> None:
    with office.database.reading("") as session:
        query = (
            select(WorkItem)
            .join(Case, Case.id == WorkItem.case_id)
            .where(WorkItem.task == task, WorkItem.status == WorkItemStatus.OPEN, Case.division == division)
            .order_by(WorkItem.id.desc())
        )
        item = session.scalars(query).first()
    if item is not None:
        office.perform(CompleteTask(item.id, item.version, data), who)


def actor(office: Office, username: str) -> Actor:
    """Return a demo account by its name."""
    with office.database.reading("") as session:
        found = session.scalars(select(Account).where(Account.username == username)).one()
        return accounts.actor_of(found)


def _number(division: str) -> int:
    return int(division[6:9]) - 100
