"""What papers say, filled from plain values: minors' names, the householder, opinions of the level that decided, gaps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from processes.access.models import Division
from processes.cases.models import Case, WorkItem
from processes.errors import NobodyLeft, PaperValueMissing
from processes.papers import assemble
from processes.papers import contracts as c
from processes.papers.assemble import Source
from processes.papers.models import Handwriting
from processes.people.forms import CATEGORIES, PROPERTY_KINDS, WORK_ABILITIES, disability
from processes.policy import values
from processes.releases.bundle import PaperRule
from processes.relief.models import Award
from processes.storage.unit_of_work import UnitOfWork
from tests.builders import few_rows
from tests.builders.few_rows import COUNTY, NOW, TOWNSHIP, VILLAGE, case_of

TODAY = date(2026, 3, 2)
HEADER = c.Header("县镇人民政府", "公示", "1号", "2026-03-02", "N-1", "ABC", "镇", True)
EVENING = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)  # 2 March 00:30 in China
NODES = {
    "opinion": SimpleNamespace(id="opinion", name="提出意见", role="township_leader", decision="standard"),
    "visit": SimpleNamespace(id="visit", name="入户调查", role="investigator", decision=None),
    "check": SimpleNamespace(id="check", name="核对", role="checker", decision="standard"),
}
SHEET = SimpleNamespace(
    id="standard",
    lines=[
        SimpleNamespace(name="monthly", title="月保障金", unit="元", article="第九条", shown=True),
        SimpleNamespace(name="hidden", title="中间值", unit="元", article="", shown=False),
        SimpleNamespace(name="absent", title="未算", unit="元", article="", shown=True),
    ],
)
FORM = {
    "components": [
        {"type": "textfield", "key": "statement", "id": "statement", "label": "意见"},
        {"type": "select", "key": "second", "id": "second", "label": "同行人", "valuesKey": "colleagues"},
    ]
}  # fmt: skip


def definition(process: str) -> Any:
    diagrams = {"main": SimpleNamespace(nodes=NODES)} if process == "apply" else {}
    return SimpleNamespace(process="main", diagrams=diagrams, sheets={"standard": SHEET})


class Policy:
    """The county's age of adults."""

    def value(self, name: str, on: date, division: str) -> Any:
        assert (name, on, division) == ("allowance.surcharge.adult_age", TODAY, VILLAGE)
        return Decimal(18)


@pytest.fixture
def uow() -> Iterator[UnitOfWork]:
    with few_rows.unit_of_work() as made:
        few_rows.stored(
            made, case_of(1, applicant="张小明", process="apply"), few_rows.person(1), *few_rows.household(10, 1),
            Division(code=COUNTY, name="某县", full_name="某县"), Division(code=TOWNSHIP, name="某镇", full_name="某县某镇"),
            Division(code=VILLAGE, name="某村", full_name="某县某镇某村"),
        )  # fmt: skip
        yield made


def member(**more: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "name": "张小明", "relation": "本人", "sex": "男", "age": 40, "id_number": "340199198601010011",
        "disability_kind": "", "disability_grade": 0, "grave_illness": False, "is_student": False,
        "work_ability": "able", "income": Decimal("1200.5"),
    }  # fmt: skip
    return plain | more


def step(task: str, **more: Any) -> WorkItem:
    plain: dict[str, Any] = {
        "task": task, "title": NODES[task].name, "role": NODES[task].role, "status": "done", "completed_by": "钱镇长", "offered_at": EVENING,
        "completed_at": EVENING, "submission": {"statement": "同意"}, "form": "form", "ref": f"{task}#1",
    }  # fmt: skip
    return WorkItem(**(plain | more))


def source(
    uow: UnitOfWork, *items: WorkItem, members: tuple[dict[str, Any], ...] = (), **more: Any
) -> Source:
    """A source of plain values; the household as computed with is that of the members given."""
    rule: dict[str, Any] = {
        "id": "paper", "title": "公示", "template": "t", "series": "s", "contract": "notice", "register_now": True,
        "opinions": ("opinion",),
    }  # fmt: skip
    bundle: Any = SimpleNamespace(
        policy=Policy(), definition=definition, form=lambda name: FORM if name == "form" else None,
        start=lambda process: SimpleNamespace(form="form" if process == "apply" else "")
    )  # fmt: skip
    clocks: Any = SimpleNamespace(uow=uow, dues=dict, rows=[SimpleNamespace(name="acceptance", due_on=TODAY)])
    data = more.pop("data", {"accepted_on": TODAY})
    case = uow.session.get_one(Case, 1)
    made = Source(uow.session, case, bundle, PaperRule(**(rule | more)), items, data, clocks, TODAY)
    made.__dict__["household"] = {
        "members": list(members or (member(),)), "category": "ordinary", "address": "一组", "properties": [],
    }  # fmt: skip
    return made


def notice(uow: UnitOfWork, *items: WorkItem, **more: Any) -> dict[str, Any]:
    return assemble.contract(source(uow, *items, **more), HEADER)


@pytest.mark.parametrize(("age", "shown"), [(17, "张某某"), (18, "张小明"), (40, "张小明")])
def test_notice__a_minor_s_name_is_masked(uow: UnitOfWork, age: int, shown: str) -> None:
    grown = member(relation="父亲", age=50)
    assert notice(uow, members=(grown, member(age=age)))["applicant"] == shown


def test_notice__nothing_else_that_tells_who_it_is(uow: UnitOfWork) -> None:
    made = notice(uow, step("opinion"), members=(member(), member(relation="配偶")), fields={"n": "1 + 1"})
    assert made == {
        "header": {
            "office": "县镇人民政府", "title": "公示", "number": "1号", "issued_on": "2026-03-02", "case_number": "N-1",
            "code": "ABC", "place": "镇", "decided": True, "phone": "", "address": "", "review_body": "", "court": "",
        },
        "applicant": "张小明", "village": "某村", "persons": "2", "opinion": "同意", "fields": {"n": "2"},
    }  # fmt: skip
    assert notice(uow, opinions=())["opinion"] == ""
    assert notice(uow)["opinion"] == ""


def test_householder__the_first_member_if_they_died_and_nobody_is_an_error(uow: UnitOfWork) -> None:
    assert (
        notice(uow, members=(member(relation="配偶", age=10), member(relation="儿子")))["applicant"]
        == "张某某"
    )
    empty = source(uow)
    empty.__dict__["household"]["members"] = []
    with pytest.raises(NobodyLeft):
        assemble.contract(empty, HEADER)


def test_contract__of_no_other_kind(uow: UnitOfWork) -> None:
    with pytest.raises(PaperValueMissing) as missing:
        notice(uow, contract="poster")
    assert "公示" in missing.value.message and "没有名为“poster”的合同" in missing.value.message
    assert "XX" not in missing.value.message


def test_names_and_offices__of_county_and_township(uow: UnitOfWork) -> None:
    assert assemble.names(uow.session, VILLAGE) == {"county": "某县", "township": "某镇", "village": "某村"}
    assert assemble.names(uow.session, "340199109201") == {"county": "某县", "township": "", "village": ""}
    assert assemble.office_name(uow.session, VILLAGE, "county") == "某县民政局"
    assert assemble.office_name(uow.session, VILLAGE, "township") == "某县某镇人民政府"
    assert assemble.office_code(VILLAGE, "county") == COUNTY
    assert assemble.office_code(VILLAGE, "township") == TOWNSHIP


def test_letter__recipient_values_and_answers(uow: UnitOfWork) -> None:
    made = notice(
        uow, step("opinion", second="李四"), step("visit", status="open"), step("check", form=""), contract="letter",
        data={"accepted_on": TODAY, "application": {"statement": "困难"}, "other": 1}, fields={"due": "clock_due.acceptance"},
    )  # fmt: skip
    assert (made["recipient"], made["decision"]) == ("张小明", None)
    assert made["fields"] == {"due": "2026-03-02"}
    assert made["answers"] == {
        "opinion": {"statement": "同意", "second": "李四", "by": "钱镇长"}, "application": {"statement": "困难"},
    }  # fmt: skip


def test_fields__a_value_that_is_missing_leaves_no_gap(uow: UnitOfWork) -> None:
    with pytest.raises(PaperValueMissing) as missing:
        notice(uow, fields={"amount": "award.monthly"})
    assert missing.value.message.count("amount：") == 1 and "公示" in missing.value.message


def test_fields__of_the_award(uow: UnitOfWork) -> None:
    award = Award(
        case_id=1, household_id=10, division=VILLAGE, programme="allowance", programme_title="低保", programme_code="DB",
        monthly_amount=Decimal("604.50"), from_month="2026-04", grade="B", cover="household", question="q", granted_at=NOW,
    )  # fmt: skip
    few_rows.stored(uow, award)
    fields = {"monthly": "award.monthly", "from": "award.from_month", "grade": "award.grade"}
    assert notice(uow, fields=fields)["fields"] == {
        "monthly": "604.50", "from": "2026-04", "grade": "B",
    }  # fmt: skip


def form(uow: UnitOfWork, *items: WorkItem, **more: Any) -> dict[str, Any]:
    return assemble.contract(source(uow, *items, contract="opinion_form", **more), HEADER)


def test_form__the_members_and_the_applicant(uow: UnitOfWork) -> None:
    ill = member(
        name="王芳", relation="配偶", id_number="", grave_illness=True, is_student=True, disability_kind="physical",
        disability_grade=2, work_ability="none", income=Decimal(0), age=39, sex="女",
    )  # fmt: skip
    made = form(uow, members=(ill, member()))
    wife, head = made["members"]
    assert made["applicant"] == head
    assert head == {
        "name": "张小明", "relation": "本人", "sex": "男", "age": "40", "id_number": "340199198601010011",
        "condition": "健康", "work_ability": WORK_ABILITIES["able"], "income": "1200.50",
    }  # fmt: skip
    disabled = disability("physical", 2)
    assert wife["condition"] == f"{disabled}、重病、在校学生"
    assert (wife["id_number"], wife["income"], wife["age"]) == ("无证件", "0.00", "39")
    assert (made["address"], made["phone"], made["category"]) == (
        "一组",
        "",
        CATEGORIES.get("ordinary", "ordinary"),
    )
    assert made["decision"] is None


def test_form__properties_and_computed_lines(uow: UnitOfWork) -> None:
    kind = next(iter(PROPERTY_KINDS))
    made = source(
        uow,
        contract="opinion_form",
        data={"accepted_on": TODAY, "standard": {"monthly": Decimal("604.50"), "hidden": 1}},
    )
    made.__dict__["household"]["properties"] = [
        {"kind": kind, "quantity": Decimal("2.50"), "evidence": "房产证"}
    ]
    filled = assemble.contract(made, HEADER)
    assert filled["properties"] == [
        {"title": PROPERTY_KINDS[kind], "value": "2.5", "unit": "", "article": "房产证"}
    ]
    assert filled["computation"] == [
        {
            "title": "月保障金",
            "value": values.shown(Decimal("604.50")),
            "unit": "元",
            "article": "第九条",
        }
    ]
    assert form(uow, data={"accepted_on": TODAY, "standard": 5})["computation"] == []


def said(opinions: list[dict[str, str]]) -> list[tuple[str, ...]]:
    return [(o["step"], o["role"], o["text"], o["by"], o["on"], o["duty"]) for o in opinions]


def test_opinions__the_last_one_of_each_step_or_an_empty_box(uow: UnitOfWork) -> None:
    made = form(
        uow, step("opinion", submission={"statement": "不同意"}), step("opinion", completed_for="周书记"),
        step("opinion", status="open", submission={"statement": "草稿"}), step("opinion", status="superseded"),
        step("visit", status="superseded"), opinions=("visit", "opinion", "check", "gone"), approving=("opinion",),
    )  # fmt: skip
    assert said(made["opinions"]) == [
        ("入户调查", "乡镇调查员", "", "", "", "经办人"),
        ("提出意见", "乡镇分管领导", "同意", "钱镇长（代周书记）", "2026-03-02", "审批人"),
        ("核对", "checker", "", "", "", "经办人"), ("", "", "", "", "", "经办人"),
    ]  # fmt: skip
    assert said(made["superseded"]) == [
        ("提出意见", "乡镇分管领导", "同意", "钱镇长", "2026-03-02", "审批人"),
        ("入户调查", "乡镇调查员", "同意", "钱镇长", "2026-03-02", "经办人"),
    ]  # fmt: skip


def test_opinions__a_leader_who_does_not_decide_examines(uow: UnitOfWork) -> None:
    made = form(uow, step("opinion", completed_at=None, completed_by=None, submission=None))
    assert said(made["opinions"]) == [("提出意见", "乡镇分管领导", "", "", "", "审核人")]
    county = step("visit", role="county_leader")
    assert form(uow, county, opinions=("visit",))["opinions"][0]["duty"] == "审核人"


def test_opinions__of_the_level_that_decided(uow: UnitOfWork) -> None:
    more: dict[str, Any] = {
        "opinions": ("visit", "opinion", "check"),
        "township_step": "opinion",
        "level": "county",
    }
    at_county = form(uow, step("visit"), step("opinion", status="superseded"), **more)
    assert [o["step"] for o in at_county["opinions"]] == ["入户调查", "核对"]
    at_township = form(uow, step("visit"), step("opinion"), step("check", status="open"), **more)
    assert [o["step"] for o in at_township["opinions"]] == ["入户调查", "提出意见"]


def test_handwriting__of_valid_steps_in_order(uow: UnitOfWork) -> None:
    def written(number: int, ref: str, **more: Any) -> Handwriting:
        plain: dict[str, Any] = {
            "id": number, "case_id": 1, "ref": ref, "signer": f"人{number}", "picture": {"png": "AAAA"}, "at": EVENING,
            "by": "x",
        }  # fmt: skip
        return Handwriting(**(plain | more))

    few_rows.stored(
        uow, written(2, "visit#1"), written(1, "opinion#1"), written(3, "check#1"), written(4, "other#1"),
        written(5, "visit#1", case_id=2),
    )  # fmt: skip
    made = form(uow, step("visit", status="open"), step("opinion"), step("check", status="superseded"))
    assert made["handwriting"] == [
        {"signer": "人1", "task": "opinion", "on": "2026-03-02", "picture": "data:image/png;base64,AAAA"},
        {"signer": "人2", "task": "visit", "on": "2026-03-02", "picture": "data:image/png;base64,AAAA"},
    ]  # fmt: skip
