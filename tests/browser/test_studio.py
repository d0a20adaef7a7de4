"""A supervisor draws: a diagram is opened, changed, checked while drawing, saved, and comes back the same."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import expect

from processes.office.studio.drafts import OpenDraft
from processes.releases import compare, drafts, lint, publish
from processes.verbs.registry import office_for_lint
from tests.browser.conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_drawing(desk: Desk) -> None:
    desk.stage.set_clock(datetime(2026, 3, 2, 9, 0))
    page = desk.sign_in("supervisor")
    page.goto("/studio")
    page.get_by_role("button", name="修改").first.click()
    page.get_by_role("link", name="apply.bpmn").click()
    page.wait_for_selector("#studio[data-ready]")
    page.get_by_role("button", name="从开头看清每一步").click()
    expect(page.locator("#problem-list")).to_contain_text("检查没有发现问题")
    page.locator('[data-element-id="check_papers"]').first.click()
    expect(page.locator("#panel")).to_contain_text("表单")
    name = page.locator("#panel input").first
    name.fill("受理审查（窗口）")
    name.press("Tab")
    desk.shot(page, "studio")
    page.keyboard.press("Control+s")
    expect(page.locator("#said")).to_contain_text("已保存")

    with desk.stage.database.reading("") as session:
        draft = drafts.listed(session)[0]
        changed, base = drafts.bundle_of(draft), publish.open_release(session, draft.base_id)
    # Everything that was there is there again, with one name changed; nothing was lost on the way.
    assert lint.lint_bundle(changed, office_for_lint()) == []
    found = compare.differences(base, changed)
    assert [(d.element, d.kind, d.text) for d in found] == [
        ("check_papers", "changed", "受理审查 改为 受理审查（窗口）")
    ]

    page.locator('[data-element-id="papers_decision_to_accept_label"]').first.click()
    box = page.get_by_label("条件", exact=True)
    box.fill("__import__('os')")
    box.press("Tab")
    expect(page.locator("#problem-list")).to_contain_text("予以受理：表达式")
    expect(page.locator(".wrong").first).to_be_attached()
    page.keyboard.press("Control+s")
    expect(page.locator("#said")).to_contain_text("已保存")
    page.goto(page.url.split("/file/")[0])
    expect(page.locator("#problems")).to_contain_text("处问题")
    # What exactly changed is said: the condition that was, and the one that is.
    expect(page.locator("#differences")).to_contain_text(
        "check_papers.decision == 'accept' → __import__('os')"
    )
    desk.shot(page, "draft")


@pytest.mark.parametrize("name", ["grade.dmn", "forms/check_papers.form", "common/policy.toml"])
def test_tables_forms_and_parameters_open_and_come_back_the_same(desk: Desk, name: str) -> None:
    desk.stage.set_clock(datetime(2026, 3, 2, 9, 0))
    supervisor = desk.stage.actor("supervisor", "340199")
    draft_id = desk.stage.office.perform(OpenDraft("minimum_living_allowance"), supervisor).draft
    page = desk.sign_in("supervisor")
    page.goto(f"/studio/{draft_id}/file/{name}")
    page.wait_for_selector("#studio[data-ready]")
    expect(page.locator("#problem-list")).to_contain_text("检查没有发现问题")
    desk.shot(page, f"studio_{name.rsplit('.', 1)[1]}")
    page.keyboard.press("Control+s")
    expect(page.locator("#said")).to_contain_text("已保存")
    with desk.stage.database.reading("") as session:
        draft = drafts.one(session, draft_id)
        changed, base = drafts.bundle_of(draft), publish.open_release(session, draft.base_id)
    # What came back to the letter was no change; everything else is a version of its own.
    assert draft.version == (1 if changed.files == base.files else 2)
    assert lint.lint_bundle(changed, office_for_lint()) == []
    assert {d.text for d in compare.differences(base, changed)} <= {"只有图形位置或者书写格式的变化"}
