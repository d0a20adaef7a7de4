"""Families are brought in a spreadsheet: each fault at its row and column, and nobody registered before somebody says so."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from processes.papers import family_sheet
from processes.people.forms import RELATIONS
from processes.people.id_number import compose
from processes.people.models import Household, Person
from processes.rehearsal.stage import Stage
from tests.builders.desks import Person as Somebody

HEAD = (
    "序号", "村（社区）*", "住址*", "联系电话", "姓名*", "与户主关系*", "身份证号码*", "残疾类别", "残疾等级", "重病", "在校学生",
    "劳动能力", "工资性收入（元/年）", "学费", "存款、证券", "备注",
)  # fmt: skip
HEAD_NUMBER, CHILD_NUMBER = (
    compose("340199", date(1978, 6, 15), 11), compose("340199", date(2014, 2, 20), 2),
)  # fmt: skip
GOOD: tuple[tuple[Any, ...], ...] = (
    (1, "东门社区", "一组3号", "13800000001", "马成", "户主", HEAD_NUMBER, "", "", "", "", "", 18000, "", "", "见底册"),
    ("", "", "", "", "马红", "女儿", CHILD_NUMBER, "肢体", "二级", "是", "是", "", "", "3,000", "1200.50", ""),
)  # fmt: skip


def sheet_of(*rows: Sequence[Any], head: Sequence[str] = HEAD) -> bytes:
    """A spreadsheet as people make it, numbers among its cells."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    sheet = book.add_worksheet()
    for n, row in enumerate((head, *rows)):
        sheet.write_row(n, 0, row)
    book.close()
    return held.getvalue()


def _village(stage: Stage) -> str:
    page = Somebody(stage, "window_clerk").get("/households/sheet/blank.xlsx").data
    names = (
        CalamineWorkbook.from_filelike(io.BytesIO(page))
        .get_sheet_by_name("可选内容")
        .to_python(skip_empty_area=False)
    )
    return str(names[1][family_sheet.COLUMNS.index("村（社区）")])


def named(rows: Sequence[Sequence[Any]], village: str) -> list[list[Any]]:
    """The rows with a village of the clerk's."""
    return [[village if cell == "东门社区" else cell for cell in row] for row in rows]


def _checked(stage: Stage, content: bytes) -> Any:
    clerk = Somebody(stage, "window_clerk")
    return clerk.post("/households/sheet", {"file": (io.BytesIO(content), "名册.xlsx")}), clerk


def _count(stage: Stage, kind: Any) -> int:
    with stage.database.reading("") as session:
        return session.scalars(select(func.count()).select_from(kind)).one()


def test_a_family_is_checked_and_then_registered_as_a_typed_one(whole_stage: Stage) -> None:
    stage = whole_stage
    stage.set_clock(datetime(2026, 3, 2, 9, 0))
    before = _count(stage, Household), _count(stage, Person)
    page, clerk = _checked(stage, sheet_of(*named(GOOD, _village(stage))))
    assert "名册.xlsx：1 户，可以登记 1 户" in page.text
    assert "没有对应项目、不登记的列：备注" in page.text
    assert (_count(stage, Household), _count(stage, Person)) == before, "checking registers nobody"
    told = re.search(r'id="ready-data">(.*?)</script>', page.text)
    assert told is not None
    (family,) = json.loads(told.group(1))
    body = {"form": family["form"], "household": None, "version": 0, "token": family["token"]}
    saved = clerk.send("/households/save", body).json
    assert clerk.send("/households/save", body).json["household"] == saved["household"], "the same file again"
    assert _count(stage, Household) == before[0] + 1
    with stage.database.reading("") as session:
        kept = session.scalars(select(Household).where(Household.number == saved["household"])).one()
        assert [(m.person.name, m.relation, m.person.work_ability) for m in kept.members] == [
            ("马成", "本人", "able"),
            ("马红", "子女", "none"),  # a child, and the sheet says nothing
        ]
        child = kept.members[1].person
        assert (child.disability_kind, child.disability_grade) == ("肢体", 2)
        assert (child.grave_illness, child.is_student) == (True, True)
        assert [str(i.annual_amount) for i in kept.incomes] == ["18000.00"]
        assert [(str(e.kind), str(e.annual_amount), e.person_id) for e in kept.expenses] == [
            ("tuition", "3000.00", child.id)
        ]
        assert [str(p.quantity) for p in kept.properties] == ["1200.50"]


@pytest.mark.parametrize(
    ("row", "column", "typed", "said"),
    [
        (2, "村（社区）", "月亮村", "第 2 行“村（社区）”：“月亮村”不在您的管辖范围内，请写全称"),
        (2, "身份证号码", f"{HEAD_NUMBER[:-1]}{(int(HEAD_NUMBER[-1].replace('X', '0')) + 1) % 10}", "第 2 行“证件号码”：公民身份号码不正确：校验位不符"),
        (3, "身份证号码", 340199201402200, "第 3 行“证件号码”：公民身份号码不正确：15 位身份证号"),
        (3, "身份证号码", 3.4019920140220e17, "第 3 行“证件号码”：公民身份号码不正确：应为 18 位"),
        (3, "与户主关系", "户主", "第 2 行：家庭成员中应有且只有一名“本人”（户主）"),
        (3, "与户主关系", "邻居", "第 3 行“与户主关系”：请从列表中选择"),
        (3, "残疾等级", "", "第 3 行“残疾等级”：残疾类别和等级须同时填写"),
        (3, "重病", "不知道", "第 3 行“重病”：应填“是”或者“否”"),
        (2, "工资性收入", "一万八", "第 2 行“工资性收入”：应为数字"),
        (3, "在校学生", "", "第 3 行“学费”：马红没有登记为在校学生，不能登记学费"),
        (2, "序号", "", "第 2 行“家庭序号”：请填写家庭序号"),
        (2, "住址", "", "第 2 行“住址”：请填写此项"),
    ],
)  # fmt: skip
def test_each_fault_stands_at_its_row_and_column(
    stage: Stage, row: int, column: str, typed: object, said: str
) -> None:
    rows = named(GOOD, _village(stage))
    heads = [h.split("（")[0].rstrip("*") for h in HEAD]
    rows[row - 2][heads.index(column.split("（")[0])] = typed
    page = _checked(stage, sheet_of(*rows))[0].text
    assert said in re.sub(r"\s*</?li>\s*", "", page)
    assert "ready-data" not in page, "what has a fault is not registered"


def test_what_is_no_sheet_is_refused_with_the_reason(stage: Stage) -> None:
    for content, said in (
        (b"no sheet at all", "不是有效的 XLSX 文件"),
        (sheet_of(("x",), head=("别的",)), "没有找到表头“姓名”"),
        (sheet_of(("马成",), head=("姓名",)), "表头缺少：家庭序号、村（社区）、住址、与户主关系、证件号码"),
        (sheet_of(head=HEAD), "表中没有填写家庭"),
        (sheet_of(*([(1,)] * (family_sheet.MOST_ROWS + 1))), "超过 1000 行，请分成几个文件"),
        (_swollen(), "表格解压后过大"),
    ):
        page = _checked(stage, content)[0]
        assert page.status_code == 422, said
        assert said in page.text


def _swollen() -> bytes:
    """A hundred megabytes of nothing in a hundred kilobytes."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 100_000_000)
    return held.getvalue()


def test_the_blank_sheet_filled_in_is_read(stage: Stage) -> None:
    """Under its heads it offers what the register takes, and nothing else."""
    content = Somebody(stage, "window_clerk").get("/households/sheet/blank.xlsx").data
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    head = [str(cell) for cell in book.get_sheet_by_index(0).to_python()[0]]
    offered = book.get_sheet_by_name("可选内容").to_python(skip_empty_area=False)
    columns = {h: [str(r[n]) for r in offered[1:] if n < len(r) and r[n]] for n, h in enumerate(head)}
    given = {
        "家庭序号*": "1",
        "村（社区）*": columns["村（社区）*"][0],
        "住址*": "二组",
        "姓名*": "马成",
        "证件号码*": HEAD_NUMBER,
    }
    rows = []
    for n in range(max(map(len, columns.values()))):
        row = given | {h: c[n % len(c)] for h, c in columns.items() if c and h not in given}
        row["家庭序号*"] = str(n)
        row["证件号码*"] = "无" if row["证件类型"] == "无证件" else HEAD_NUMBER
        row |= {"与户主关系*": columns["与户主关系*"][n % len(columns["与户主关系*"])]}
        rows.append([row.get(h, "") for h in head])
    page = _checked(stage, sheet_of(*rows, head=head))[0].text
    assert "请从列表中选择" not in page
    assert "不登记的列" not in page
    assert set(columns["与户主关系*"]) == set(RELATIONS)
    assert len([h for h, c in columns.items() if c]) == 10, "the villages, and nine closed lists"
