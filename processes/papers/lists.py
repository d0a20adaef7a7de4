"""Lists of the desk as spreadsheets: every cell is text, so that numbers keep leading zeros and no cell is a
formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime

import xlsxwriter

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 10_000
"""Longer lists need the archive's exports; nobody reads them as a spreadsheet."""


def spreadsheet(
    title: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[str]], now: datetime
) -> bytes:
    """Return a spreadsheet with a fixed heading row; columns are titles and widths in characters."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(
        held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": title, "created": now.replace(tzinfo=None)})
    sheet = book.add_worksheet(title)
    head = book.add_format({"bold": True, "border": 1, "align": "center"})
    cell = book.add_format({"border": 1, "num_format": "@"})
    for column, (name, width) in enumerate(columns):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, head)
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row):
            sheet.write_string(number, column, text, cell)
    sheet.freeze_panes(1, 0)
    book.close()
    return held.getvalue()
