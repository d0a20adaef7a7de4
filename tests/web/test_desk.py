"""The desk by requests: who may, what is refused, and that nothing typed or stored is lost."""

from __future__ import annotations

import io
import json
import re
from typing import get_args

import pytest

from processes.access import audit
from processes.rehearsal.stage import Stage
from processes.worker import loop
from tests.builders import cases, files
from tests.builders.desks import USERS, Person

NOBODY: set[str] = set()
TOWNSHIP = {"window_clerk", "investigator", "township_leader", "village_assistant"}
COUNTY = {"county_clerk", "county_leader", "comparison_officer", "supervisor"}
# Who gets the page itself (200); everyone else is refused (403) or led to their own page (302).
OPEN_TO = {
    "/worklist": TOWNSHIP | COUNTY | {"finance_officer", "department_officer"},
    "/households": TOWNSHIP | COUNTY | {"auditor"},
    "/households/new": {"window_clerk", "investigator"},
    "/cases": TOWNSHIP | COUNTY | {"auditor", "department_officer"},
    "/oversight": {"supervisor", "county_leader", "township_leader", "county_clerk", "auditor"},
    "/parameters": TOWNSHIP | COUNTY | {"auditor"},
    "/holidays": TOWNSHIP | COUNTY | {"auditor", "administrator"},
    "/funds": {
        "finance_officer",
        "township_leader",
        "supervisor",
        "auditor",
        "county_clerk",
        "county_leader",
        "comparison_officer",
    },
    "/offers": {"county_clerk", "window_clerk"},
    "/audit": {"auditor"},
    "/accounts": {"administrator"},
    "/about": set(USERS),
}


@pytest.mark.parametrize("role", USERS)
def test_access_table(stage: Stage, role: str) -> None:
    person = Person(stage, role)
    for path, allowed in OPEN_TO.items():
        status = person.get(path).status_code
        assert (status == 200) == (role in allowed), (path, role, status)
        assert status in (200, 302, 403)


def test_nobody_gets_in_without_signing_in(stage: Stage) -> None:
    nobody = Person(stage)
    for path in OPEN_TO:
        response = nobody.get(path)
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/sign-in?next=")
    health = nobody.get("/healthz").json
    assert (health["status"], health["worker"]) == ("ok", "silent")
    loop.Worker(stage.office).go_round()
    assert nobody.get("/healthz").json["worker"] == "running"
    assert len(health["fonts"]) == 5
    assert not any("没有" in face for face in health["fonts"])


def test_headers_and_cross_site_requests(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    response = clerk.get("/worklist")
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "'unsafe-inline'" not in policy.split("style-src")[0]
    assert "onclick=" not in response.text
    told = {name: response.headers[name] for name in (
        "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
    )}  # fmt: skip
    assert list(told.values()) == ["nosniff", "same-origin", "same-origin", "same-origin"]
    assert "Access-Control-Allow-Origin" not in response.headers
    assert clerk.client.open("/worklist", method="TRACE").status_code == 405
    refused = clerk.client.post("/sign-out")
    assert refused.status_code == 400
    assert "页面已过期" in refused.text


def test_sign_in__leads_only_to_pages_of_the_desk(stage: Stage) -> None:
    person = Person(stage)
    form = {"username": "t1_clerk", "password": "yimen-2026", "next": "//evil.example/x"}
    assert person.post("/sign-in", form).headers["Location"] == "/"


def test_task__wrong_types_are_told_at_the_field_and_the_draft_is_kept(stage: Stage) -> None:
    number = cases.a_case(stage)
    clerk = Person(stage, "window_clerk")
    item = cases.item_at(stage, number, "check_papers")
    base = f"/cases/{number}/tasks/{item.id}"
    draft = clerk.send(
        f"{base}/draft", {"version": item.version, "draft_version": 0, "data": {"missing_note": "写了一半"}}
    )
    assert draft.json == {"draft_version": 1}
    bad = clerk.send(f"{base}/complete", {"version": item.version, "data": {"decision": 7}})
    assert bad.status_code == 422
    assert bad.json["fields"] == {"decision": ["请从列表中选择"]}
    for body in ("not json", [], {"version": item.version, "data": []}, {"version": "x", "data": {}}):
        response = clerk.send(f"{base}/complete", body)
        assert response.status_code == 422, body
        assert response.json["code"] == "invalid"
    assert json.dumps("写了一半")[1:-1] in clerk.get(base).text


def test_two_tabs_on_one_draft__the_older_one_overwrites_nothing_silently(stage: Stage) -> None:
    number = cases.a_case(stage)
    clerk = Person(stage, "window_clerk")
    item = cases.item_at(stage, number, "check_papers")
    path = f"/cases/{number}/tasks/{item.id}/draft"
    assert (
        clerk.send(
            path, {"version": item.version, "draft_version": 0, "data": {"missing_note": "甲"}}
        ).status_code
        == 200
    )
    other = clerk.send(path, {"version": item.version, "draft_version": 0, "data": {"missing_note": "乙"}})
    assert other.status_code == 409
    assert other.json["code"] == "stale_draft"
    assert cases.item_at(stage, number, "check_papers").draft == {"missing_note": "甲"}
    kept = clerk.send(
        path, {"version": item.version, "draft_version": 0, "data": {"missing_note": "乙"}, "overwrite": True}
    )
    assert kept.status_code == 200
    assert cases.item_at(stage, number, "check_papers").draft == {"missing_note": "乙"}


@pytest.mark.parametrize(
    ("name", "content", "status", "words"),
    [
        ("大.pdf", b"%PDF-1.4" + b"0" * 30_000_000, 413, "不能超过 20 MB"),
        ("中.pdf", b"%PDF-1.4\n" + b"0" * 21_000_000, 422, "超过 20 MB 的上限"),
        ("装成照片.jpg", b"MZ\x90\x00" + b"\x00" * 500, 422, "只接受 PDF 文件和照片"),
        ("网页.pdf", b"<html><script>alert(1)</script></html>", 422, "只接受 PDF 文件和照片"),
        ("空.pdf", b"", 422, "只接受 PDF 文件和照片"),
    ],
)
def test_attachments_are_judged_by_their_bytes(
    stage: Stage, name: str, content: bytes, status: int, words: str
) -> None:
    number = cases.a_case(stage)
    clerk = Person(stage, "window_clerk")
    response = clerk.post(f"/cases/{number}/attachments", {"file": (io.BytesIO(content), name)})
    assert response.status_code == status
    assert words in response.text
    assert "还没有附件" in clerk.get(f"/cases/{number}").text


def test_an_attachment_comes_back_byte_for_byte_and_lies_sealed_on_the_disk(stage: Stage) -> None:
    number = cases.a_case(stage)
    clerk = Person(stage, "window_clerk")
    content = files.a_pdf(text=b"secret words of a patient")
    assert b"secret" in content
    assert (
        clerk.post(f"/cases/{number}/attachments", {"file": (io.BytesIO(content), "证明.pdf")}).status_code
        == 302
    )
    page = clerk.get(f"/cases/{number}").text
    assert "证明.pdf" in page
    assert clerk.get(f"/cases/{number}/attachments/1").data == content
    stored = [f.read_bytes() for f in stage.office.settings.attachments.rglob("*.sealed")]
    assert len(stored) == 1
    assert b"secret" not in stored[0]


def test_household__a_bad_checksum_is_told_at_its_field_and_nothing_is_stored(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    form = {
        "division": cases.VILLAGE, "address": "", "phone": "abc",
        "members": [{"name": "张三", "relation": "本人", "id_number": "110105194912310021", "work_ability": "able"}],
        "incomes": [{"kind": "wages", "amount": "很多", "member": 0}],
    }  # fmt: skip
    response = clerk.send("/households/save", {"form": form, "household": None, "version": 0})
    assert response.status_code == 422
    assert set(response.json["fields"]) == {"members.0.id_number", "address", "phone", "incomes.0.amount"}
    assert "没有符合条件的家庭" in clerk.get("/households").text


def test_household__saved_again_with_masked_numbers_and_by_two_people(stage: Stage) -> None:
    number = cases.a_household(stage)
    clerk = Person(stage, "window_clerk")
    with stage.database.reading("") as session:
        from processes.people import queries, shown

        content = shown.as_form(queries.household_by_number(session, number))
    assert "*" in content["members"][0]["id_number"]
    content["address"] = "新址"
    saved = clerk.send("/households/save", {"form": content, "household": number, "version": 1})
    assert saved.json["version"] == 2
    stale = clerk.send("/households/save", {"form": content, "household": number, "version": 1})
    assert stale.status_code == 409
    assert "赵窗口" in stale.json["message"]


def test_look_up__tells_who_is_already_in_the_register(stage: Stage) -> None:
    cases.a_case(stage, at="serve_confirmation")
    clerk = Person(stage, "window_clerk")
    from datetime import date

    from processes.people.id_number import compose

    found = clerk.send("/people/look-up", {"id_number": compose("340199", date(1978, 6, 15), 201)}).json
    assert (found["sex"], found["birth_on"], found["age"]) == ("男", "1978-06-15", 47)
    assert any("已在库：张建国（3401**********" in w for w in found["warnings"])
    assert any("不得重复享受" in w for w in found["warnings"])


def test_a_full_id_number_is_logged_and_shown_to_the_auditor(stage: Stage) -> None:
    cases.a_household(stage)
    clerk = Person(stage, "window_clerk")
    assert len(clerk.send("/people/1/reveal", {}).json["id_number"]) == 18
    assert "查看完整身份证号" in Person(stage, "auditor").get("/audit").text
    assert Person(stage, "auditor").send("/people/1/reveal", {}).status_code == 403


def test_verification__tells_no_person_s_data_and_says_when_superseded(stage: Stage) -> None:
    from sqlalchemy import select

    from processes.papers.models import IssuedPaper
    from processes.worker import jobs

    cases.a_case(stage, at="compare_economy")
    jobs.make_papers(stage.office)
    with stage.database.reading("") as session:
        paper = session.scalars(select(IssuedPaper)).one()
    nobody = Person(stage)
    page = nobody.get(f"/verify/{paper.code}").text
    assert "当前有效" in page
    assert paper.sha256 in page
    assert "张建国" not in page
    assert nobody.get("/verify/ABCDEFGHJK").status_code == 404
    pdf = Person(stage, "window_clerk").get(f"/papers/{paper.code}.pdf")
    assert pdf.data.startswith(b"%PDF")
    assert Person(stage, "administrator").get(f"/papers/{paper.code}.pdf").status_code == 403


def test_late_cases_are_seen_by_the_supervisor(stage: Stage) -> None:
    number = cases.a_case(stage)
    stage.move("8 days")
    page = Person(stage, "supervisor").get("/oversight").text
    assert number in page
    assert "超期" in page


def test_search_and_pages_of_the_queue(stage: Stage) -> None:
    number = cases.a_case(stage)
    clerk = Person(stage, "window_clerk")
    tail = cases.item_at(stage, number, "check_papers").id_tail
    for word in ("张建", number, tail):
        assert number in clerk.get(f"/worklist?queue=office&q={word}").text
    assert number not in clerk.get("/worklist?queue=office&q=李四").text
    assert number not in clerk.get("/worklist?queue=mine").text
    assert clerk.get("/worklist?queue=office&page=x").status_code == 200


def test_transfer_return_watch_and_extend_by_the_screen(stage: Stage) -> None:
    number = cases.a_case(stage, at="compare_economy")
    investigator = Person(stage, "investigator")
    item = cases.item_at(stage, number, "investigate_household")
    base = f"/cases/{number}/tasks/{item.id}"
    assert investigator.post(f"{base}/claim", {"version": item.version}).status_code == 302
    page = investigator.get(base).text
    assert "赵核查" in page
    other = stage.actor("investigator#2", cases.VILLAGE)
    item = cases.item_at(stage, number, "investigate_household")
    assert (
        investigator.post(
            f"{base}/transfer", {"version": item.version, "to": other.account_id, "reason": "出差"}
        ).status_code
        == 302
    )
    assert cases.item_at(stage, number, "investigate_household").claimed_by == "赵核查"
    refused = investigator.send(f"{base}/complete", {"version": item.version + 1, "data": {}})
    assert refused.json["code"] == "task_taken"
    leader = Person(stage, "township_leader")
    assert (
        leader.post(f"/cases/{number}/extend", {"clock": "whole_procedure", "reason": "外地核实"}).status_code
        == 302
    )
    assert "延长 15 个工作日" in leader.get(f"/cases/{number}").text
    assert leader.post(f"/cases/{number}/watch", {"on": "1"}).status_code == 302
    assert number in leader.get("/worklist?queue=watching").text


def test_audit__is_narrowed_by_kind_and_by_person_and_goes_on_to_older_entries(stage: Stage) -> None:
    Person(stage, "window_clerk")
    auditor = Person(stage, "auditor")
    assert set(get_args(audit.Action)) == set(audit.TITLES)
    rows = re.findall(r"<tr>\s*<td class=\"text-nowrap\">", auditor.get("/audit").text)
    assert len(rows) == 2
    only = auditor.get("/audit?action=sign_in&q=赵窗口").text
    assert len(re.findall(r"<tr>\s*<td class=\"text-nowrap\">", only)) == 1
    assert "没有符合条件的记录" in auditor.get("/audit?action=file_destroyed").text
    with stage.database.unit_of_work() as uow:
        actor = stage.actor("auditor", "340199")
        for n in range(audit.PAGE + 1):
            audit.note(uow, actor, "paper_read", f"code-{n}")
        uow.commit()
    first = auditor.get("/audit?action=paper_read").text
    assert re.search(r"code-200\s*<", first)
    assert not re.search(r"code-0\s*<", first)
    older = re.search(r'href="([^"]*before=[^"]*)"', first)
    assert older is not None
    assert re.search(r"code-0\s*<", auditor.get(older.group(1).replace("&amp;", "&")).text)
