"""单位信息: what papers print of the office that issues them is entered once and counts from then on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from processes.access import contacts
from processes.access.models import AccessLog
from processes.errors import NotFound
from processes.office.county.contacts import RecordContact
from processes.papers.models import IssuedPaper
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import Person

COUNTY, TOWNSHIP = "340199", "340199101"


def _record(stage: Stage, role: str = "administrator", **told: str) -> int:
    form = {"division": TOWNSHIP, "phone": "", "address": "", "review_body": "", "court": ""} | told
    return Person(stage, role).post("/contacts", form).status_code


def test_a_notice_says_how_the_township_is_reached(stage: Stage) -> None:
    assert _record(stage, phone="0551-1234567", address="人民路1号") == 302
    assert _record(stage, division=COUNTY, review_body="演示县人民政府", court="演示县人民法院") == 302
    cases.a_case(stage, "post_notice")
    with stage.database.reading("") as session:
        notice = session.scalars(select(IssuedPaper).where(IssuedPaper.kind == "public_notice")).one()
        logged = session.scalars(select(AccessLog.action)).all()
    header, fields = notice.contract["header"], notice.contract["fields"]
    assert (header["phone"], header["address"]) == ("0551-1234567", "人民路1号")
    assert (header["review_body"], header["court"]) == ("演示县人民政府", "演示县人民法院"), "the county's"
    # posted on 2 March at the earliest: the seven days are 3 to 9 March
    assert (fields["from_day"], fields["until_day"], fields["days"]) == ("2026-03-03", "2026-03-09", "7")
    # 2 × 768 − 1019.60 = 516.40, rounded up to 517
    assert (fields["monthly"], fields["covered"], fields["grade"]) == ("517", "2", "C")
    assert logged.count("contact_recorded") == 2


def test_what_cannot_be_printed_is_refused_at_its_office_and_kept_on_the_page(stage: Stage) -> None:
    admin = Person(stage, "administrator")
    wrong = {
        "division": TOWNSHIP,
        "phone": "请打电话",
        "address": "人民路1号",
        "review_body": "",
        "court": "",
    }
    answer = admin.post("/contacts", wrong)
    assert answer.status_code >= 400
    assert "没有保存：请填写手机号码或带区号的固定电话。" in answer.text
    assert 'value="人民路1号"' in answer.text
    assert "人民法院请填写全称" in admin.post("/contacts", wrong | {"phone": "", "court": "演示县"}).text
    with stage.database.reading("") as session:
        assert contacts.of_office(session, TOWNSHIP) == contacts.Contact()


def test_only_who_may_says_it_and_only_for_their_places(stage: Stage) -> None:
    assert _record(stage, "window_clerk") == 403
    assert _record(stage, "administrator", division="340188") == 404
    assert _record(stage, "administrator", division="340199101001") == 404


def test_nobody_says_it_for_another_township(stage: Stage) -> None:
    """A place that exists, and lies outside the actor's own."""
    actor = replace(stage.actor("supervisor", "340199"), division="340199101")
    for place, allowed in (("340199101", True), ("340199102", False), ("340199", False)):
        command = RecordContact(place, "0551-1234567", "", "", "")
        if allowed:
            stage.office.perform(command, actor)
            continue
        with pytest.raises(NotFound):
            stage.office.perform(command, actor)


def test_a_case_says_what_is_not_entered(stage: Stage) -> None:
    number = cases.a_case(stage, "check_papers")
    clerk = Person(stage, "window_clerk")
    assert "联系电话、办公地址、复议机关、人民法院还没有填写" in clerk.get(f"/cases/{number}").text
    _record(
        stage, phone="0551-1234567", address="人民路1号", review_body="演示县人民政府", court="演示县人民法院"
    )
    assert "还没有填写，文书按一般表述" not in clerk.get(f"/cases/{number}").text


def test_who_decides_is_the_approver(stage: Stage) -> None:
    cases.a_case(stage, "serve_confirmation")
    with stage.database.reading("") as session:
        form = session.scalars(select(IssuedPaper).where(IssuedPaper.kind == "approval_form")).one()
    duties = {o["step"]: o["duty"] for o in form.contract["opinions"]}
    assert duties == {"乡镇审核意见": "审核人", "县级审查": "经办人", "县级确认": "审批人"}
