"""Verbs that read the register (C28: no decision without a look-up)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from processes.cases import events
from processes.decisions import exemptions, snapshots
from processes.errors import HouseholdEmpty, NobodyLeft
from processes.texts import tr
from processes.verbs.registry import Context, verb


def _undo_facts(context: Context, result: Mapping[str, Any]) -> None:
    """The case went back before its computation: a new snapshot will be taken."""
    snapshots.supersede(context.uow, context.case)


@verb(
    "household.facts", tr("汇总家庭情况"),
    tr("读取登记的家庭成员、收入、支出、财产，供计算表使用，并作为测算依据留存；之后资料有变化的，须重新测算。"),
    undo=_undo_facts,
)  # fmt: skip
def facts(context: Context) -> dict[str, Any]:
    """Return the household as registered now, and store it as the case's snapshot; ages on the day of
    acceptance.

    Raises `HouseholdEmpty` before anybody is registered, `NobodyLeft` if no member is alive.
    """
    household = snapshots.locked_household(context.uow.session, context.case)
    if not household.members:
        raise HouseholdEmpty(number=household.number)
    accepted_on = context.data.get("accepted_on")
    on = accepted_on if isinstance(accepted_on, date) else context.clocks.today
    taken = snapshots.take(context.uow, context.case, context.question, on)
    if not taken["members"]:
        raise NobodyLeft()
    return taken


def _undo_exemption(context: Context, result: Mapping[str, Any]) -> None:
    exemptions.withdraw(context.uow, context.case, str(result["question"]))


@verb(
    "household.exempt", tr("财产豁免"),
    tr("记录县级对不符合的各项财产规则是否豁免，逐项写明理由和证据；只能由县级办理。之后须重新汇总家庭情况并测算。"),
    undo=_undo_exemption,
)  # fmt: skip
def exempt(context: Context, failed: list[Any], form: dict[str, Any], seen: Any = None) -> dict[str, Any]:
    """Store the county's exemptions; returns which rules are lifted, in words, and for which property."""
    rows = exemptions.note(
        context.uow, context.actor, context.case, context.items, context.question, failed, form
    )
    sentences = exemptions.told(rows)
    events.append(context.uow, context.case, context.actor, "exempted", sentences or tr("不予豁免"))
    return {"question": context.question, "granted": [r.rule for r in rows], "text": sentences, "seen": seen}
