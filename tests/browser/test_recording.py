"""A supervisor records a scenario with the real forms, keeps it, and it is played with the others."""

from __future__ import annotations

from datetime import datetime

import pytest
import yaml
from playwright.sync_api import expect

from processes.access.scope import system_actor
from processes.office.studio.drafts import AskRehearsal, NoteRehearsal, OpenDraft
from processes.rehearsal import reports
from processes.releases import drafts
from processes.releases.bundle import Bundle
from tests.browser.conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_recording(desk: Desk, allowance: Bundle) -> None:
    desk.stage.set_clock(datetime(2026, 3, 2, 9, 0))
    supervisor = desk.stage.actor("supervisor", "340199")
    draft_id = desk.stage.office.perform(OpenDraft("minimum_living_allowance"), supervisor).draft
    page = desk.sign_in("supervisor")
    page.goto(f"/studio/{draft_id}")
    page.get_by_role("link", name="录制情景").click()
    page.wait_for_selector("#recorder[data-ready]")
    page.fill("#title", "材料不齐，不予受理")
    desk.shot(page, "recorder_begin")
    page.locator("#complete").click()
    expect(page.locator("#clock")).to_have_text("2026-03-02 09:00", timeout=20_000)
    page.get_by_text("不予受理", exact=True).first.click()
    page.keyboard.press("Control+Enter")
    # The reason is missing: said at the field, nothing recorded.
    expect(page.locator(".fjs-form-field-error").first).to_be_visible()
    expect(page.locator("#said")).to_contain_text("有 1 处填写有误")
    desk.shot(page, "recorder_step")
    page.locator("#place textarea").first.fill("户籍不在本县")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#steps")).to_contain_text("受理审查")
    expect(page.locator("#place")).to_contain_text("办结")
    desk.shot(page, "recorder_end")
    page.fill("#name", "not_ours")
    page.locator("#save").click()
    page.wait_for_url(f"**/studio/{draft_id}")
    with desk.stage.database.reading("") as session:
        kept = drafts.bundle_of(drafts.one(session, draft_id))
    written = yaml.safe_load(kept.files["scenarios/not_ours.yaml"])
    assert written["scenario"] == "材料不齐，不予受理"
    assert [s["task"] for s in written["steps"]] == ["check_papers"]
    assert written["expect"]["outcome"] == "not_accepted"
    only = Bundle(
        {n: raw for n, raw in kept.files.items() if not n.startswith("scenarios/") or "not_ours" in n}
    )
    (played,) = reports.rehearse(only, [], desk.stage.office.settings, lambda *_: None)
    assert played.passed, played.differences

    found = {"digest": kept.digest, "state": "done", "total": 1, "failed": [], "flows": played.flows,
             "played": [{"scenario": played.scenario, "passed": True, "flows": played.flows}]}  # fmt: skip
    desk.stage.office.perform(AskRehearsal(draft_id), supervisor)
    desk.stage.office.perform(NoteRehearsal(draft_id, found), system_actor())
    page.reload()
    page.get_by_role("link", name="看覆盖图").click()
    page.wait_for_selector("#diagram[data-ready]", state="attached")
    assert page.locator(".taken").count() >= 4
    assert page.locator(".never").count() >= 20
    desk.shot(page, "coverage")
