"""The level that issues a paper: county or township.

A programme declares it once for each paper; if the county delegated a decision, the paper belongs to the
township that decided (`township_step`, the step at which a township decides by delegation).
"""

from __future__ import annotations

from collections.abc import Sequence

from processes.cases.models import WorkItem
from processes.cases.status import WorkItemStatus
from processes.releases.bundle import PaperRule

COUNTY, TOWNSHIP = "county", "township"


def level_of(rule: PaperRule, items: Sequence[WorkItem]) -> str:
    """Return `county` or `township`, by the steps that the case has done."""
    delegated = bool(rule.township_step) and any(
        i.task == rule.township_step and i.status == WorkItemStatus.DONE for i in items
    )
    return COUNTY if rule.level == COUNTY and not delegated else TOWNSHIP
