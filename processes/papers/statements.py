"""The statement of a petty fund (备用金台账) as PDF and spreadsheet, both with the ledger's hash."""

from __future__ import annotations

import io
from datetime import datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from sqlalchemy.orm import Session

from processes.papers import shared_template
from processes.policy.calendar import civil_date
from processes.relief.fund_queries import Line, Statement
from processes.texts import tr

TEMPLATE = "fund_statement.html"
TITLE = tr("临时救助备用金台账")
_COLUMNS = (
    tr("序号"),
    tr("日期"),
    tr("类别"),
    tr("事由"),
    tr("办件编号"),
    tr("收入"),
    tr("支出"),
    tr("核销"),
    tr("余额"),
    tr("录入"),
    tr("复核"),
)
_WIDTHS = (6, 12, 16, 34, 24, 14, 14, 14, 14, 10, 10)


def pdf(
    session: Session, statement: Statement, place: str, closed_by: str, now: datetime, address: str
) -> bytes:
    """Render the statement to print and sign, by the shared template of the latest release."""
    data = {
        "title": TITLE,
        "place": place,
        "month": statement.month,
        "closed": statement.is_closed,
        "closed_by": closed_by,
        "opening": str(statement.opening_cash),
        "closing": str(statement.closing_cash),
        "advanced": str(statement.closing_advanced),
        "digest": statement.digest,
        "made_on": civil_date(now).isoformat(),
        "lines": [_line(n) for n in statement.lines],
        **{k: str(v) for k, v in totals(statement).items()},
    }
    return shared_template.made(session, TEMPLATE, data, now, address).content


def spreadsheet(statement: Statement, place: str, now: datetime) -> bytes:
    """Return the same lines as XLSX, amounts as numbers."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    book.set_properties({"title": f"{place}{TITLE} {statement.month}", "created": now.replace(tzinfo=None)})
    sheet = book.add_worksheet(statement.month)
    head = book.add_format({"bold": True, "border": 1, "align": "center"})
    money = book.add_format({"num_format": "#,##0.00", "border": 1})
    plain = book.add_format({"border": 1})
    sheet.write_string(
        0, 0, f"{place}{TITLE}　{statement.month}", book.add_format({"bold": True, "font_size": 14})
    )
    for column, (name, width) in enumerate(zip(_COLUMNS, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(1, column, name, head)
    rows: list[list[Any]] = [["", "", tr("期初余额"), "", "", "", "", "", statement.opening_cash, "", ""]]
    for n in statement.lines:
        rows.append(
            [n.serial, n.booked_on.isoformat(), _kind(n), n.memo, n.case_number, n.incoming, n.outgoing,
             n.settled, n.cash, n.entered_by, n.confirmed_by]
        )  # fmt: skip
    sums = totals(statement)
    rows.append(
        ["", "", tr("本月合计"), "", "", sums["incoming"], sums["outgoing"], sums["settled"],
         statement.closing_cash, "", ""]
    )  # fmt: skip
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row):
            _cell(sheet, number, column, value, money, plain)
    sheet.write_string(len(rows) + 3, 0, tr("台账校验码：{digest}", digest=statement.digest))
    book.close()
    return held.getvalue()


def totals(statement: Statement) -> dict[str, Decimal]:
    """Return the sums received, paid and accounted for in the month."""
    return {
        name: sum((getattr(n, name) for n in statement.lines), Decimal(0))
        for name in ("incoming", "outgoing", "settled")
    }


def _line(n: Line) -> dict[str, str]:
    return {
        "serial": str(n.serial), "on": n.booked_on.isoformat(), "kind": _kind(n), "memo": n.memo,
        "case": n.case_number, "incoming": _amount(n.incoming), "outgoing": _amount(n.outgoing),
        "settled": _amount(n.settled), "cash": f"{n.cash:,.2f}",
    }  # fmt: skip


def _kind(n: Line) -> str:
    return n.kind.title


def _amount(value: Decimal) -> str:
    return f"{value:,.2f}" if value else ""


def _cell(sheet: Any, row: int, column: int, value: Any, money: Any, plain: Any) -> None:
    """Typed content is always text, never a formula."""
    if isinstance(value, Decimal):
        sheet.write_number(row, column, value, money)
    elif isinstance(value, int):
        sheet.write_number(row, column, value, plain)
    else:
        sheet.write_string(row, column, str(value), plain)
