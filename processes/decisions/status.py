"""States of what a case was computed with, with their titles."""

from __future__ import annotations

from processes.policy.titled import TitledEnum


class SnapshotStatus(TitledEnum):
    """Whether a household is still computed as it was taken: `standing`: it is; `superseded`: it was taken anew."""

    STANDING = "standing", "采用中"
    SUPERSEDED = "superseded", "已重新采集"


class ExemptionStatus(TitledEnum):
    """Whether a property rule is lifted: `standing`: it is; `withdrawn`: the decision was sent back or made anew."""

    STANDING = "standing", "有效"
    WITHDRAWN = "withdrawn", "已撤回"
