"""Form drafts: stored encrypted, offered to their author only, deleted when the form is submitted."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select, text

from processes.access.models import AccessLog, FormDraft
from processes.compound.sweeping import sweep
from processes.people import queries, shown
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import Person

NEW = "/households/new"


def _keep(who: Person, place: str, data: dict[str, Any], token: str, seen: int = 0, **more: Any) -> Any:
    return who.send(
        "/unsaved", {"sheet": token, "place": place, "label": "张建国", "data": data, "seen": seen, **more}
    )


def _kept(stage: Stage) -> int:
    with stage.database.reading("") as session:
        return len(session.scalars(select(FormDraft)).all())


def test_a_half_typed_household__is_offered_again_and_goes_when_it_is_saved(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    form = cases.household_form(cases.HOUSEHOLD, cases.VILLAGE)
    token = str(uuid4())
    assert _keep(clerk, NEW, form, token).json == {"version": 1}
    assert f"{NEW}?unsaved={token}" in clerk.get("/").text
    page = clerk.get(NEW).text
    assert "填写的内容没有提交：<strong>张建国</strong>" in page
    again = clerk.get(f"{NEW}?unsaved={token}").text
    assert "已恢复上次没有提交的内容，请核对后继续。" in again
    assert form["members"][0]["id_number"] in again
    with stage.database.reading("") as session:
        log = session.scalars(select(AccessLog).where(AccessLog.action == "unsaved_opened")).one()
        assert log.target == NEW
        raw = session.execute(text("SELECT body FROM unsaved")).scalar_one()
        assert form["members"][0]["id_number"].encode() not in bytes(raw)
    body = {"form": form, "household": None, "version": 0, "token": token, "unsaved": token}
    assert clerk.send("/households/save", body).status_code == 200
    assert _kept(stage) == 0


def test_nobody_else_sees_it__and_its_author_can_throw_it_away(stage: Stage) -> None:
    clerk, other = Person(stage, "window_clerk"), Person(stage, "investigator")
    token = str(uuid4())
    _keep(clerk, NEW, {"address": "东村"}, token)
    assert "没有提交" not in other.get(NEW).text
    assert "已恢复" not in other.get(f"{NEW}?unsaved={token}").text
    assert other.post("/unsaved/drop", {"sheet": token, "back": NEW}).status_code == 302
    assert _kept(stage) == 1
    # a token of another's makes a sheet of one's own, not a hole into the other's
    assert _keep(other, NEW, {"address": "西村"}, token).json == {"version": 1}
    assert clerk.post("/unsaved/drop", {"sheet": token, "back": "//elsewhere"}).headers["Location"] == "/"
    assert _kept(stage) == 1


def test_a_second_window_on_one_sheet__is_told_and_overwrites_nothing(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    token = str(uuid4())
    assert _keep(clerk, NEW, {"address": "一"}, token).json == {"version": 1}
    assert _keep(clerk, NEW, {"address": "二"}, token, seen=1).json == {"version": 2}
    late = _keep(clerk, NEW, {"address": "三"}, token, seen=1)
    assert (late.status_code, late.json["code"]) == (409, "stale_draft")
    # As the page's script reads it: the content of the second window, 二.
    assert '"address": "\\u4e8c"' in clerk.get(f"{NEW}?unsaved={token}").text
    assert _keep(clerk, NEW, {"address": "三"}, token, seen=1, overwrite=True).json == {"version": 3}


def test_an_edited_household__says_when_the_register_went_on(stage: Stage) -> None:
    number = cases.a_household(stage)
    place = f"/households/{number}"
    clerk, other = Person(stage, "window_clerk"), Person(stage, "investigator")
    with stage.database.reading("") as session:
        content = shown.as_form(queries.household_by_number(session, number))
    token = str(uuid4())
    _keep(clerk, place, {**content, "phone": "111"}, token, base=1)
    assert "此后登记已由" not in clerk.get(f"{place}?unsaved={token}").text
    saved = other.send(
        "/households/save", {"form": {**content, "phone": "13911112222"}, "household": number, "version": 1}
    )
    assert saved.status_code == 200
    page = clerk.get(f"{place}?unsaved={token}").text
    assert "此后登记已由赵调查于" in page
    assert re.search(r'data-version="2"', page)


def test_an_application__is_kept_until_the_case_is_open(stage: Stage) -> None:
    stage.set_clock(datetime(2026, 3, 2, 9, 0))
    number = cases.a_household(stage)
    place = f"/households/{number}/apply/minimum_living_allowance"
    clerk = Person(stage, "window_clerk")
    token = str(uuid4())
    _keep(clerk, place, {"reason": "写到一半的理由"}, token)
    # the form of a household resumes by itself, and there is one of it
    page = clerk.get(place).text
    assert f'data-token="{token}"' in page
    second = _keep(clerk, place, {"reason": "另一窗口"}, str(uuid4()))
    assert (second.status_code, second.json["code"]) == (409, "stale_draft")
    assert _kept(stage) == 1
    data = re.search(r'id="form-data">(.*?)</script>', page)
    assert data is not None
    assert json.loads(data.group(1)) == {"reason": "写到一半的理由"}
    handed_in = {"data": cases.APPLICATION, "token": str(uuid4()), "unsaved": token}
    assert clerk.send(place, handed_in).status_code == 200
    assert _kept(stage) == 0


def test_what_nobody_went_on_with__goes_after_a_week(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    monday = datetime(2026, 3, 2, 9, 0)
    stage.set_clock(monday)
    _keep(clerk, NEW, {"address": "东村"}, str(uuid4()))
    stage.set_clock(monday + timedelta(days=7))
    sweep(stage.office)
    assert _kept(stage) == 1
    stage.set_clock(monday + timedelta(days=7, minutes=1))
    sweep(stage.office)
    assert _kept(stage) == 0


def test_what_is_no_sheet__is_refused(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    assert _keep(clerk, NEW, {}, "").status_code == 422
    for place in ("", "//elsewhere/x", "javascript:alert(1)", "/" + "x" * 200):
        assert _keep(clerk, place, {}, "x").status_code == 422
    assert "过多" in _keep(clerk, NEW, {"address": "长" * 200_000}, "x").json["message"]
    assert clerk.send("/unsaved", {"sheet": "x", "place": NEW, "data": [], "seen": 0}).status_code == 422


def test_too_much_left_unfinished__is_refused_and_nothing_of_it_goes(stage: Stage) -> None:
    """4,000,000 bytes: eight sheets of 480 kB fit, a ninth does not; a small one, and another state of one, do."""
    clerk = Person(stage, "window_clerk")
    large = {"address": "东" * 160_000}  # three bytes each
    answers = [_keep(clerk, NEW, large, f"s{n}") for n in range(9)]
    assert [a.status_code for a in answers] == [200] * 8 + [409]
    assert (answers[8].json["code"], "没有丢失" in answers[8].json["message"]) == ("unsaved_full", True)
    assert _kept(stage) == 8
    assert _keep(clerk, NEW, {"address": "东村"}, "small").status_code == 200
    assert _keep(clerk, NEW, large, "s0", seen=1).json == {"version": 2}


def test_sixty_sheets_are_kept_and_no_more(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    answers = [_keep(clerk, NEW, {"address": "东村"}, f"s{n}").status_code for n in range(61)]
    assert answers == [200] * 60 + [409]
    assert _kept(stage) == 60


def test_nothing_is_kept_of_a_page_that_is_none(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    for place in (
        "/x",
        "/households",
        "/households/new/other",
        "/accounts",
        "/calls/1",
        "/households/1/apply/",
    ):
        assert _keep(clerk, place, {}, "x").status_code == 422, place
