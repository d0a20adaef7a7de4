"""The spreadsheet template for registering families: headings, drop-down lists, and instructions."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

from processes.papers.family_sheet import COLUMNS, MOST_ROWS, NEEDED, PLACE
from processes.people import identity
from processes.people.forms import CATEGORIES, DISABILITY_KINDS, GRADES, RELATIONS, WORK_ABILITIES
from processes.texts import tr

TITLE = tr("家庭登记样表")
_CHOICES: dict[str, tuple[str, ...]] = {
    "家庭类别": tuple(CATEGORIES.values()), "与户主关系": RELATIONS, "证件类型": tuple(identity.DOCUMENTS.values()),
    "性别": (tr("男"), tr("女")), "残疾类别": DISABILITY_KINDS[1:], "残疾等级": GRADES[1:], "重病": (tr("是"), tr("否")),
    "在校学生": (tr("是"), tr("否")), "劳动能力": tuple(WORK_ABILITIES.values()),
}  # fmt: skip
_WIDTHS = {
    PLACE: 18,
    "住址": 24,
    "证件号码": 22,
    "证件类型": 16,
    "联系电话": 14,
    "工资性收入": 12,
    "不计入收入": 12,
}
_USUAL_WIDTH = 10
_HELP = (
    tr("一行填写一名家庭成员；同一家庭的成员填写同一个家庭序号（自编，如 1、2、3）。"),
    tr("村（社区）、住址、联系电话、家庭类别填写在每户第一行即可；标 * 的为必填项。"),
    tr("每户应有且只有一名“本人”（户主）。"),
    tr(
        "证件号码为 18 位；没有证件的填“无”，并填写性别和大约年龄；护照等其他证件填写性别和出生日期（如 1966-06-15）。"
    ),
    tr(
        "收入、支出为近 12 个月的金额（元），经营亏损填负数；存款、证券为金额（元），机动车、住房、经营企业为数量。"
    ),
    tr("劳动能力不填的，未成年人和老年人按无劳动能力登记，其他人按有劳动能力登记。"),
    tr("上传后先核对，逐户指出问题所在的行和列；核对无误的才登记。同一份内容重复上传，不会重复登记。"),
)


def spreadsheet(places: Sequence[str], now: datetime) -> bytes:
    """Return the empty spreadsheet with the divisions of its user; every cell is text, so that numbers keep
    all digits."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(
        held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": TITLE, "created": now.replace(tzinfo=None)})
    sheet, lists, instructions = (
        book.add_worksheet("家庭成员"),
        book.add_worksheet("可选内容"),
        book.add_worksheet("填写说明"),
    )
    head = book.add_format({"bold": True, "border": 1, "align": "center", "text_wrap": True})
    cell = book.add_format({"num_format": "@"})
    for column, title in enumerate(COLUMNS):
        sheet.set_column(column, column, _WIDTHS.get(title, _USUAL_WIDTH), cell)
        sheet.write_string(0, column, f"{title}*" if title in NEEDED else title, head)
        _offer(sheet, lists, column, title, places if title == PLACE else _CHOICES.get(title, ()))
    sheet.freeze_panes(1, COLUMNS.index("姓名") + 1)
    instructions.set_column(0, 0, 110)
    for row, sentence in enumerate(_HELP):
        instructions.write_string(row, 0, f"{row + 1}. {sentence}")
    book.close()
    return held.getvalue()


def _offer(sheet: Any, lists: Any, column: int, title: str, offered: Sequence[str]) -> None:
    """Add a drop-down list below a heading; its values are on a separate worksheet, because of length limits."""
    if not offered:
        return
    for row, text in enumerate((title, *offered)):
        lists.write_string(row, column, text)
    source = [tr("=可选内容"), "!", _range(column, len(offered))]
    sheet.data_validation(
        1, column, MOST_ROWS, column,
        {"validate": "list", "source": "".join(source), "ignore_blank": True, "error_title": tr("请从列表中选择"),
         "error_message": tr("{title}请从列表中选择", title=title), "error_type": "warning"},
    )  # fmt: skip


def _range(column: int, length: int) -> str:
    first, last = (xlsxwriter.utility.xl_rowcol_to_cell(row, column, True, True) for row in (1, length))
    return f"{first}:{last}"
