"""The household form as submitted by a screen or a scenario: immutable values, checked here.

Kinds of income, expense and property are a closed list, because calculation sheets refer to them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from processes.errors import FormInvalid, IdNumberInvalid, Unreadable
from processes.people import identity
from processes.policy import reading
from processes.texts import tr

T = TypeVar("T")
BUSINESS = "business"
INCOME_KINDS = {
    "wages": tr("工资性收入"),
    BUSINESS: tr("经营净收入"),
    "property": tr("财产净收入"),
    "transfer": tr("转移净收入"),
    "exempt": tr("不计入收入（优抚、奖励、计生、奖助学金等）"),
}
TUITION = "tuition"
EXPENSE_KINDS = {"medical": tr("自付医疗费用"), TUITION: tr("学费")}
PROPERTY_KINDS = {
    "deposits": tr("存款、证券（元）"),
    "cars": tr("机动车（辆）"),
    "dwellings": tr("住房（套）"),
    "companies": tr("经营企业（家）"),
}
RELATIONS = (
    tr("本人"),
    tr("配偶"),
    tr("子女"),
    tr("父母"),
    tr("祖父母"),
    tr("孙子女"),
    tr("兄弟姐妹"),
    tr("儿媳女婿"),
    tr("其他"),
)
WORK_ABILITIES = {"able": tr("有劳动能力"), "hindered": tr("部分劳动能力"), "none": tr("无劳动能力")}
DISABILITY_KINDS = ("", tr("视力"), tr("听力"), tr("言语"), tr("肢体"), tr("智力"), tr("精神"), tr("多重"))
CATEGORIES = {
    "": tr("一般家庭"),
    "returned_to_poverty": tr("返贫人口"),
    "newly_poor": tr("新增贫困人口"),
    "monitored": tr("脱贫监测户"),
    "marginal": tr("边缘户"),
    "registered": tr("建档立卡户"),
}
CATEGORIES_IN_LISTS = {
    "": tr("一般"),
    "returned_to_poverty": tr("返贫"),
    "newly_poor": tr("新增贫困"),
    "monitored": tr("监测户"),
    "marginal": tr("边缘户"),
    "registered": tr("建档立卡"),
}
"""Short titles for columns of lists."""
COUNTED = frozenset({"cars", "dwellings", "companies"})
"""Kinds of property that are counted in whole numbers."""
MAX_MEMBERS = 30
MAX_LINES = 300
OLDEST = 120
MAX_GRADE = 4
MAX_COUNT = 999
GRADES = ("", tr("一级"), tr("二级"), tr("三级"), tr("四级"))
MALE, FEMALE = tr("男"), tr("女")


def disability(kind: str, grade: int) -> str:
    """Format a disability as on cards and papers: 肢体二级; "" if there is none."""
    return f"{kind}{GRADES[grade]}" if kind and 0 < grade <= MAX_GRADE else ""


@dataclass(frozen=True, slots=True)
class LineForm:
    """An income, expense or property line; `member` is the position of its person in this form."""

    kind: str
    amount: Decimal
    member: int = 0
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class MemberForm:
    """A member as typed; birth date and sex come from the number if it contains them."""

    name: str
    relation: str
    id_number: str
    birth_on: date
    sex: str
    disability_kind: str = ""
    disability_grade: int = 0
    grave_illness: bool = False
    is_student: bool = False
    work_ability: str = "able"
    provisional_id: int | None = None
    """The provisional person of this row (no document before); None for a new one."""
    row_id: int | None = None
    """The person of this row of the page."""
    document: str = identity.ID_CARD
    head: str = ""
    tail: str = ""
    died_on: date | None = None


@dataclass(frozen=True, slots=True)
class HouseholdForm:
    """A whole household as submitted by a page."""

    division: str
    address: str
    phone: str
    category: str
    members: tuple[MemberForm, ...]
    incomes: tuple[LineForm, ...] = ()
    expenses: tuple[LineForm, ...] = ()
    properties: tuple[LineForm, ...] = ()
    property_exemption: str = ""


def read_household(raw: dict[str, Any], today: date) -> HouseholdForm:
    """Check a household given as JSON; raises `FormInvalid` with a sentence per field (`members.0.name`)."""
    reader = _Reader(raw, today)
    form = reader.household()
    if reader.faults:
        raise FormInvalid(reader.faults)
    return form


class _Reader:
    """Collects all errors instead of stopping at the first."""

    def __init__(self, raw: dict[str, Any], today: date) -> None:
        self.raw = raw
        self.today = today
        self.faults: dict[str, list[str]] = {}

    def household(self) -> HouseholdForm:
        """Read the whole form; errors are collected."""
        rows = self.rows("members", MAX_MEMBERS)
        members = self.members(rows)
        keys = [str(row["key"]) if row.get("key") else None for row in rows]
        expenses = self.lines("expenses", EXPENSE_KINDS, keys)
        self.students_only(expenses, members)
        return HouseholdForm(
            division=self.text("division", self.raw.get("division", ""), 12),
            address=self.text("address", self.raw.get("address", ""), 200),
            phone=self.read("phone", reading.phone, self.raw.get("phone", ""), ""),
            category=self.choice("category", self.raw.get("category", ""), CATEGORIES),
            members=members,
            incomes=self.lines("incomes", INCOME_KINDS, keys),
            expenses=expenses,
            properties=self.lines("properties", PROPERTY_KINDS, None),
            property_exemption=self.text(
                "property_exemption", self.raw.get("property_exemption", ""), 300, required=False
            ),
        )

    def students_only(self, expenses: tuple[LineForm, ...], members: tuple[MemberForm, ...]) -> None:
        """Tuition is deducted for students only (parameters: `allowance.rigid.tuition_cap`)."""
        for n, line in enumerate(expenses):
            if line.kind == TUITION and line.member < len(members) and not members[line.member].is_student:
                self.fault(
                    f"expenses.{n}.kind",
                    tr(
                        "{name}没有登记为在校学生，不能登记学费。确为在校学生的，请先在成员中勾选",
                        name=members[line.member].name,
                    ),
                )

    def rows(self, name: str, most: int) -> list[dict[str, Any]]:
        """The rows of a list in the form; anything that is no row is refused."""
        rows = self.raw.get(name) or []
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.fault(name, tr("提交的内容不完整，请刷新页面后重试"))
            return []
        if len(rows) > most:
            self.fault(
                name,
                tr("家庭成员不能超过 {most} 人", most=most)
                if name == "members"
                else tr("不能超过 {most} 行", most=most),
            )
        return rows[:most]

    def members(self, rows: list[dict[str, Any]]) -> tuple[MemberForm, ...]:
        """Read members in order; exactly one 本人, no ID number twice."""
        if not rows:
            self.fault("members", tr("请至少登记一名家庭成员"))
        member_forms = tuple(self.member(n, row) for n, row in enumerate(rows))
        if rows and [m.relation for m in member_forms].count("本人") != 1:
            self.fault("members", tr("家庭成员中应有且只有一名“本人”（户主）"))
        numbers = [m.id_number for m in member_forms if m.id_number]
        for n, member in enumerate(member_forms):
            if member.id_number and numbers.count(member.id_number) > 1:
                self.fault(f"members.{n}.id_number", tr("同一身份证号登记了两次"))
        return member_forms

    def member(self, n: int, row: dict[str, Any]) -> MemberForm:
        """Read one member; the number gives birth date and sex if it contains them."""
        place = f"members.{n}"
        document = self.document(place, row)
        birth_on, sex = self.born(place, row, document)
        kind = self.choice(f"{place}.disability_kind", row.get("disability_kind", ""), DISABILITY_KINDS)
        grade = self.grade(place, row.get("disability_grade", 0), kind)
        without = document.document == identity.NONE
        row_id = self.read(f"{place}.id_number", _row_or_none, row.get("person_id"), None)
        return MemberForm(
            name=self.read(f"{place}.name", reading.name, row.get("name", ""), ""),
            relation=self.choice(f"{place}.relation", row.get("relation", ""), RELATIONS),
            id_number=document.number,
            birth_on=birth_on,
            sex=sex,
            disability_kind=kind,
            disability_grade=grade,
            grave_illness=bool(row.get("grave_illness")),
            is_student=bool(row.get("is_student")),
            work_ability=self.choice(
                f"{place}.work_ability", row.get("work_ability", "able"), WORK_ABILITIES
            ),
            provisional_id=row_id if without else None,
            row_id=row_id,
            document=document.document,
            head=document.head,
            tail=document.tail,
            died_on=self.died(place, row.get("died_on"), birth_on),
        )

    def document(self, place: str, row: dict[str, Any]) -> identity.Identity:
        """Read document and number; an invalid one is reported and treated as missing."""
        kind = self.choice(f"{place}.document", row.get("document") or identity.ID_CARD, identity.DOCUMENTS)
        try:
            return identity.read(kind, str(row.get("id_number") or ""), self.today)
        except IdNumberInvalid as invalid:
            self.fault(f"{place}.id_number", invalid.message)
        except Unreadable as invalid:
            self.fault(f"{place}.id_number", invalid.reason)
        return identity.Identity(kind, "", self.today, MALE)

    def born(self, place: str, row: dict[str, Any], document: identity.Identity) -> tuple[date, str]:
        """Birth date and sex: from the number, from the document, or as estimated (C34)."""
        if document.birth_on is not None and document.sex is not None:
            return document.birth_on, document.sex
        sex = self.choice(f"{place}.sex", row.get("sex", ""), (MALE, FEMALE))
        if document.document == identity.NONE:
            age = self.read(f"{place}.estimated_age", _age, row.get("estimated_age"), 0)
            return date(self.today.year - age, 1, 1), sex
        birth_on = self.read(f"{place}.birth_on", reading.day, row.get("birth_on"), self.today)
        if not self.today.year - OLDEST <= birth_on.year or birth_on > self.today:
            self.fault(f"{place}.birth_on", tr("出生日期不在合理范围内"))
        return birth_on, sex

    def died(self, place: str, raw: Any, birth_on: date) -> date | None:
        """The date of death, between birth and today; None if alive."""
        if raw is None or raw == "":
            return None
        died_on = self.read(f"{place}.died_on", reading.day, raw, None)
        if died_on is not None and not birth_on <= died_on <= self.today:
            self.fault(f"{place}.died_on", tr("去世日期应在出生日期之后，且不晚于今天"))
        return died_on

    def grade(self, place: str, raw: Any, kind: str) -> int:
        """The disability grade 1–4, 0 for none; kind and grade must both be given."""
        grade = self.read(f"{place}.disability_grade", _grade, raw or 0, 0)
        if bool(grade) != bool(kind):
            self.fault(f"{place}.disability_grade", tr("残疾类别和等级须同时填写"))
        return grade

    def lines(self, name: str, kinds: dict[str, str], keys: list[str | None] | None) -> tuple[LineForm, ...]:
        """Read lines of income, expense or property; `keys` are those of the members, None if lines have no owner."""
        line_forms = []
        for n, row in enumerate(self.rows(name, MAX_LINES)):
            place = f"{name}.{n}"
            kind = self.choice(f"{place}.kind", row.get("kind", ""), kinds)
            read = _count if kind in COUNTED else _business if kind == BUSINESS else reading.money
            line_forms.append(
                LineForm(
                    kind=kind,
                    amount=self.read(f"{place}.amount", read, row.get("amount"), Decimal(0)),
                    member=0 if keys is None else self.whose(place, row.get("member", 0), keys),
                    evidence=self.text(f"{place}.evidence", row.get("evidence", ""), 120, required=False),
                )
            )
        return tuple(line_forms)

    def whose(self, place: str, position: Any, keys: list[str | None]) -> int:
        """The position of the member that owns this line.

        A page refers to a member by the row's key, which survives the removal of earlier rows; positions are
        used only if no member has a key (scenarios, older files).
        """
        if any(keys):
            if isinstance(position, str) and position and keys.count(position) == 1:
                return keys.index(position)
        elif (
            isinstance(position, int | Decimal)
            and not isinstance(position, bool)
            and 0 <= position < len(keys)
        ):
            return int(position)
        self.fault(f"{place}.member", tr("请选择家庭成员：原来所属的成员已不在名单中"))
        return 0

    def text(self, place: str, raw: Any, longest: int, required: bool = True) -> str:
        """Normalised text of limited length."""
        value = self.read(place, reading.text, raw, "")
        if required and not value:
            self.fault(place, tr("请填写此项"))
        if len(value) > longest:
            self.fault(place, tr("不能超过 {longest} 个字", longest=longest))
        return value

    def read(self, place: str, how: Callable[[Any], T], raw: Any, otherwise: T) -> T:
        """Apply a parser of `policy.reading`; its error is reported at the field."""
        try:
            return how(raw)
        except Unreadable as fault:
            self.fault(place, fault.reason)
            return otherwise

    def choice(self, place: str, raw: Any, allowed: Any) -> str:
        """A value of a closed list."""
        value = str(raw or "")
        if value not in allowed:
            self.fault(place, tr("请从列表中选择"))
            return str(next(iter(allowed)))
        return value

    def fault(self, place: str, sentence: str) -> None:
        """Report an error at a field, once."""
        sentences = self.faults.setdefault(place, [])
        if sentence not in sentences:
            sentences.append(sentence)


def _business(raw: Any) -> Decimal:
    """Net income of a business; a loss is a negative amount (`allowance.income.loss` says how it counts)."""
    return reading.money(raw, least=-reading.MAX_MONEY)


def _row_or_none(raw: Any) -> int | None:
    return None if raw in (None, "", 0) else reading.whole(raw)


def _age(raw: Any) -> int:
    try:
        return reading.whole(raw, 0, OLDEST)
    except Unreadable:
        raise Unreadable(reason=tr("请填写大约年龄（周岁）")) from None


def _grade(raw: Any) -> int:
    try:
        return reading.whole(raw, 0, MAX_GRADE)
    except Unreadable:
        raise Unreadable(reason=tr("残疾等级应为 1 至 4 级")) from None


def _count(raw: Any) -> Decimal:
    value = reading.number(raw, 0)
    if not 0 <= value <= MAX_COUNT:
        raise Unreadable(reason=tr("数量应在 0 至 {max_count} 之间", max_count=MAX_COUNT))
    return value
