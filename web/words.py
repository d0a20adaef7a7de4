"""What keys are called on pages, where several templates say it: templates read them as `words`."""

from __future__ import annotations

from processes.people import forms

CATEGORIES = forms.CATEGORIES_IN_LISTS
EMPTY_QUEUES = {
    "mine": "您没有已签收的待办，可到“本单位待签收”签收。",
    "office": "没有等待签收的事项。",
    "returned": "没有退回给您的事项。",
    "todo": "没有待办，也没有等待签收的事项。",
    "standing_in": "没有需要代办的事项。",
    "watching": "还没有关注办件。",
    "done": "还没有办结的事项。",
}
