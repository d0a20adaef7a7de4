"""Titles of keys for several templates, which read them as `words`."""

from __future__ import annotations

from processes.cases import queues
from processes.cases.status import BatchKind, DueBucket
from processes.office.personal import filters
from processes.people import forms
from processes.texts import tr

BATCHES = BatchKind.titles()
CATEGORIES = forms.CATEGORIES_IN_LISTS
DUE_WITHIN = DueBucket.titles()
"""What a queue can be narrowed to."""
FILTER_COLOURS = filters.COLOURS
ORDERS = queues.ORDERS
QUEUES = {
    **{q: queues.QUEUES[q] for q in ("mine", "office", "returned")}, "asked": tr("请我会签答复"),
    **{q: queues.QUEUES[q] for q in ("standing_in", "watching", "done", "todo")},
}  # fmt: skip
"""The tabs of the work list, in their order: the queues, and what others wait for an answer to."""
EMPTY_QUEUES = {
    "mine": tr("您没有已签收的待办，可到“本单位待签收”签收。"),
    "office": tr("没有等待签收的事项。"),
    "returned": tr("没有退回给您的事项。"),
    "todo": tr("没有待办，也没有等待签收的事项。"),
    "standing_in": tr("没有需要代办的事项。"),
    "watching": tr("还没有关注办件。"),
    "done": tr("还没有办结的事项。"),
}
