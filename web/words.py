"""What keys are called on pages, where several templates say it: templates read them as `words`."""

from __future__ import annotations

from processes.cases import queues
from processes.office.personal import filters
from processes.office.steps import batch
from processes.people import forms

BATCHES = batch.KINDS
CATEGORIES = forms.CATEGORIES_IN_LISTS
COLOURS = {c: queues.COLOURS[c] for c in ("overdue", "red", "yellow")} | {"green": "正常", "none": "—"}
"""How near the end of a limit is, by the colour that a step has."""
DUE_WITHIN = queues.COLOURS
"""What a queue can be narrowed to."""
FILTER_COLOURS = filters.COLOURS
ORDERS = queues.ORDERS
QUEUES = {
    **{q: queues.QUEUES[q] for q in ("mine", "office", "returned")}, "asked": "请我会签答复",
    **{q: queues.QUEUES[q] for q in ("standing_in", "watching", "done", "todo")},
}  # fmt: skip
"""The tabs of the work list, in their order: the queues, and what others wait for an answer to."""
EMPTY_QUEUES = {
    "mine": "您没有已签收的待办，可到“本单位待签收”签收。",
    "office": "没有等待签收的事项。",
    "returned": "没有退回给您的事项。",
    "todo": "没有待办，也没有等待签收的事项。",
    "standing_in": "没有需要代办的事项。",
    "watching": "还没有关注办件。",
    "done": "还没有办结的事项。",
}
INVOLVEMENTS = {"cosign": "会签", "ask": "沟通", "copy": "抄送", "second": "共同办理"}
VERDICTS = {"agree": "同意", "object": "不同意"}
VERDICTS_OF_SECONDS = {"agree": "已确认参加", "object": "提出异议"}
UNANSWERED = {"copy": "未阅", "second": "尚未确认"}
"""What is waited for, where it is not an answer."""
DRAFT_STATES = {"open": "修改中", "proposed": "待审批", "published": "已发布", "discarded": "已放弃"}
DIFFERENCES = {"added": "新增", "removed": "删除", "changed": "修改", "moved": "移动"}
RECORDS = {
    "case": "办件",
    "old_file": "旧档",
    "access_log": "访问记录",
    "notices": "消息",
    "pay_list": "发放清册",
    "household": "家庭档案",
}
"""Kinds of records that end with their term of keeping."""
