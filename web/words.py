"""Titles of keys for several templates, which read them as `words`."""

from __future__ import annotations

from processes.people import forms

CATEGORIES = forms.CATEGORIES_IN_LISTS
COLOURS = {"overdue": "超期", "red": "紧急", "yellow": "临近", "green": "正常", "none": "—"}
"""Titles of the colours of limits."""
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
"""Titles of open requests."""
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
"""Kinds of records that are destroyed after retention."""
