"""Approval forms of families of many members, each of another name: every character costs outlines of its own.

Children of one family share a character, as they often do.
"""

from __future__ import annotations

from dataclasses import replace

from documents.sheets import RenderJob

NAMES = ("张建国", "李秀英", "张子涵", "张子轩", "王桂英", "张子怡", "张建军", "张欣妍", "张俊豪")
_RELATIONS = ("本人", "配偶", "女儿", "儿子", "母亲", "孙女", "兄弟", "孙女", "孙子")
_CONDITIONS = ("健康", "肢体2级、重病", "慢性病")
_ABILITIES = ("有劳动能力", "部分劳动能力", "无劳动能力")


def of(sheet: RenderJob, members: int) -> RenderJob:
    """The same form for so many members, with all kinds of health and ability."""
    first = sheet.data["members"][0]
    family = [
        {
            **first, "name": NAMES[n], "relation": _RELATIONS[n], "condition": _CONDITIONS[n % 3], "age": 70 - 7 * n,
            "work_ability": _ABILITIES[n % 3],
        }
        for n in range(members)
    ]  # fmt: skip
    return replace(sheet, data={**sheet.data, "members": family})
