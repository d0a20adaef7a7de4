"""Files of administrative divisions: what is read, and which rows are named when something is wrong."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter

from processes.access import division_file
from processes.errors import DivisionsInvalid

GOOD = "代码,名称\n341599,青山县\n341599101,城关镇\n341599101201,东村\n341599102,大河镇\n"


def sheet(rows: list[list[object]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet()
        for n, row in enumerate(rows):
            for i, cell in enumerate(row):
                page.write(n, i, cell)
    return file.getvalue()


def faults_of(text: str) -> list[str]:
    with pytest.raises(DivisionsInvalid) as refused:
        division_file.read(text.encode(), "a.csv")
    return refused.value.faults


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_in_the_encodings_that_offices_use(encoding: str) -> None:
    read = division_file.read(GOOD.encode(encoding), "区划.csv")
    assert [(d.code, d.name) for d in read] == [
        ("341599", "青山县"), ("341599101", "城关镇"), ("341599101201", "东村"), ("341599102", "大河镇"),
    ]  # fmt: skip


def test_a_sheet_with_a_heading_line_numbers_and_further_columns() -> None:
    rows: list[list[object]] = [
        ["青山县行政区划表"], ["序号", "行政区划代码", "名称", "备注"],
        [1, 341599, "青山县", ""], [2, 341599101, "城关镇", "驻地"], [3, "341599101201", " 东村 ", ""],
    ]  # fmt: skip
    read = division_file.read(sheet(rows), "区划.xlsx")
    assert [(d.code, d.name) for d in read] == [
        ("341599", "青山县"), ("341599101", "城关镇"), ("341599101201", "东村"),
    ]  # fmt: skip


def test_codes_padded_to_twelve_digits() -> None:
    text = "代码,名称\n341599000000,青山县\n341599101000,城关镇\n341599101201,东村\n"
    assert [d.code for d in division_file.read(text.encode(), "a.csv")] == [
        "341599",
        "341599101",
        "341599101201",
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("34159910,坏", "第 6 行：代码 34159910 有 8 位"),
        ("341599101,重复", "第 6 行：代码 341599101 与第 3 行重复"),
        ("341599103201,孤村", "第 6 行：孤村（341599103201）没有上级，缺少乡级代码 341599103"),
        ("341600,邻县", "有 2 个县级代码，应只有一个"),
        ("34159x,错", "第 6 行：代码“34159x”应全为数字"),
        ("３４１５９９１０３,全角", "第 6 行：代码“３４１５９９１０３”应全为数字"),
        ("341599103,", "第 6 行：代码 341599103 没有名称"),
    ],
)
def test_a_wrong_row_is_named(row: str, said: str) -> None:
    assert any(f.startswith(said) for f in faults_of(GOOD + row + "\n")), faults_of(GOOD + row + "\n")


def test_every_wrong_row_is_told_at_once() -> None:
    assert len(faults_of(GOOD + "1,甲\n2,乙\n341599101,丙\n")) == 3


def test_hostile_files_are_refused() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * (division_file.MAX_UNPACKED + 1))
    for content, name in ((bomb.getvalue(), "a.xlsx"), (b"%PDF-1.4", "a.xlsx"), (b"\xff\xfe\x00\xd8", "a.csv"),
                          (b"1,a\n" * (division_file.MAX_ROWS + 1), "a.csv"), (b"", "a.csv")):  # fmt: skip
        with pytest.raises(DivisionsInvalid):
            division_file.read(content, name)


def test_two_places_of_one_name_under_one_parent__are_told_each_on_a_line() -> None:
    text = GOOD + "341599101202,东村\n341599102201,东村\n"  # the second stands in another township: no fault
    with pytest.raises(DivisionsInvalid) as refused:
        division_file.read(text.encode(), "a.csv")
    assert refused.value.faults == ["第 6 行：东村与第 4 行同属一个上级，名称相同"]
    assert refused.value.message.endswith("没有导入：\n  第 6 行：东村与第 4 行同属一个上级，名称相同")
