"""A home visit without a network: carried along, filled in, brought back; what both sides changed is asked about."""

from __future__ import annotations

import io
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from processes.cases import queries
from processes.office.steps.claim import ClaimTask
from processes.office.steps.draft import SaveDraft
from tests.browser.conftest import Desk
from tests.builders import cases

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PIN = "visit-2026"


def test_a_visit_without_a_network(desk: Desk) -> None:
    number = cases.a_case(desk.stage, "investigate_household")
    item = cases.item_at(desk.stage, number, "investigate_household")
    investigator = desk.stage.actor("investigator", cases.VILLAGE)
    office = desk.stage.office
    office.perform(ClaimTask(item.id, item.version), investigator)
    page = desk.sign_in("t1_investigator")
    page.context.grant_permissions(["geolocation"], origin=desk.address)
    page.context.set_geolocation({"latitude": 31.86, "longitude": 117.28, "accuracy": 12})
    page.goto("/field")
    page.wait_for_selector("body[data-offline='1']")  # at the first visit: the page and its parts are kept
    page.wait_for_selector("body[data-ready]")
    for weak, said in (
        ("123", "至少 10 位"),
        ("1234567890123", "须同时有数字和字母"),
        ("aaaaaaaaaa1", "6 个不同"),
    ):
        page.fill("#pin", weak)
        page.click("#carry")
        expect(page.locator("#said")).to_contain_text(said)
    page.fill("#pin", PIN)
    page.click("#carry")
    expect(page.locator("#said")).to_contain_text("已带出 1 份")
    expect(page.locator("#said")).to_have_text(re.compile(r"，\d{4}-\d\d-\d\d \d\d:\d\d 后自动清除$"))
    kept = page.evaluate("""async () => { const base = await new Promise((r) => { const a = indexedDB.open("yimen-field"); a.onsuccess = () => r(a.result); });
        const all = await new Promise((r) => { const q = base.transaction("kept").objectStore("kept").getAll(); q.onsuccess = () => r(q.result); });
        return JSON.stringify(all.map((x) => x.sealed ? new TextDecoder().decode(x.sealed) : "")); }""")
    rounds = page.evaluate("""async () => { const base = await new Promise((r) => { const a = indexedDB.open("yimen-field"); a.onsuccess = () => r(a.result); });
        return await new Promise((r) => { const q = base.transaction("kept").objectStore("kept").get("about"); q.onsuccess = () => r(q.result.rounds); }); }""")
    assert rounds == 600_000
    assert "张建国" not in kept, "what lies on the device cannot be read"

    _filled_in_outside(desk, page)

    # Meanwhile somebody at the office writes into the same field, and into another one.
    now = cases.item_at(desk.stage, number, "investigate_household")
    there = {"income_found": "单位填写：月工资一千五", "second_investigator": "赵核查"}
    office.perform(SaveDraft(now.id, now.version, there, now.draft_version), investigator)
    _brought_back(desk, page, number)
    page.on("dialog", lambda asked: asked.accept())
    page.click("#wipe")
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#state")).to_contain_text("没有带出的表")


def _filled_in_outside(desk: Desk, page: Page) -> None:
    page.context.set_offline(True)
    page.reload()
    page.wait_for_selector("body[data-ready]")
    page.fill("#pin", "wrong-pin")
    page.click("#unlock")
    expect(page.locator("#said")).to_contain_text("口令不对")
    page.fill("#pin", PIN)
    page.click("#unlock")
    page.locator("#list button").click()
    page.wait_for_selector("#form[data-ready]")
    page.locator('textarea[id*="field_living"]').fill("砖房三间")
    page.locator('textarea[id*="field_income_found"]').fill("外出填写：打零工")
    picture = io.BytesIO()
    Image.new("RGB", (80, 60), "grey").save(picture, "JPEG")
    page.set_input_files(
        "#photo", {"name": "房屋.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
    )
    expect(page.locator("#photos")).to_contain_text("房屋.jpg")
    page.click("#locate")
    expect(page.locator("#place")).to_contain_text("31.86000")
    box = page.locator("#pad").bounding_box()
    assert box is not None
    page.locator("#pad").scroll_into_view_if_needed()
    box = page.locator("#pad").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 100, steps=8)
    page.mouse.up()
    page.click("#keep-pad")
    page.click("#bring")
    expect(page.locator("#said")).to_contain_text("没有网络")
    desk.shot(page, "field")


def _brought_back(desk: Desk, page: Page, number: str) -> None:
    page.context.set_offline(False)
    page.click("#bring")
    dialog = page.locator("#conflicts")
    expect(dialog).to_contain_text("外出填写：打零工")
    expect(dialog).to_contain_text("单位填写：月工资一千五")
    expect(dialog.locator("fieldset")).to_have_count(1)
    desk.shot(page, "field_conflict")
    violations = Axe().run(page).response["violations"]
    assert [v["id"] for v in violations if v["impact"] in ("serious", "critical")] == []
    dialog.get_by_label("外出填写").check()
    dialog.get_by_role("button", name="按所选保留").click()
    expect(page.locator("#said")).to_contain_text("已上传 1 份", timeout=20_000)
    brought = cases.item_at(desk.stage, number, "investigate_household").draft or {}
    assert brought["living"] == "砖房三间"
    assert brought["income_found"] == "外出填写：打零工"
    assert brought["second_investigator"] == "赵核查", "what only the office changed stays"
    with desk.stage.database.reading("") as session:
        case = queries.case_by_number(session, number)
        assert [a.name for a in queries.attachments(session, case.id)] == ["房屋.jpg"]
        assert "31.86000" in queries.comments(session, case.id)[0].text


def test_what_is_carried_expires(desk: Desk) -> None:
    page = desk.sign_in("t1_investigator")
    page.goto("/field")
    page.wait_for_selector("body[data-ready]")
    page.fill("#pin", PIN)
    page.click("#carry")
    expect(page.locator("#said")).to_contain_text("已带出")
    page.evaluate("""async () => { const base = await new Promise((r) => { const a = indexedDB.open("yimen-field"); a.onsuccess = () => r(a.result); });
        const kept = base.transaction("kept", "readwrite").objectStore("kept");
        const about = await new Promise((r) => { const q = kept.get("about"); q.onsuccess = () => r(q.result); });
        about.expires = "2020-01-01T00:00:00Z"; kept.put(about, "about"); }""")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#state")).to_contain_text("没有带出的表")
    page.fill("#pin", PIN)
    page.click("#unlock")
    expect(page.locator("#said")).to_contain_text("到期清除")
