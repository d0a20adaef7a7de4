"""States of what townships have to settle between them about persons and households, with their titles."""

from __future__ import annotations

from processes.policy.titled import TitledEnum


class DifferenceStatus(TitledEnum):
    """Where a value is that another township has entered of a person.

    `open`: the person's own township has not answered; `accepted`: it has taken the value over; `declined`: it keeps its
    own; `lapsed`: both say the same by now.
    """

    OPEN = "open", "待处理"
    ACCEPTED = "accepted", "已采纳"
    DECLINED = "declined", "未采纳"
    LAPSED = "lapsed", "已一致"


class TransferStatus(TitledEnum):
    """Where a move to another township is.

    `asked`: the other township has not answered; `accepted`: the household or the person has moved; `declined`: the other
    township has not taken it; `withdrawn`: taken back by who asked.
    """

    ASKED = "asked", "待接收"
    ACCEPTED = "accepted", "已接收"
    DECLINED = "declined", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"
