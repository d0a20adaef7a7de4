"""Cases of one-off relief, opened and decided through the door."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from processes.office.cases.start import StartCase
from processes.office.funds.entries import ConfirmFundEntry, EnterFundEntry
from processes.office.steps.complete import CompleteTask
from processes.rehearsal.stage import Stage
from tests.builders import cases

TOWNSHIP = cases.VILLAGE[:9]
OTHER_VILLAGE = "340199102201"
APPROVE = {"decision": "approve", "statement": "同意"}
AGAIN = {**APPROVE, "repeat_reason": "伤情反复"}
FAMILY: dict[str, Any] = {
    "members": [
        {"name": "周大海", "relation": "本人", "birth": "1971-01-09", "sex": "男"},
        {"name": "吴秀兰", "relation": "配偶", "birth": "1973-05-20", "sex": "女"},
    ]
}


def money(stage: Stage, amount: str = "50000.00", township: str = TOWNSHIP) -> None:
    """The county puts money into a township's fund."""
    command = EnterFundEntry(township, "top_up", Decimal(amount), "拨付")
    entry = stage.office.perform(command, stage.actor("finance_officer", "340199")).entry
    stage.office.perform(ConfirmFundEntry(entry), stage.actor("finance_officer#2", "340199"))


def application(event: str = "accident", on: str = "2026-03-01", persons: int = 1) -> dict[str, Any]:
    """What is reported: an accident of one person is 768 × 1 × 2 = 1536.00."""
    return {
        "event": event,
        "event_on": on,
        "persons": persons,
        "description": "车祸受伤",
        "phone": "13800000001",
    }


def opening(household: str, **reported: Any) -> StartCase:
    """The command that reports an emergency."""
    return StartCase("temporary_relief", household, application(**reported), str(uuid4()))


def emergency(stage: Stage, household: str, division: str = cases.VILLAGE, **reported: Any) -> str:
    """An emergency that was reported for a household."""
    clerk = stage.actor("window_clerk", division)
    return str(stage.office.perform(opening(household, **reported), clerk).case)


def completing(stage: Stage, number: str, task: str, data: dict[str, Any]) -> CompleteTask:
    """The command that finishes a step of a case."""
    item = cases.item_at(stage, number, task)
    return CompleteTask(item.id, item.version, data, str(uuid4()))


def complete(
    stage: Stage, number: str, task: str, data: dict[str, Any], division: str = cases.VILLAGE
) -> None:
    """Finish a step as its role would."""
    actor = stage.actor(cases.item_at(stage, number, task).role, division)
    stage.office.perform(completing(stage, number, task, data), actor)


def waiting(stage: Stage, number: str) -> list[str]:
    """The steps of a case that wait."""
    return sorted(i.task for i in cases.open_items(stage, number))


def paid(stage: Stage) -> str:
    """An accident of one person that was paid at once: 1536.00 out of 50000.00 leaves 48464.00."""
    stage.set_clock(cases.noon())
    money(stage)
    number = emergency(stage, cases.a_household(stage, raw=FAMILY))
    complete(stage, number, "township_decision", APPROVE)
    return number
