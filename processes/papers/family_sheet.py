"""Registration of families by spreadsheet: reading a filled one, with every error by row and column.

A row is a member; rows of one number (家庭序号) are a family, and family data are in its first row. Nothing
is saved or looked up here: each family is saved by the same command as one typed on the page.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from documents import render
from processes.errors import AttachmentRefused, FormInvalid, YimenError
from processes.papers import brought
from processes.people import identity
from processes.people.forms import (
    CATEGORIES,
    EXPENSE_KINDS,
    GRADES,
    INCOME_KINDS,
    PROPERTY_KINDS,
    WORK_ABILITIES,
    read_household,
)
from processes.policy.periods import age_on
from processes.texts import stored, tr

MOST_ROWS = 1_000
"""One round of a township; longer lists need several files."""
FAMILY, PLACE = tr("家庭序号"), tr("村（社区）")
_OF_FAMILY = {"住址": "address", "联系电话": "phone", "家庭类别": "category"}
_OF_MEMBER = {
    "姓名": "name", "与户主关系": "relation", "证件类型": "document", "证件号码": "id_number", "性别": "sex",
    "出生日期": "birth_on", "大约年龄": "estimated_age", "残疾类别": "disability_kind", "残疾等级": "disability_grade",
    "重病": "grave_illness", "在校学生": "is_student", "劳动能力": "work_ability",
}  # fmt: skip
_LINES = {
    **{title.split("（")[0]: ("incomes", kind) for kind, title in INCOME_KINDS.items()},
    **{title: ("expenses", kind) for kind, title in EXPENSE_KINDS.items()},
    **{title.split("（")[0]: ("properties", kind) for kind, title in PROPERTY_KINDS.items()},
}
NEEDED = (FAMILY, PLACE, tr("住址"), tr("姓名"), tr("与户主关系"), tr("证件号码"))
COLUMNS = (FAMILY, PLACE, *_OF_FAMILY, *_OF_MEMBER, *_LINES)
"""In the order of the template."""
_ALSO = {
    "序号": FAMILY, "户号": FAMILY, "村": PLACE, "社区": PLACE, "行政村": PLACE, "村社区": PLACE, "家庭住址": tr("住址"), "电话": tr("联系电话"),
    "手机号码": tr("联系电话"), "关系": tr("与户主关系"), "身份证号": tr("证件号码"), "身份证号码": tr("证件号码"), "公民身份号码": tr("证件号码"),
    "存款": tr("存款、证券"), "工资": tr("工资性收入"), "医疗费用": tr("自付医疗费用"), "学生": tr("在校学生"),
}  # fmt: skip
_RELATIONS = {
    "户主": tr("本人"), "妻": tr("配偶"), "夫": tr("配偶"), "妻子": tr("配偶"), "丈夫": tr("配偶"), "儿子": tr("子女"), "女儿": tr("子女"), "子": tr("子女"), "女": tr("子女"),
    "父亲": tr("父母"), "母亲": tr("父母"), "父": tr("父母"), "母": tr("父母"), "祖父": tr("祖父母"), "祖母": tr("祖父母"), "孙子": tr("孙子女"), "孙女": tr("孙子女"),
    "儿媳": tr("儿媳女婿"), "女婿": tr("儿媳女婿"),
}  # fmt: skip
_YES = frozenset({"是", "有", "√", "✓", "1", "y", "Y"})
_NO = frozenset({"", "否", "无", "0", "n", "N", "—"})


@dataclass(frozen=True, slots=True)
class Fault:
    """An error in a row of the spreadsheet, with its row number and heading."""

    row: int
    column: str
    said: str


@dataclass(slots=True)
class Family:
    """The rows of one family: the data that the page of the register would submit, and its errors."""

    key: str
    first_row: int
    form: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)

    @property
    def head(self) -> str:
        """The name of the householder, or of the first member."""
        members = self.form["members"]
        first = next((m for m in members if m["relation"] == "本人"), members[0])
        return str(first["name"])

    @property
    def token(self) -> str:
        """The same for the same family, so that a file uploaded twice registers nobody twice."""
        content = json.dumps(self.form, ensure_ascii=False, sort_keys=True)
        return f"sheet-{hashlib.sha256(content.encode()).hexdigest()[:48]}"


@dataclass(frozen=True, slots=True)
class Read:
    """The content of a spreadsheet, and headings that the register does not use."""

    families: tuple[Family, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """Context of reading: villages by name ("" if ambiguous), the day, ages for the ability to work.

    `ages`: below the first and from the second on nobody is assumed able to work if the cell is empty.
    """

    places: Mapping[str, str]
    today: date
    ages: tuple[int, int] | None = None


def read(content: bytes, known: Known) -> Read:
    """Read the families of a spreadsheet.

    Raises `AttachmentRefused` if the file cannot be read, lacks a column, or is empty.
    """
    with brought.told():
        rows = render.read_workbook(render.Workbook(content, MOST_ROWS))
    head, at = _head(rows)
    families = [_family(key, numbered, known) for key, numbered in _grouped(rows, head, at)]
    if not families:
        raise AttachmentRefused(reason=tr("表中没有填写家庭"))
    left_out = tuple(t for t in dict.fromkeys(rows[at]) if t and _title(t) not in COLUMNS)
    return Read(tuple(families), left_out)


def _head(rows: Sequence[Sequence[str]]) -> tuple[dict[str, int], int]:
    """The column of each heading, and the heading row: the first with most of the required headings."""
    for at, row in enumerate(rows[:10]):
        found = {_title(text): n for n, text in reversed(list(enumerate(row))) if _title(text) in COLUMNS}
        if "姓名" in found:
            missing = [name for name in NEEDED if name not in found]
            if missing:
                raise AttachmentRefused(reason=tr("表头缺少：{missing}", missing=tr("、").join(missing)))
            return found, at
    raise AttachmentRefused(reason=tr("没有找到表头“姓名”，请用下载的样表填写"))


def _title(text: str) -> str:
    """A heading without units, marks and blanks: 工资性收入（元/年）* is 工资性收入."""
    bare = "".join(text.replace("*", "").split())
    if bare == PLACE:
        return bare
    bare = bare.split("（")[0].split("(")[0]
    return _ALSO.get(bare, bare)


def _grouped(
    rows: Sequence[Sequence[str]], head: Mapping[str, int], at: int
) -> Iterator[tuple[str, list[tuple[int, dict[str, str]]]]]:
    """The filled rows of each family by number; a row without one belongs to the row above, as in merged cells."""
    groups: dict[str, list[tuple[int, dict[str, str]]]] = {}
    above = ""
    for n, row in enumerate(rows[at + 1 :], start=at + 2):
        cells = {title: row[c].strip() if c < len(row) else "" for title, c in head.items()}
        if not any(text for title, text in cells.items() if title != FAMILY):
            continue
        above = cells[FAMILY] or above
        groups.setdefault(above, []).append((n, cells))
    yield from groups.items()


def _family(key: str, rows: Sequence[tuple[int, dict[str, str]]], known: Known) -> Family:
    faults: list[Fault] = []
    first = rows[0][0]
    if not key:
        faults.append(Fault(first, FAMILY, tr("请填写家庭序号，同一家庭的成员填写同一个序号")))
    of_family = {
        title: next((s[title] for _, s in rows if s.get(title)), "") for title in (PLACE, *_OF_FAMILY)
    }
    form: dict[str, Any] = {name: of_family[title] for title, name in _OF_FAMILY.items()}
    form["division"] = _place(of_family[PLACE], known.places, first, faults)
    form["category"] = _key_of(CATEGORIES, of_family["家庭类别"])
    form |= {"members": [], "incomes": [], "expenses": [], "properties": []}
    lines: dict[str, list[tuple[int, str]]] = {"incomes": [], "expenses": [], "properties": []}
    for position, (n, cells) in enumerate(rows):
        form["members"].append(_member(position, cells, n, faults) | _able(cells, known))
        for title, (list_, kind) in _LINES.items():
            if cells.get(title):
                form[list_].append(
                    {"kind": kind, "amount": cells[title], "evidence": "", "member": f"r{position}"}
                )
                lines[list_].append((n, title))
    try:
        read_household(form, known.today)
    except FormInvalid as fault:
        faults += _at_their_cells(fault.fields, rows, lines)
    return Family(key, first, form, list(dict.fromkeys(faults)))


def _member(position: int, cells: Mapping[str, str], row: int, faults: list[Fault]) -> dict[str, Any]:
    """A member as the page would submit it."""
    member: dict[str, Any] = {name: cells.get(title, "") for title, name in _OF_MEMBER.items()}
    member["key"] = f"r{position}"
    member["relation"] = stored(_RELATIONS.get(member["relation"], member["relation"]))
    member["document"] = _key_of(identity.DOCUMENTS, member["document"]) or identity.ID_CARD
    member["disability_kind"] = member["disability_kind"].removeprefix("无")
    member["disability_grade"] = _grade(member["disability_grade"])
    for title, name in ((tr("重病"), "grave_illness"), (tr("在校学生"), "is_student")):
        if member[name] not in _YES | _NO:
            faults.append(Fault(row, title, tr("应填“是”或者“否”")))
        member[name] = member[name] in _YES
    return member


def _able(cells: Mapping[str, str], known: Known) -> dict[str, str]:
    """Whether somebody can work: from the cell, else by age as on the page of the register."""
    ability = cells.get("劳动能力", "")
    if ability or known.ages is None:
        return {"work_ability": _key_of(WORK_ABILITIES, ability) or "able"}
    try:
        born = identity.read(identity.ID_CARD, cells.get("证件号码", ""), known.today).birth_on
    except YimenError:
        born = None
    age = None if born is None else age_on(born, known.today)
    child, old = known.ages
    return {"work_ability": "able" if age is None or child <= age < old else "none"}


def _grade(text: str) -> str | int:
    """一级 and 1 are 1; other text is left for the register to refuse."""
    bare = text.removesuffix("级")
    return GRADES.index(tr("{bare}级", bare=bare)) if tr("{bare}级", bare=bare) in GRADES else bare or 0


def _key_of(titles: Mapping[str, str], text: str) -> str:
    """The key of a title; other text is left for the register to refuse."""
    return next((key for key, title in titles.items() if title == text), text)


def _place(text: str, places: Mapping[str, str], row: int, faults: list[Fault]) -> str:
    bare = "".join(text.split())
    code = bare if bare in places.values() else places.get(bare)
    if code:
        return code
    names = (
        tr("请填写村（社区）") if not bare
        else tr("有几个“{bare}”，请写上乡镇名称", bare=bare[:30]) if code == ""
        else tr("“{bare}”不在您的管辖范围内，请写全称", bare=bare[:30])
    )  # fmt: skip
    faults.append(Fault(row, PLACE, names))
    return next((one for one in places.values() if one), "")


def _at_their_cells(
    fields: Mapping[str, Sequence[str]],
    rows: Sequence[tuple[int, dict[str, str]]],
    lines: Mapping[str, Sequence[tuple[int, str]]],
) -> Iterator[Fault]:
    """Map errors of the register (`members.1.name`) to the row and heading of their cell."""
    heads = {name: title for title, name in (_OF_FAMILY | _OF_MEMBER).items()}
    for place, sentences in fields.items():
        list_, _, rest = place.partition(".")
        number, _, name = rest.partition(".")
        row, column = rows[0][0], heads.get(list_, "")
        if list_ == "members" and number:
            row, column = rows[int(number)][0], heads.get(name, "")
        elif list_ in lines and number:
            row, column = lines[list_][int(number)]
        yield from (Fault(row, column, sentence) for sentence in sentences)
