"""States of values of the county's book of parameters, with their titles."""

from __future__ import annotations

from processes.policy.titled import TitledEnum


class ParameterStatus(TitledEnum):
    """Where a dated value of a parameter is.

    `proposed`: waits for a second person; `in_force`: it counts from its day on; `rejected`: not confirmed; `withdrawn`:
    taken back by who proposed it, or by a release; `replaced`: another value of the same day is in force.
    """

    PROPOSED = "proposed", "待确认"
    IN_FORCE = "in_force", "现行"
    REJECTED = "rejected", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"
    REPLACED = "replaced", "已被替代"


class PinStatus(TitledEnum):
    """Whether a case still computes with a value that it read: `standing`: it does; `superseded`: it read it anew."""

    STANDING = "standing", "采用中"
    SUPERSEDED = "superseded", "已重新取值"
