"""A person belongs to one place: linked elsewhere, differences for both, a history; lines belong to persons."""

from __future__ import annotations

import html
import json
import re
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from processes.cases.models import Notice
from processes.engine import expressions
from processes.errors import (
    FormInvalid,
    HouseholdDoubtful,
    HouseholdNotFound,
    NotFound,
    RuleBroken,
    StaleHousehold,
)
from processes.office.people.households import SaveHousehold
from processes.office.people.resolve import ResolveDifference
from processes.office.people.transfers import AskTransfer
from processes.oversight import canonical
from processes.people import persons, queries
from processes.people.id_number import compose
from processes.people.models import Household, Income, Person, PersonDifference, PersonVersion
from processes.rehearsal.registering import household_form, save
from processes.rehearsal.stage import Stage
from processes.storage import keyring
from tests.builders import cases
from tests.builders.desks import Person as Browser

TWO = "340199102201"
ALONE = {
    "members": [
        {"name": "周单身", "relation": "本人", "birth": "1975-03-01", "sex": "男", "work_ability": "hindered"}
    ]
}
"""One person without income."""


def form(**member: Any) -> dict[str, Any]:
    return household_form({"members": [ALONE["members"][0] | member]}, TWO)


def everywhere(stage: Stage, kind: type[Any]) -> list[Any]:
    with stage.database.reading("") as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def two_files(stage: Stage, **member: Any) -> tuple[str, str]:
    stage.set_clock(cases.noon())
    own = cases.a_household(stage, raw=ALONE)
    other = save(stage.office, stage.actor("window_clerk", TWO), form(**member), confirm=True)
    return own, other


def test_another_township__links_the_person_and_writes_nothing(stage: Stage) -> None:
    two_files(
        stage,
        name="周单生",
        disability_kind="肢体",
        disability_grade=1,
        grave_illness=True,
        work_ability="none",
    )
    (person,) = everywhere(stage, Person)
    assert (person.name, person.disability_kind, person.disability_grade) == ("周单身", "", 0)
    assert (person.grave_illness, person.work_ability, person.home) == (False, "hindered", "340199101")
    found = everywhere(stage, PersonDifference)
    assert sorted(d.field for d in found) == ["disability", "grave_illness", "name", "work_ability"]
    # 2026-03-02 is a Monday; five working days after it is Monday the 9th
    assert {str(d.due_on) for d in found} == {"2026-03-09"}
    assert {n.kind for n in everywhere(stage, Notice)} == {"difference"}


def test_both_places_see_it__the_place_of_the_file_resolves_it(stage: Stage) -> None:
    own, other = two_files(stage, disability_kind="肢体", disability_grade=2)
    here, there = Browser(stage, "window_clerk"), Browser(stage, "t2_clerk")
    for page in (
        here.get("/differences"),
        there.get("/differences"),
        here.get(f"/households/{own}"),
        there.get(f"/households/{other}"),
    ):
        assert "肢体二级" in page.text
    assert "采纳</button>" in here.get("/differences").text
    assert "采纳</button>" not in there.get("/differences").text
    assert "没有待处理的登记差异" in Browser(stage, "t3_clerk").get("/differences").text
    (difference,) = everywhere(stage, PersonDifference)
    assert (
        there.post(f"/differences/{difference.id}/resolve", {"accept": "1", "reason": "x"}).status_code == 404
    )
    assert (
        here.post(f"/differences/{difference.id}/resolve", {"accept": "1", "reason": ""}).status_code == 409
    )
    answer = here.post(
        f"/differences/{difference.id}/resolve",
        {"accept": "1", "reason": "已核对残疾证", "back": "/differences"},
    )
    assert answer.status_code == 302
    (person,) = everywhere(stage, Person)
    assert (person.disability_kind, person.disability_grade) == ("肢体", 2)
    with pytest.raises(RuleBroken):
        clerk = stage.actor("window_clerk", cases.VILLAGE)
        stage.office.perform(ResolveDifference(difference.id, False, "再来"), clerk)
    told = here.get(f"/households/{own}/history").text
    assert "采纳登记差异（已核对残疾证）" in told
    assert "残疾：无 → 肢体二级" in told
    # the page that was opened before does not write the old value back
    with pytest.raises(StaleHousehold):
        stage.office.perform(SaveHousehold(household_form(ALONE, cases.VILLAGE), own, 1), clerk)


def test_a_number_typed_with_any_name__does_not_tell_what_is_on_file(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    number = {"id_number": compose("340199", date(1975, 3, 1), 777)}
    on_file = ALONE["members"][0] | number | {"disability_kind": "精神", "disability_grade": 2}
    cases.a_household(stage, raw={"members": [on_file]})
    there = stage.actor("window_clerk", TWO)
    head = {"name": "吴户主", "relation": "本人", "birth": "1970-03-01", "sex": "男"}
    guessed = ALONE["members"][0] | number | {"name": "吴某某", "relation": "其他", "work_ability": "none"}
    other = save(stage.office, there, household_form({"members": [head, guessed]}, TWO), confirm=True)
    guesser = Browser(stage, "t2_clerk")
    for address in (
        "/differences",
        "/differences?all=1",
        f"/households/{other}",
        f"/households/{other}/history",
    ):
        page = guesser.get(address).text
        assert "吴某某" in page, address
        for secret in ("周单身", "精神二级", "340199101-H-"):
            assert secret not in page, (address, secret)
    assert "与档案所在地登记的不一致" in guesser.get("/differences").text
    for settles in ("window_clerk", "county_clerk"):
        page = Browser(stage, settles).get("/differences").text
        for both in ("周单身", "吴某某", "精神二级"):
            assert both in page, settles
    assert "没有待处理的登记差异" in Browser(stage, "t3_clerk").get("/differences").text


def test_a_declined_value__is_not_asked_again__another_one_is(stage: Stage) -> None:
    _, other = two_files(stage, name="周单生")
    (difference,) = everywhere(stage, PersonDifference)
    stage.office.perform(
        ResolveDifference(difference.id, False, "以户口簿为准"), stage.actor("window_clerk", cases.VILLAGE)
    )
    there = stage.actor("window_clerk", TWO)
    save(stage.office, there, form(name="周单生"), other, 1)
    assert [d.status for d in everywhere(stage, PersonDifference)] == ["declined"]
    save(stage.office, there, form(name="周丹生"), other, 2)
    assert [d.status for d in everywhere(stage, PersonDifference)] == ["declined", "open"]
    save(stage.office, there, form(), other, 3)
    assert [d.status for d in everywhere(stage, PersonDifference)] == ["declined", "lapsed"]


def test_the_other_place_saves_something_else__the_difference_still_waits(stage: Stage) -> None:
    _, other = two_files(
        stage, name="周单生", disability_kind="肢体", disability_grade=2, died_on="2026-02-28"
    )
    there = Browser(stage, "t2_clerk")
    page = there.get(f"/households/{other}").text
    content = json.loads(html.unescape(page.split('id="content-data">')[1].split("</script>")[0]))
    member = content["members"][0]
    assert (member["name"], member["disability_kind"], member["disability_grade"], member["died_on"]) == (
        "周单生", "肢体", 2, "2026-02-28",
    )  # fmt: skip
    body = {"form": content | {"phone": "13800000009"}, "household": other, "version": 1}
    saved = there.send("/households/save", body)  # what is unusual about it was confirmed before
    assert saved.status_code == 200
    assert {(d.field, d.status) for d in everywhere(stage, PersonDifference)} == {
        ("name", "open"), ("disability", "open"), ("died_on", "open"),
    }  # fmt: skip


def test_every_change_of_a_person__has_its_source(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    number = cases.a_household(stage, raw=ALONE)
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    raw = {
        "members": [
            ALONE["members"][0] | {"disability_kind": "精神", "disability_grade": 3, "died_on": "2026-02-28"}
        ]
    }
    save(stage.office, clerk, household_form(raw, cases.VILLAGE), number, 1, confirm=True)
    first, second = everywhere(stage, PersonVersion)
    assert first.source == second.source == f"家庭档案 {number}"
    changed = persons.changes(first.content, second.content)
    assert changed == [("残疾", "无", "精神三级"), ("去世日期", "健在", "2026-02-28")]


def test_lines_name_persons__a_line_of_nobody_is_refused(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    raw = {
        "members": [
            {
                "name": "郭父",
                "relation": "本人",
                "birth": "1970-03-01",
                "sex": "男",
                "income": {"wages": 14400},
            },
            {"name": "郭妻", "relation": "配偶", "birth": "1972-03-01", "sex": "女"},
            {
                "name": "郭子",
                "relation": "子女",
                "birth": "1998-03-01",
                "sex": "男",
                "income": {"wages": 9000},
            },
        ]
    }
    number = cases.a_household(stage, raw=raw)
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    kept = household_form(raw, cases.VILLAGE)
    kept["members"] = [m for m in kept["members"] if m["name"] != "郭妻"]
    stage.office.perform(SaveHousehold(kept, number, 1), clerk)
    with stage.database.reading("") as session:
        rows = session.execute(
            select(Person.name, Income.annual_amount).join(Income, Income.person_id == Person.id)
        )
        assert sorted((name, str(amount)) for name, amount in rows) == [
            ("郭子", "9000.00"),
            ("郭父", "14400.00"),
        ]
    gone = kept | {"members": [m for m in kept["members"] if m["name"] != "郭子"]}
    with pytest.raises(FormInvalid) as fault:
        stage.office.perform(SaveHousehold(gone, number, 2), clerk)
    assert "已不在名单中" in fault.value.fields["incomes.1.member"][0]


UNUSUAL = [
    ({"name": "小花", "relation": "配偶", "birth": "2023-05-01", "sex": "女"}, "未到法定婚龄"),
    ({"name": "老儿", "relation": "子女", "birth": "1960-01-01", "sex": "男"}, "年龄比户主还大"),
    ({"name": "少父", "relation": "父母", "birth": "1980-01-01", "sex": "男"}, "年龄比户主还小"),
    ({"name": "近子", "relation": "子女", "birth": "1984-01-01", "sex": "男"}, "与户主年龄相差过小"),
    ({"name": "周单身", "relation": "兄弟姐妹", "birth": "1978-01-01", "sex": "男"}, "姓名相同"),
    ({"name": "人瑞", "relation": "祖父母", "birth": "1911-01-01", "sex": "女"}, "已满 110 周岁"),
]


@pytest.mark.parametrize(("member", "said"), UNUSUAL, ids=[said for _, said in UNUSUAL])
def test_a_family_that_can_hardly_be__is_confirmed(stage: Stage, member: dict[str, Any], said: str) -> None:
    stage.set_clock(cases.noon())
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    asked = household_form({"members": [*ALONE["members"], member]}, cases.VILLAGE)
    with pytest.raises(HouseholdDoubtful) as doubt:
        stage.office.perform(SaveHousehold(asked), clerk)
    (sentence,) = doubt.value.sentences
    assert said in sentence
    assert everywhere(stage, Household) == []
    saved = stage.office.perform(SaveHousehold(asked, confirmed=(sentence,)), clerk)
    # confirmed once, it is not asked again
    stage.office.perform(SaveHousehold(asked, saved.household, 1), clerk)


def test_two_spouses__and_one_person_in_two_files(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    wives = [
        {"name": "大妻", "relation": "配偶", "birth": "1976-01-01", "sex": "女"},
        {"name": "小妻", "relation": "配偶", "birth": "1980-01-01", "sex": "女"},
    ]
    with pytest.raises(HouseholdDoubtful) as doubt:
        stage.office.perform(
            SaveHousehold(household_form({"members": [*ALONE["members"], *wives]}, cases.VILLAGE)), clerk
        )
    assert doubt.value.sentences == ["登记了 2 名配偶：大妻、小妻"]
    own = cases.a_household(stage, raw=ALONE)
    with pytest.raises(HouseholdDoubtful) as doubt:
        stage.office.perform(SaveHousehold(household_form(ALONE, "340199101202")), clerk)
    (sentence,) = doubt.value.sentences
    assert re.fullmatch(
        rf"证件号码尾号 [0-9]{{3}}[0-9X] 的成员已在另一户档案中登记（{own}），同一人不应同时属于两户",
        sentence,
    )
    # Whoever types the number with any name is not told whose it is.
    guessed = {"members": [{**ALONE["members"][0], "name": "不知名"}]}
    with pytest.raises(HouseholdDoubtful) as doubt:
        stage.office.perform(SaveHousehold(household_form(guessed, "340199101202")), clerk)
    assert "周单身" not in " ".join(doubt.value.sentences)
    assert sentence in doubt.value.sentences


def test_who_leaves_and_draws__is_asked_about(stage: Stage) -> None:
    drawing = cases.a_case(stage, at="serve_confirmation")  # 张建国 and 李秀英 draw
    with stage.database.reading("") as session:
        number, version = session.execute(select(Household.number, Household.version)).one()
    kept = household_form({"members": cases.HOUSEHOLD["members"][:1]}, cases.VILLAGE)
    with pytest.raises(HouseholdDoubtful) as doubt:
        stage.office.perform(SaveHousehold(kept, number, version), stage.actor("window_clerk", cases.VILLAGE))
    assert f"李秀英移出本户，其最低生活保障（{drawing}）仍在发放" in doubt.value.sentences[0]


def test_who_is_dead_and_draws__is_asked_about__and_no_member_any_more(stage: Stage) -> None:
    drawing = cases.a_case(stage, at="serve_confirmation")
    with stage.database.reading("") as session:
        number, version = session.execute(select(Household.number, Household.version)).one()
    man, wife = cases.HOUSEHOLD["members"]
    raw = {
        "members": [
            man | {"disability_kind": "肢体", "disability_grade": 2},
            wife | {"died_on": "2026-03-01"},
        ]
    }
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    with pytest.raises(HouseholdDoubtful) as doubt:
        stage.office.perform(SaveHousehold(household_form(raw, cases.VILLAGE), number, version), clerk)
    (said,) = doubt.value.sentences
    assert said == f"李秀英登记去世，其最低生活保障（{drawing}）仍在发放，应及时复核待遇"
    save(stage.office, clerk, household_form(raw, cases.VILLAGE), number, version, confirm=True)
    with stage.database.reading("") as session:
        household = session.scalars(select(Household)).one()
        before = queries.facts(household, date(2026, 2, 28))
        now = queries.facts(household, date(2026, 3, 2))
    assert [m["relation"] for m in before["members"]] == ["本人", "配偶"]
    assert [m["relation"] for m in now["members"]] == ["本人"]
    # a sheet or a table may ask for the kind as well as for the grade
    severe = (
        "[m.relation for m in household.members if m.disability_kind == '肢体' and m.disability_grade <= 2]"
    )
    assert expressions.evaluate(expressions.parse(severe), {"household": now}) == ["本人"]
    assert "肢体二级" in Browser(stage, "window_clerk").get(f"/households/{number}").text


def test_what_waits_too_long__is_seen_by_the_county(stage: Stage) -> None:
    two_files(stage, name="周单生")
    stage.office.perform(
        AskTransfer("340199101-H-000001", "340199102", "迁居"), stage.actor("window_clerk", cases.VILLAGE)
    )
    county = Browser(stage, "county_clerk")
    assert "超期" not in county.get("/oversight").text.split("各乡镇在办")[0].split("紧急和超期")[0]
    stage.set_clock(
        datetime.fromisoformat("2026-03-17T09:00")
    )  # ten working days after 2 March are over on the 16th
    page = county.get("/oversight").text
    assert "登记差异超期未处理 1 项" in page
    assert "迁移超期未接收 1 件" in page


def test_half_a_car__and_other_entries_are_told_at_their_field(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    asked = household_form(ALONE | {"property": {"cars": "0.5"}}, cases.VILLAGE)
    asked["incomes"] = [
        {"kind": "wages", "amount": "1e5", "member": "m0"},
        {"kind": "wages", "amount": "1，000", "member": "m0"},
    ]
    asked["members"][0]["name"] = "……"
    asked["division"] = "340199101299"
    with pytest.raises(FormInvalid) as fault:
        stage.office.perform(SaveHousehold(asked), clerk)
    assert fault.value.fields == {
        "members.0.name": ["姓名应含有文字"],
        "incomes.0.amount": ["请写出完整的数字，例如 100000，不用科学记数法"],
        "properties.0.amount": ["应为整数"],
    }
    plain = household_form(ALONE, cases.VILLAGE) | {"division": "340199101299"}
    with pytest.raises(FormInvalid) as fault:
        stage.office.perform(SaveHousehold(plain), clerk)
    assert list(fault.value.fields) == ["division"]


def test_a_household_does_not_leave_its_township_by_its_form(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    number = cases.a_household(stage, raw=ALONE)
    with pytest.raises(HouseholdNotFound):
        stage.office.perform(
            SaveHousehold(household_form(ALONE, TWO), number, 1), stage.actor("window_clerk", cases.VILLAGE)
        )


def test_a_foreign_spouse_with_a_passport__is_somebody(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    wife = {
        "name": "阮氏花",
        "relation": "配偶",
        "document": "other",
        "id_number": "c1234567",
        "birth": "1980-02-20",
        "sex": "女",
    }
    cases.a_household(stage, raw={"members": [*ALONE["members"], wife]})
    person = everywhere(stage, Person)[1]
    assert (person.id_number, person.document, person.is_provisional, str(person.birth_on)) == (
        "C1234567",
        "other",
        False,
        "1980-02-20",
    )
    assert (person.id_head, person.id_tail) == ("C", "567")
    with pytest.raises(FormInvalid) as fault:
        cases.a_household(stage, raw={"members": [*ALONE["members"], wife | {"birth": "2027-01-01"}]})
    assert "members.1.birth_on" in fault.value.fields
    with pytest.raises(NotFound):
        stage.office.perform(ResolveDifference(99, True, "x"), stage.actor("window_clerk", cases.VILLAGE))


def test_a_number_stored_in_another_writing__is_reported__put_right__never_merged(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    number = cases.a_household(stage, raw=ALONE)
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    with stage.database.unit_of_work() as uow:
        person = uow.session.scalars(select(Person)).one()
        plain = person.id_number
        person.id_number = plain.translate(wide)
        person.id_index, person.id_tail = (
            keyring.current().blind_index(person.id_number),
            person.id_number[-4:],
        )
        person.name = "周 单身"
        uow.commit()
    with stage.database.reading("") as session:
        told = canonical.faults(session)
    assert [t.split("：")[1].split("（")[0] for t in told] == ["姓名的写法不规范", "证件号码的写法不规范"]
    assert plain not in "".join(told)
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    page = household_form(ALONE, cases.VILLAGE)
    page["members"][0] |= {"id_number": "3401**********" + "xxxx", "person_id": person.id}
    stage.office.perform(SaveHousehold(page, number, 1), clerk)
    (again,) = everywhere(stage, Person)
    assert (again.id, again.id_number, again.id_tail, again.name) == (person.id, plain, plain[-4:], "周单身")
    with stage.database.reading("") as session:
        assert canonical.faults(session) == []


def test_two_rows_of_one_number__are_not_merged_in_silence(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    number = cases.a_household(stage, raw=ALONE)
    with stage.database.unit_of_work() as uow:
        person = uow.session.scalars(select(Person)).one()
        plain = person.id_number
        person.id_number = f" {plain}"
        person.id_index = keyring.current().blind_index(person.id_number)
        uow.commit()
    cases.a_household(stage, "340199101202", ALONE)  # a second row with the plain number
    with stage.database.reading("") as session:
        assert any("证件号码相同" in t for t in canonical.faults(session))
    page = household_form(ALONE, cases.VILLAGE)
    page["members"][0] |= {"person_id": person.id}
    with pytest.raises((RuleBroken, HouseholdDoubtful)):
        stage.office.perform(SaveHousehold(page, number, 1), stage.actor("window_clerk", cases.VILLAGE))
    with pytest.raises(RuleBroken, match="另有一份人员档案"):
        save(stage.office, stage.actor("window_clerk", cases.VILLAGE), page, number, 1, confirm=True)
    assert len(everywhere(stage, Person)) == 2
