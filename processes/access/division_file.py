"""Reader of administrative divisions (GB/T 2260 and the codes below it) from an XLSX or CSV file.

A county has 6 digits, a township 9, a village or community 12. Statistical codes, padded with zeros to 12
digits, are read as well. Every error is reported with its row; nothing is guessed.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from python_calamine import CalamineError, CalamineWorkbook

from processes.errors import DivisionsInvalid
from processes.texts import tr

MAX_BYTES = 10_000_000
MAX_UNPACKED = 200_000_000
MAX_ROWS = 20_000
MAX_NAME = 60
COUNTY, TOWNSHIP, VILLAGE = 6, 9, 12
_LEVELS = {COUNTY: tr("县级"), TOWNSHIP: tr("乡级"), VILLAGE: tr("村级")}
_CODE_HEADINGS = (tr("代码"), tr("区划代码"), tr("行政区划代码"), tr("统计用区划代码"), tr("编码"), "code")
_NAME_HEADINGS = (tr("名称"), tr("区划名称"), tr("行政区划名称"), tr("单位名称"), "name")


@dataclass(frozen=True, slots=True)
class DivisionRow:
    """One division: its code (6, 9 or 12 digits) and its own name."""

    code: str
    name: str


def read(content: bytes, file_name: str) -> tuple[DivisionRow, ...]:
    """Return the divisions of a file, by code: exactly one county, every other division under its parent.

    Raises `DivisionsInvalid` with the wrong rows (the first of them are named).
    """
    if len(content) > MAX_BYTES:
        raise DivisionsInvalid(faults=[tr("文件超过 {max_bytes} MB", max_bytes=MAX_BYTES // 1_000_000)])
    is_text = file_name.lower().endswith((".csv", ".txt"))
    rows = _csv_rows(content) if is_text else _sheet_rows(content)
    return checked(_columns(rows))


def checked(numbered: Iterable[tuple[int, str, str]]) -> tuple[DivisionRow, ...]:
    """Check divisions given as (row number, code, name); raises `DivisionsInvalid`."""
    faults: list[str] = []
    rows_by_code: dict[str, tuple[int, str]] = {}
    for row, written, name in numbered:
        code = _short(written)
        fault = _row_fault(code, written, name)
        if fault is None and code in rows_by_code:
            fault = tr("代码 {code} 与第 {code2} 行重复", code=code, code2=rows_by_code[code][0])
        if fault is None:
            rows_by_code[code] = (row, name)
        else:
            faults.append(tr("第 {row} 行：{fault}", row=row, fault=fault))
    faults += _tree_faults(rows_by_code)
    if faults:
        raise DivisionsInvalid(faults=faults)
    return tuple(DivisionRow(code, name) for code, (_, name) in sorted(rows_by_code.items()))


def _row_fault(code: str, written: str, name: str) -> str | None:
    if not (code.isascii() and code.isdigit()):
        return tr("代码“{written}”应全为数字", written=written[:20])
    if len(code) not in _LEVELS:
        return tr(
            "代码 {code} 有 {code2} 位，应为 6 位（县）、9 位（乡镇）或 12 位（村、社区）",
            code=code,
            code2=len(code),
        )
    if not name:
        return tr("代码 {code} 没有名称", code=code)
    if len(name) > MAX_NAME or not name.isprintable():
        return tr("名称过长（最多 {max_name} 字）或含有不能显示的字符", max_name=MAX_NAME)
    return None


def _tree_faults(rows_by_code: dict[str, tuple[int, str]]) -> list[str]:
    counties = [code for code in rows_by_code if len(code) == COUNTY]
    faults = []
    if len(counties) != 1:
        faults.append(
            tr("没有县级代码（6 位）")
            if not counties
            else tr("有 {counties} 个县级代码，应只有一个", counties=len(counties))
        )
    for code, (row, name) in rows_by_code.items():
        parent = code[:-3] if len(code) > COUNTY else ""
        if parent and parent not in rows_by_code:
            level = _LEVELS[len(parent)]
            faults.append(
                tr(
                    "第 {row} 行：{name}（{code}）没有上级，缺少{level}代码 {parent}",
                    row=row,
                    name=name,
                    code=code,
                    level=level,
                    parent=parent,
                )
            )
    return faults + _twice(rows_by_code)


def _twice(rows_by_code: dict[str, tuple[int, str]]) -> list[str]:
    """Divisions of the same name under one parent, which nobody could tell apart in a list."""
    seen: dict[tuple[str, str], int] = {}
    faults = []
    for code, (row, name) in rows_by_code.items():
        first = seen.setdefault((code[:-3], name), row)
        if first != row:
            faults.append(
                tr(
                    "第 {row} 行：{name}与第 {first} 行同属一个上级，名称相同",
                    row=row,
                    name=name,
                    first=first,
                )
            )
    return faults


def _short(written: str) -> str:
    """Remove the zeros that pad a code to 12 digits: 340199101000 is township 340199101."""
    if len(written) == VILLAGE and written.endswith("000"):
        return written[:COUNTY] if written.endswith("000000") else written[:TOWNSHIP]
    return written


def _columns(rows: Sequence[Sequence[str]]) -> list[tuple[int, str, str]]:
    """Code and name of every filled row, by their headings; without headings the first two columns."""
    for n, row in enumerate(rows[:10]):
        headings = [cell.replace(" ", "").lower() for cell in row]
        codes = [i for i, h in enumerate(headings) if h in _CODE_HEADINGS]
        names = [i for i, h in enumerate(headings) if h in _NAME_HEADINGS]
        if codes and names:
            return _picked(rows[n + 1 :], n + 2, codes[0], names[0])
    return _picked(rows, 1, 0, 1)


def _picked(rows: Sequence[Sequence[str]], first: int, code: int, name: int) -> list[tuple[int, str, str]]:
    def cell(row: Sequence[str], column: int) -> str:
        return row[column] if column < len(row) else ""

    filled = [(n, cell(row, code), cell(row, name)) for n, row in enumerate(rows, start=first) if any(row)]
    if not filled:
        raise DivisionsInvalid(faults=[tr("文件里没有内容")])
    return filled


def _csv_rows(content: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise DivisionsInvalid(faults=[tr("文字编码不能识别，请另存为 UTF-8 或 GBK 的 CSV")])
    try:
        return _bounded([[c.strip() for c in row] for row in csv.reader(io.StringIO(text))])
    except csv.Error:
        raise DivisionsInvalid(faults=[tr("不是有效的 CSV 文件")]) from None


def _sheet_rows(content: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
                raise DivisionsInvalid(faults=[tr("表格解压后过大")])
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False, nrows=MAX_ROWS + 1)
    except (zipfile.BadZipFile, CalamineError):
        raise DivisionsInvalid(faults=[tr("不是有效的 XLSX 文件；也可以另存为 CSV")]) from None
    return _bounded([[_text(cell) for cell in row] for row in rows])


def _bounded(rows: list[list[str]]) -> list[list[str]]:
    if len(rows) > MAX_ROWS:
        raise DivisionsInvalid(faults=[tr("超过 {max_rows} 行", max_rows=MAX_ROWS)])
    return rows


def _text(cell: object) -> str:
    """A cell as text; a code stored as a number has no decimal point."""
    if isinstance(cell, (int, str)):
        return str(cell).strip()
    is_whole = getattr(cell, "is_integer", None)
    return str(int(cell)) if is_whole is not None and is_whole() else str(cell).strip()  # type: ignore[call-overload]
