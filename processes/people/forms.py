"""What a household screen or a scenario hands over: plain frozen values, checked here.

Kinds of income, expense and property are a closed list: the calculation sheets name them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from processes.errors import FormInvalid, IdNumberInvalid
from processes.people import id_number as ids

INCOME_KINDS = {
    "wages": "工资性收入",
    "business": "经营净收入",
    "property": "财产净收入",
    "transfer": "转移净收入",
    "exempt": "不计入收入（优抚、奖励、计生、奖助学金等）",
}
TUITION = "tuition"
EXPENSE_KINDS = {"medical": "自付医疗费用", TUITION: "学费"}
PROPERTY_KINDS = {
    "deposits": "存款、证券（元）",
    "cars": "机动车（辆）",
    "dwellings": "住房（套）",
    "companies": "经营企业（家）",
}
RELATIONS = ("本人", "配偶", "子女", "父母", "祖父母", "孙子女", "兄弟姐妹", "儿媳女婿", "其他")
WORK_ABILITIES = {"able": "有劳动能力", "hindered": "部分劳动能力", "none": "无劳动能力"}
DISABILITY_KINDS = ("", "视力", "听力", "言语", "肢体", "智力", "精神", "多重")
CATEGORIES = {
    "": "一般家庭",
    "returned_to_poverty": "返贫人口",
    "newly_poor": "新增贫困人口",
    "monitored": "脱贫监测户",
    "marginal": "边缘户",
    "registered": "建档立卡户",
}
MAX_MEMBERS = 30
WITHOUT_NUMBER = "无"
"""What a clerk types for a person who has no ID number at hand."""
OLDEST = 120
MAX_AMOUNT = Decimal("99999999.99")
MAX_GRADE = 4
MONEY_PLACES = 2
_PHONE = re.compile(r"^[\d\-+ ]{5,20}$")


@dataclass(frozen=True, slots=True)
class LineForm:
    """An income, expense or property line; `member` is the position of the person it belongs to."""

    kind: str
    amount: Decimal
    member: int = 0
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class MemberForm:
    """A member as typed; birth date and sex come from the ID number."""

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
    """The provisional person that this row was before (no ID number yet); None for a new one."""


@dataclass(frozen=True, slots=True)
class HouseholdForm:
    """A whole household as one page hands it over."""

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
    """Check a household as JSON; raises `FormInvalid` with a sentence per field (`members.0.name`)."""
    reader = _Reader(raw, today)
    form = reader.household()
    if reader.faults:
        raise FormInvalid(reader.faults)
    return form


class _Reader:
    """Collects every fault instead of stopping at the first."""

    def __init__(self, raw: dict[str, Any], today: date) -> None:
        self.raw = raw
        self.today = today
        self.faults: dict[str, list[str]] = {}

    def household(self) -> HouseholdForm:
        """The whole form; faults are collected beside it."""
        phone = self.text("phone", self.raw.get("phone", ""), 20, required=False)
        if phone and not _PHONE.match(phone):
            self.fault("phone", "请填写手机号码或带区号的固定电话")
        members = self.members()
        expenses = self.lines("expenses", EXPENSE_KINDS, len(members))
        self.students_only(expenses, members)
        return HouseholdForm(
            division=self.text("division", self.raw.get("division", ""), 12),
            address=self.text("address", self.raw.get("address", ""), 200),
            phone=phone,
            category=self.choice("category", self.raw.get("category", ""), CATEGORIES),
            members=members,
            incomes=self.lines("incomes", INCOME_KINDS, len(members)),
            expenses=expenses,
            properties=self.lines("properties", PROPERTY_KINDS, max(len(members), 1)),
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
                    f"{members[line.member].name}没有登记为在校学生，不能登记学费。确为在校学生的，请先在成员中勾选",
                )

    def members(self) -> tuple[MemberForm, ...]:
        """Members in order; exactly one 本人, no ID number twice."""
        rows = self.raw.get("members") or []
        if not rows:
            self.fault("members", "请至少登记一名家庭成员")
        if len(rows) > MAX_MEMBERS:
            self.fault("members", f"家庭成员不能超过 {MAX_MEMBERS} 人")
        found = tuple(self.member(n, row) for n, row in enumerate(rows[:MAX_MEMBERS]))
        if rows and [m.relation for m in found].count("本人") != 1:
            self.fault("members", "家庭成员中应有且只有一名“本人”（户主）")
        numbers = [m.id_number for m in found if m.id_number]
        for n, member in enumerate(found):
            if member.id_number and numbers.count(member.id_number) > 1:
                self.fault(f"members.{n}.id_number", "同一身份证号登记了两次")
        return found

    def member(self, n: int, row: dict[str, Any]) -> MemberForm:
        """One member; the ID number gives birth date and sex."""
        place = f"members.{n}"
        number, birth_on, sex = "", self.today, "男"
        without = str(row.get("id_number", "")).strip() == WITHOUT_NUMBER
        try:
            if without:
                birth_on, sex = self.estimated(place, row)
            else:
                identity = ids.read(str(row.get("id_number", "")), self.today)
                number, birth_on, sex = identity.number, identity.birth_on, identity.sex
        except IdNumberInvalid as invalid:
            self.fault(f"{place}.id_number", invalid.message)
        kind = self.choice(f"{place}.disability_kind", row.get("disability_kind", ""), DISABILITY_KINDS)
        grade = self.grade(place, row.get("disability_grade", 0), kind)
        return MemberForm(
            name=self.text(f"{place}.name", row.get("name", ""), 60),
            relation=self.choice(f"{place}.relation", row.get("relation", ""), RELATIONS),
            id_number=number,
            birth_on=birth_on,
            sex=sex,
            disability_kind=kind,
            disability_grade=grade,
            grave_illness=bool(row.get("grave_illness")),
            is_student=bool(row.get("is_student")),
            work_ability=self.choice(
                f"{place}.work_ability", row.get("work_ability", "able"), WORK_ABILITIES
            ),
            provisional_id=int(row.get("person_id") or 0) or None if without else None,
        )

    def estimated(self, place: str, row: dict[str, Any]) -> tuple[date, str]:
        """Birth date and sex of a person without an ID number, as they appear (C34)."""
        sex = self.choice(f"{place}.sex", row.get("sex", ""), ("男", "女"))
        text = str(row.get("estimated_age", "")).strip()
        if not text.isdigit() or not 0 <= int(text) <= OLDEST:
            self.fault(f"{place}.estimated_age", "请填写大约年龄（周岁）")
            return self.today, sex
        return date(self.today.year - int(text), 1, 1), sex

    def grade(self, place: str, raw: Any, kind: str) -> int:
        """The disability grade 1–4, 0 for none; kind and grade belong together."""
        try:
            grade = int(raw or 0)
        except (TypeError, ValueError):
            grade = -1
        if not 0 <= grade <= MAX_GRADE:
            self.fault(f"{place}.disability_grade", "残疾等级应为 1 至 4 级")
            return 0
        if bool(grade) != bool(kind):
            self.fault(f"{place}.disability_grade", "残疾类别和等级须同时填写")
        return grade

    def lines(self, name: str, kinds: dict[str, str], members: int) -> tuple[LineForm, ...]:
        """Lines of income, expense or property."""
        found = []
        for n, row in enumerate(self.raw.get(name) or []):
            place = f"{name}.{n}"
            member = row.get("member", 0)
            if not isinstance(member, int | Decimal) or not 0 <= int(member) < members:
                self.fault(f"{place}.member", "请选择家庭成员")
                member = 0
            found.append(
                LineForm(
                    kind=self.choice(f"{place}.kind", row.get("kind", ""), kinds),
                    amount=self.amount(f"{place}.amount", row.get("amount")),
                    member=int(member),
                    evidence=self.text(f"{place}.evidence", row.get("evidence", ""), 120, required=False),
                )
            )
        return tuple(found)

    def text(self, place: str, raw: Any, longest: int, required: bool = True) -> str:
        """Trimmed text of bounded length."""
        value = str(raw or "").strip()
        if required and not value:
            self.fault(place, "请填写此项")
        if len(value) > longest:
            self.fault(place, f"不能超过 {longest} 个字")
        return value

    def choice(self, place: str, raw: Any, allowed: Any) -> str:
        """One of a closed list."""
        value = str(raw or "")
        if value not in allowed:
            self.fault(place, "请从列表中选择")
            return str(next(iter(allowed)))
        return value

    def amount(self, place: str, raw: Any) -> Decimal:
        """A non-negative amount with at most two places."""
        try:
            value = Decimal(str(raw).strip())
        except InvalidOperation:
            self.fault(place, "请填写数字，例如 12000 或 350.50")
            return Decimal(0)
        if not value.is_finite() or value < 0 or value > MAX_AMOUNT:
            self.fault(place, "金额应在 0 至 99999999.99 之间")
            return Decimal(0)
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and exponent < -MONEY_PLACES:
            self.fault(place, "最多保留两位小数")
        return value

    def fault(self, place: str, sentence: str) -> None:
        """Note what is wrong at a place."""
        self.faults.setdefault(place, []).append(sentence)
