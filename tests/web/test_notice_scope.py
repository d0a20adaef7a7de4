"""A notice of a case names whom it is about: it is told, shown and sent to those alone who may see the case."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from processes.access.models import Account
from processes.cases import notices
from processes.cases.models import Case, Notice
from processes.compound import sending
from processes.errors import RuleBroken
from processes.office.accounts.changes import ChangeAccount
from processes.office.steps.consult import AskColleague, CopyTask
from processes.office.steps.delegate import DelegateTask
from processes.rehearsal.stage import Stage
from processes.storage.outbox import OutboxRow
from tests.builders import cases
from tests.builders.desks import Person, _decided, colleague, tied
from tests.web.test_funds_and_referrals import registered
from tests.web.test_hands import _id, _post

APPLICANT, REMARK = "张建国", "此户有精神病人"


def _name(stage: Stage, username: str) -> str:
    with stage.database.reading("") as session:
        return session.scalars(select(Account.name).where(Account.username == username)).one()


def _told(stage: Stage, username: str) -> list[Notice]:
    with stage.database.reading("") as session:
        return list(session.scalars(select(Notice).where(Notice.account_id == _id(stage, username))))


@pytest.mark.parametrize("username", ["department", "dept_housing", "finance", "admin", "t2_clerk"])
def test_a_remark_tells_nobody_who_may_not_see_the_case(whole_stage: Stage, username: str) -> None:
    number = cases.a_case(whole_stage, "township_opinion")
    them, name = Person(whole_stage, username), _name(whole_stage, username)
    assert them.get(f"/cases/{number}").status_code in (403, 404)
    clerk = Person(whole_stage, "window_clerk")
    leader = _name(whole_stage, "t1_leader")
    assert clerk.post(f"/cases/{number}/comments", {"text": f"@{name} @{leader} {REMARK}"}).status_code == 302
    for page in (them.get("/notices").text, them.get("/").text):
        assert APPLICANT not in page and REMARK not in page and number not in page
    assert _told(whole_stage, username) == []
    assert REMARK in Person(whole_stage, "township_leader").get("/notices").text


def test_urging_a_referral_tells_its_department_and_no_other(whole_stage: Stage) -> None:
    _, (number, *_) = registered(whole_stage, needs=["illness"])
    item = next(i for i in cases.open_items(whole_stage, number) if i.role == "department_officer")
    with whole_stage.database.reading("") as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
    body = {"word": "病情危重", "version": str(item.version)}
    urged = Person(whole_stage, "window_clerk").post(f"/cases/{number}/tasks/{item.id}/urge", body)
    assert urged.status_code == 302
    own, other = Person(whole_stage, "dept_medical"), Person(whole_stage, "dept_housing")
    assert other.get(f"/cases/{number}").status_code == 404
    assert "病情危重" in own.get("/notices").text
    page = other.get("/notices").text
    assert case.applicant not in page and "病情危重" not in page and number not in page


def _moved(stage: Stage) -> str:
    """A clerk who was copied in on a case, and works in another township since; answers the case's number."""
    number = cases.a_case(stage, "township_opinion")
    clerk = Person(stage, "t1_clerk")
    reached = {"email": "clerk@example.cn", "mobile": "", "quiet_from": "20:00", "quiet_until": "08:00"}
    assert clerk.post("/reach", reached).status_code == 302
    leader = Person(stage, "township_leader")
    _post(stage, leader, number, "claim")
    _post(stage, leader, number, "copy", to=[str(_id(stage, "t1_clerk"))], note="请知悉")
    page = clerk.get("/").text
    assert APPLICANT in page
    with stage.database.unit_of_work() as uow:
        notices.tell(uow, [_id(stage, "t1_clerk")], "account", "请更新联系方式")
        uow.commit()
    colleague(stage, "t2_clerk", "second", "乙")
    tied(stage, "second", "t3_clerk")  # makes the second administrator
    _decided(stage, ChangeAccount("t1_clerk", ("window_clerk",), "340199102", "", "调动"))
    return number


def test_who_works_elsewhere_reads_the_old_notices_no_more(stage: Stage) -> None:
    number = _moved(stage)
    clerk = Person(stage, "t1_clerk")
    assert clerk.get(f"/cases/{number}").status_code == 404
    for page in (clerk.get("/").text, clerk.get("/notices").text):
        assert APPLICANT not in page and number not in page
    # What is of no case stays.
    assert "请更新联系方式" in clerk.get("/notices").text
    with stage.database.reading("") as session:
        kept = session.scalars(select(Notice).where(Notice.case_number == number, Notice.kind == "copied"))
        assert [n.read_at for n in kept] == [None], "what is not shown is not read"


def test_nor_are_they_sent(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    number = _moved(stage)
    stage.office.settings = replace(stage.office.settings, smtp="smtp://mail.example.cn", mail_from="a@b.cn")
    sent: list[str] = []
    monkeypatch.setattr(sending, "_mail", lambda settings, letter: sent.extend(letter.lines))
    sending.send_mail(stage.office)
    assert [line for line in sent if number in line] == []
    assert [line for line in sent if "账号变更" in line] != []
    with stage.database.reading("") as session:
        waiting = select(OutboxRow).where(OutboxRow.kind == notices.MAIL, OutboxRow.done_at.is_(None))
        assert session.scalars(waiting).all() == [], "it is not tried again and again"


def test_who_has_left_is_told_of_no_case(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    clerk = _id(stage, "t1_clerk")
    with stage.database.unit_of_work() as uow:
        uow.session.execute(update(Account).where(Account.id == clerk).values(is_active=False))
        case = uow.session.scalars(select(Case).where(Case.number == number)).one()
        notices.tell(uow, [clerk], "due", f"{APPLICANT}的办件已超期", case)
        notices.tell_account(uow, uow.session.get_one(Account, clerk), "second", APPLICANT, case)
        uow.commit()
    assert _told(stage, "t1_clerk") == []


def test_who_may_not_see_cases_is_not_asked_about_one(whole_stage: Stage) -> None:
    """The cashier works on money and opens no case: nobody copies a case to them, or gives them a step of it."""
    stage, finance = whole_stage, _id(whole_stage, "finance")
    number = cases.a_case(stage, "township_opinion")
    leader = Person(stage, "township_leader")
    _post(stage, leader, number, "claim")
    item = cases.item_at(stage, number, "township_opinion")
    actor = stage.actor("township_leader", cases.VILLAGE[:9])
    assert f'value="{finance}"' not in leader.get(f"/cases/{number}").text
    for command in (
        CopyTask(item.id, item.version, (finance,), "请知悉"),
        AskColleague(item.id, item.version, finance, "是否属实"),
        DelegateTask(item.id, item.version, finance, "请办理"),
    ):
        with pytest.raises(RuleBroken, match="管辖范围"):
            stage.office.perform(command, actor)


def test_notices_beyond_a_hundred_are_read_in_the_end(stage: Stage) -> None:
    with stage.database.unit_of_work() as uow:
        account = uow.session.scalars(select(Account).where(Account.username == "t1_clerk")).one()
        for n in range(150):
            notices.tell(uow, [account.id], "account", f"第 {n} 条")
        uow.commit()
    clerk = Person(stage, "window_clerk")
    for left in (50, 0):
        clerk.get("/notices")
        said = clerk.get("/about").text
        assert (f"消息，{left} 条未读" in said) == bool(left)
    assert "条未读" not in said
