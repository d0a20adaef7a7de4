"""Verbs for awards."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from processes.cases import events
from processes.errors import VerbParametersInvalid
from processes.people.models import Membership
from processes.policy.periods import Month
from processes.relief import actions, queries, seals
from processes.texts import tr
from processes.verbs.registry import Context, verb


def _undo_grant(context: Context, result: Mapping[str, Any]) -> None:
    actions.withdraw(context.uow, context.case, str(result["question"]))
    events.append(
        context.uow, context.case, context.actor, "award_withdrawn", tr("撤回救助待遇"),
        question=str(result["question"]),
    )  # fmt: skip


@verb(
    "award.grant", tr("给予救助待遇"), tr("按月给予救助待遇，自指定月份起；同一人员不得重复享受。"), undo=_undo_grant,
    decides=True, needs_decision=True,
)  # fmt: skip
def grant(
    context: Context,
    amount: Decimal,
    from_month: str,
    grade: str,
    cover: str,
    members: list[Decimal],
    account: str = "",
) -> dict[str, Any]:
    """Grant a monthly benefit; returns amount and first month."""
    award = actions.grant(
        context.uow,
        context.case,
        context.bundle,
        context.question,
        amount,
        Month.parse(from_month),
        grade,
        cover,
        [int(m) for m in members],
        str(account or ""),
    )
    events.append(
        context.uow, context.case, context.actor, "award_granted", tr("给予救助待遇"),
        monthly=award.monthly_amount, from_month=award.from_month, question=award.question,
        seal=seals.of_award(award, (int(m) for m in members)), rest=seals.of_other_values(award),
    )  # fmt: skip
    return {"question": context.question, "monthly": award.monthly_amount, "from_month": award.from_month}


@verb("award.list", tr("列出享受的救助"), tr("列出本户成员正在享受的救助待遇（任何地方的），供核查时选择。"))
def list_awards(context: Context) -> dict[str, Any]:
    """Return the household's current benefits as options of a form field: one for each award."""
    people = context.uow.session.scalars(
        select(Membership.person_id).where(Membership.household_id == context.case.household_id)
    )
    options: dict[str, str] = {}
    drawn = queries.standing_benefits(context.uow.session, people)
    for standing in queries.called(context.uow.session, context.case.division, drawn):
        named = options.get(
            standing.case_number,
            tr(
                "{programme_title}（{case_number}）：",
                programme_title=standing.programme_title,
                case_number=standing.case_number,
            ),
        )
        options[standing.case_number] = f"{named}{'' if named.endswith('：') else '、'}{standing.name}"
    return {
        "options": [{"value": number, "label": label} for number, label in sorted(options.items())],
        "count": Decimal(len(options)),
    }


def _undo_stop(context: Context, result: Mapping[str, Any]) -> None:
    award, case = actions.resume(context.uow, str(result["number"]))
    people = actions.people_of(context.uow, award)
    events.append(
        context.uow, case, context.actor, "award_granted", tr("恢复救助待遇"),
        monthly=award.monthly_amount, from_month=award.from_month, question=award.question,
        seal=seals.of_award(award, people), rest=seals.of_other_values(award),
    )  # fmt: skip


@verb(
    "award.stop", tr("停发救助待遇"), tr("停发本户成员享受的一项救助待遇：当月照发，自次月起停发。"), undo=_undo_stop,
    needs_decision=True,
)  # fmt: skip
def stop(context: Context, award: str, reason: str) -> dict[str, Any]:
    """End an award of the household's people, granted by any case; returns the last month."""
    if award not in {o["value"] for o in list_awards(context)["options"]}:
        raise VerbParametersInvalid(verb="award.stop", reason=tr("不是本户成员正在享受的救助待遇"))
    row, case = actions.stop(context.uow, award, Month.of(context.clocks.today))
    events.append(
        context.uow, case, context.actor, "award_stopped", tr("停发救助待遇"), question=row.question,
        until=row.until_month, reason=reason, by_case=context.case.number,
    )  # fmt: skip
    return {"number": award, "programme": row.programme_title, "until": row.until_month}
