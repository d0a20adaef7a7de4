"""States of offers of help, with their titles."""

from __future__ import annotations

from processes.policy.titled import TitledEnum


class OfferStatus(TitledEnum):
    """Whether an offer can be matched with households: `open`: it can; `closed`: it is used up or was taken back."""

    OPEN = "open", "可对接"
    CLOSED = "closed", "已结束"
