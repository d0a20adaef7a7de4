"""Reads the first sheet of an uploaded spreadsheet as text, in a child process of the renderer.

The library parses untrusted files; the amount of output is limited here, memory and time by the child's
limits.
"""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

from python_calamine import CalamineError, CalamineWorkbook

from documents import sentences
from documents.errors import ScanUnreadable
from documents.sheets import Workbook

MAX_UNPACKED = 50_000_000
MAX_COLUMNS = 80
MAX_TEXT = 400
_EXACT = 10**15
"""From here on a spreadsheet loses digits: an ID number stored as a number cannot be recovered."""


def read(job: Workbook) -> tuple[tuple[str, ...], ...]:
    """Return the rows, including the heading row, cells as text; raises `ScanUnreadable` if it is no
    spreadsheet or too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(job.content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
                raise ScanUnreadable(sentences.SHEET_TOO_LARGE)
        book = CalamineWorkbook.from_filelike(io.BytesIO(job.content))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False, nrows=job.most_rows + 1)
    except (zipfile.BadZipFile, CalamineError, OSError, ValueError):
        raise ScanUnreadable(sentences.NO_WORKBOOK) from None
    if len(rows) > job.most_rows:
        raise ScanUnreadable(sentences.TOO_MANY_ROWS.format(rows=job.most_rows))
    return tuple(tuple(_text(cell) for cell in row[:MAX_COLUMNS]) for row in rows)


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        if abs(cell) >= _EXACT:
            return f"{cell:.6E}"
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell).strip()[:MAX_TEXT]
