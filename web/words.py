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
