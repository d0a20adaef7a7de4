"""States and kinds of benefits, one-off reliefs and the petty fund, with their titles."""

from __future__ import annotations

from processes.policy.titled import TitledEnum


class AwardStatus(TitledEnum):
    """Where a benefit is.

    `standing`: it is paid; `ended`: it was stopped from a month on; `withdrawn`: its decision was sent back, it is as if
    it had not been granted.
    """

    STANDING = "standing", "在享"
    ENDED = "ended", "已停止"
    WITHDRAWN = "withdrawn", "已撤回"


class PaymentStatus(TitledEnum):
    """Where a one-off relief is: `standing`: the household has it; `withdrawn`: its decision was sent back."""

    STANDING = "standing", "已发放"
    WITHDRAWN = "withdrawn", "已撤回"


class FundEntryStatus(TitledEnum):
    """Where an entry of the petty fund is.

    `waiting`: for a second person, it does not count yet; `posted`: it counts and has its number; `refused`: not
    confirmed, or taken back.
    """

    WAITING = "waiting", "待复核"
    POSTED = "posted", "已入账"
    REFUSED = "refused", "未予入账"


class FundEntryKind(TitledEnum):
    """What money an entry of the petty fund moves.

    `top_up`: from the county into the fund; `advance`: to a household before its paper; `settlement`: what was advanced
    is accounted for; `refund`: back from a household; `return`: back to the county; `reversal`: another entry undone.
    """

    TOP_UP = "top_up", "拨入"
    ADVANCE = "advance", "先行救助支出"
    SETTLEMENT = "settlement", "补办手续核销"
    REFUND = "refund", "救助对象退回"
    RETURN = "return", "缴回县财政"
    REVERSAL = "reversal", "冲销"
