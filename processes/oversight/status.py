"""Kinds of figures about steps, each with the cases behind it, with their titles."""

from __future__ import annotations

from processes.policy.titled import TitledEnum


class HeatKind(TitledEnum):
    """A figure about a step of a process.

    `done`: finished; `open`: not yet; `late`: finished after its due day; `overdue`: open past its due day.
    """

    DONE = "done", "已办结"
    OPEN = "open", "在办"
    LATE = "late", "超期办结"
    OVERDUE = "overdue", "在办超期"


class LoadState(TitledEnum):
    """A figure about the open steps of an office.

    `open`: all; `late`: past their due day; `today`: due today; `week`: due within seven days; `unclaimed`: in nobody's
    hands.
    """

    OPEN = "open", "在办"
    LATE = "late", "已超期"
    TODAY = "today", "今天到期"
    WEEK = "week", "七天内到期"
    UNCLAIMED = "unclaimed", "待签收"
