"""Every page that the day of a case does not pass, opened by someone who may, and looked at."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from sqlalchemy import select

from processes.cases.models import Case
from processes.office.papers.archive import AddOldSheet, ProposeDestruction, TakeInOldFile
from processes.office.papers.print_runs import MakePaymentList
from processes.office.papers.withdraw import WithdrawPaper
from processes.office.steps.claim import ClaimTask
from processes.office.studio.drafts import OpenDraft
from processes.office.studio.migrating import PlanMigration
from processes.papers.models import IssuedPaper
from processes.releases.bundle import Bundle
from processes.worker import jobs
from tests.browser.conftest import Desk
from tests.builders import cases, releases
from tests.builders.nightly import NIGHTLY

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

VERIFY = "/verify/code"
TASK = "/task"
DRAFT = "/studio/1"
PHONE = {"width": 390, "height": 844}
OFFICE = {"width": 1366, "height": 768}
PAGES = (
    ("t1_clerk", "/worklist?queue=office", "worklist"),
    ("t1_clerk", "/", "home"),
    ("county_clerk", "/", "home_county"),
    ("t1_clerk", "/worklist?queue=office&order=priority", "worklist_priority"),
    ("t1_clerk", "/worklist?queue=asked", "asked"),
    ("t1_clerk", "/notices", "notices"),
    ("t1_clerk", "/absences", "absences"),
    ("t1_clerk", "/reach", "reach"),
    ("t1_investigator", "/field", "field_page"),
    ("county_clerk", "/cases/340199101-DB-2026-00001/changes", "case_changes"),
    ("t1_clerk", "/households/340199101-H-000001/history", "household_history"),
    ("county_clerk", "/load/cases?state=open", "load_cases"),
    ("t1_clerk", "/households", "households"),
    ("t1_clerk", "/households/new", "household_new"),
    ("t1_clerk", "/households/340199101-H-000001", "household"),
    ("t1_clerk", "/households/340199101-H-000001/apply/minimum_living_allowance", "apply"),
    ("t1_clerk", TASK, "task"),
    ("t1_clerk", "/scan/returns", "returns"),
    ("t1_clerk", "/verify", "verify_upload"),
    ("t1_clerk", "/offers", "offers"),
    ("t1_clerk", "/about", "about"),
    ("t1_clerk", "/help", "help"),
    ("t1_clerk", "/policy", "policy"),
    ("t1_clerk", "/password", "password"),
    ("supervisor", "/draws", "draws"),
    ("t1_clerk", "/nowhere", "not_found"),
    ("finance", "/funds", "funds"),
    ("finance", "/funds/340199101", "fund"),
    ("t1_clerk", "/cases", "cases"),
    ("supervisor", "/oversight", "oversight"),
    ("supervisor", "/oversight/heat/minimum_living_allowance", "heat"),
    (
        "supervisor",
        "/oversight/heat/minimum_living_allowance/cases?task=check_papers&kind=done",
        "heat_cases",
    ),
    ("supervisor", "/cases/340199101-DB-2026-00001", "case_of_supervisor"),
    ("supervisor", "/studio", "studio_home"),
    ("supervisor", DRAFT, "draft_page"),
    ("supervisor", f"{DRAFT}/changes", "draft_changes"),
    ("supervisor", f"{DRAFT}/coverage", "draft_coverage"),
    ("supervisor", f"{DRAFT}/record", "draft_record"),
    ("supervisor", f"{DRAFT}/new-step", "draft_new_step"),
    ("supervisor", f"{DRAFT}/file/policy.toml", "draft_parameters"),
    ("supervisor", "/guide/", "guide"),
    ("supervisor", "/releases/minimum_living_allowance", "releases"),
    ("supervisor", "/migrations/1", "migration"),
    ("supervisor", "/parameters", "parameters"),
    ("supervisor", "/holidays", "holidays"),
    ("auditor", "/audit", "audit"),
    ("admin", "/accounts", "accounts"),
    ("county_clerk", "/payments?month=2026-04", "payments"),
    ("county_clerk", "/prints", "prints"),
    ("county_clerk", "/archive", "archive"),
    ("county_clerk", "/archive/old/2009-DB-017", "old_file"),
    ("county_clerk", "/papers/batch", "batch"),
    ("county_leader", "/cases/340199101-DB-2026-00003", "case_of_leader"),
    ("county_clerk", VERIFY, "verify"),
)


def _archive_and_lists(desk: Desk) -> str:
    """A decided case with a withdrawn paper, a list, an old file that may go and one that somebody proposed."""
    office = desk.stage.office
    decided = cases.a_case(desk.stage, at="serve_confirmation", raw=cases.THIRD_HOUSEHOLD)
    jobs.make_papers(office)
    clerk = desk.stage.actor("window_clerk", cases.VILLAGE)
    county = desk.stage.actor("county_clerk", "340199")
    household = cases.a_household(desk.stage, raw=cases.FOURTH_HOUSEHOLD)
    for number in ("2009-DB-017", "2008-DB-003"):
        office.perform(
            TakeInOldFile(number, household, "最低生活保障审批材料", date(2009, 5, 4), "10年"), clerk
        )
        out = io.BytesIO()
        Image.new("RGB", (60, 80), "white").save(out, "PNG")
        office.perform(AddOldSheet(number, "审批表.png", out.getvalue()), clerk)
    office.perform(ProposeDestruction("old_file", "2008-DB-003", "期满，无保存价值"), clerk)
    office.perform(MakePaymentList("minimum_living_allowance", "2026-04", "340199"), county)
    jobs.make_runs(office)
    office.perform(MakePaymentList("minimum_living_allowance", "2026-05", "340199"), county)
    with desk.stage.database.reading("") as session:
        papers = select(IssuedPaper).join(Case).where(Case.number == decided)
        notice = session.scalars(papers.where(IssuedPaper.kind == "confirmation_notice")).one()
    leader = desk.stage.actor("county_leader", "340199")
    office.perform(WithdrawPaper(notice.code, "收件人地址有误", again=True), leader)
    jobs.make_papers(office)
    return notice.code


def test_every_page_opens_in_both_widths_without_a_fault(desk: Desk, allowance: Bundle) -> None:
    """A screen of the office and a phone: no script fault, nothing that axe finds grave, nothing wider than the phone.

    axe looks at the pages in turn on the one and on the other, with `HYPOTHESIS_PROFILE=nightly` at each on both.
    """
    cases.a_case(desk.stage, at="post_notice")
    cases.a_case(desk.stage, raw=cases.OTHER_HOUSEHOLD)
    code = _archive_and_lists(desk)
    number = releases.put_in_force(desk.stage, releases.second_signature(allowance))
    supervisor = desk.stage.actor("supervisor", cases.VILLAGE)
    desk.stage.office.perform(PlanMigration("minimum_living_allowance", 1, number), supervisor)
    jobs.migrate_cases(desk.stage.office)
    draft = desk.stage.office.perform(OpenDraft("minimum_living_allowance"), supervisor).draft
    assert DRAFT.endswith(f"/{draft}")
    places = {VERIFY: f"/verify/{code}", TASK: _a_task(desk)}
    signed_in: dict[str, Any] = {}
    for n, (username, place, name) in enumerate(PAGES):
        address = places.get(place, place)
        page = signed_in.setdefault(username, None) or desk.sign_in(username)
        signed_in[username] = page
        response = page.goto(address)
        assert response is not None
        assert response.ok or name == "not_found", (address, response.status)
        _look(desk, page, name, by_axe=NIGHTLY or n % 2 == 0)
        page.set_viewport_size(PHONE)
        _look(desk, page, f"{name}_phone", by_axe=NIGHTLY or n % 2 == 1)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 1, f"{address} is wider than a phone by {wide}"
        page.set_viewport_size(OFFICE)


def _a_task(desk: Desk) -> str:
    """The address of a step that the window clerk has taken."""
    item = cases.item_at(desk.stage, "340199101-DB-2026-00002", "check_papers")
    clerk = desk.stage.actor("window_clerk", cases.VILLAGE)
    desk.stage.office.perform(ClaimTask(item.id, item.version), clerk)
    return f"/cases/{item.case_number}/tasks/{item.id}"


def _look(desk: Desk, page: Any, name: str, *, by_axe: bool) -> None:
    if page.locator("#diagram").count():
        page.wait_for_selector("#diagram[data-ready]", state="attached")
    desk.shot(page, name)
    if not by_axe:
        return
    found = Axe().run(page).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == [], (name, found)
