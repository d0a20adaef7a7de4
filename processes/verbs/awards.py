"""Verbs that grant."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from processes.cases import events
from processes.policy.periods import Month
from processes.relief import actions
from processes.verbs.registry import Context, verb


def _undo_grant(context: Context, result: Mapping[str, Any]) -> None:
    actions.withdraw(context.uow, context.case, str(result["question"]))
    events.append(context.uow, context.case, context.actor, "award_withdrawn", "撤回救助待遇")


@verb(
    "award.grant", "给予救助待遇", "按月给予救助待遇，自指定月份起；同一人员不得重复享受。", undo=_undo_grant,
    decides=True,
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
    """Grant a monthly benefit; answers amount and first month."""
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
        context.uow, context.case, context.actor, "award_granted", "给予救助待遇",
        monthly=award.monthly_amount, from_month=award.from_month,
    )  # fmt: skip
    return {"question": context.question, "monthly": award.monthly_amount, "from_month": award.from_month}
