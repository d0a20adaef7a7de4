"""The reference models' elements: imported by the editor, exported and imported again, nothing is lost."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from lxml import etree
from playwright.sync_api import expect

from processes.engine.xml import parse_xml
from processes.office.studio.drafts import AddDraftFile, OpenDraft
from processes.releases import drafts, lint
from processes.releases.bundle import Bundle
from processes.verbs import registry
from tests.browser.conftest import Desk
from tests.builders.reference_models import MODELS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
# The editor writes the connections of a node by itself, and gives default values as it likes.
_WRITTEN_BY_THE_EDITOR = {"incoming", "outgoing"}


def _elements(xml: bytes) -> Counter[tuple[str, ...]]:
    """Every element with its parent, id and text, and every attribute of it, each as an entry."""
    found: Counter[tuple[str, ...]] = Counter()
    for element in parse_xml(xml, "model").iter(etree.Element):
        name = etree.QName(element).localname
        if name in _WRITTEN_BY_THE_EDITOR:
            continue
        parent = element.getparent()
        above = "" if parent is None else parent.get("id", etree.QName(parent).localname)
        here = (name, above, element.get("id", ""), (element.text or "").strip())
        found[here] += 1
        for key, value in element.attrib.items():
            if "exporter" not in key:
                found[(*here, f"{key}={_same(value)}")] += 1
    return found


def _same(value: str) -> str:
    """`bpmn:tFormalExpression` and `tFormalExpression`, `12` and `12.0` are the same."""
    return value.split(":")[-1] if value.endswith("tFormalExpression") else value


def test_every_reference_model_comes_back_whole(desk: Desk, tmp_path: Path) -> None:
    desk.stage.set_clock(datetime(2026, 3, 2, 9, 0))
    supervisor = desk.stage.actor("supervisor", "340199")
    draft_id = desk.stage.office.perform(OpenDraft("minimum_living_allowance"), supervisor).draft
    page = desk.sign_in("supervisor")
    for name, xml in MODELS.items():
        desk.stage.office.perform(
            AddDraftFile(draft_id, f"{name}.bpmn", MODELS["reference_a_1"], True), supervisor
        )
        file = tmp_path / f"{name}.bpmn"
        file.write_text(xml)
        page.goto(f"/studio/{draft_id}/file/{name}.bpmn")
        page.wait_for_selector("#studio[data-ready]")
        page.set_input_files("[data-import]", file)
        expect(page.locator("#said")).to_contain_text("未保存")
        page.locator("#save").click()
        expect(page.locator("#said")).to_contain_text("已保存")
        with desk.stage.database.reading("") as session:
            first = drafts.bundle_of(drafts.one(session, draft_id)).files[f"{name}.bpmn"]
        lost = _elements(xml.encode()) - _elements(first)
        assert not lost, (name, lost)
        page.reload()
        page.wait_for_selector("#studio[data-ready]")
        page.locator("#save").click()
        expect(page.locator("#said")).to_contain_text("已保存")
        with desk.stage.database.reading("") as session:
            second = drafts.bundle_of(drafts.one(session, draft_id)).files[f"{name}.bpmn"]
        assert _elements(first) == _elements(second), name
        desk.shot(page, name)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_lint_names_what_cannot_run(allowance: Bundle, name: str) -> None:
    bundle = Bundle({**allowance.files, f"{name}.bpmn": MODELS[name].encode()})
    found = lint.lint_bundle(bundle, registry.office_for_lint(), only=f"{name}.bpmn")
    said = " ".join(f"{p.element} {p.message}" for p in found)
    assert found
    if name == "reference_b_2":
        for element in (
            "a_complexgateway",
            "a_sendtask",
            "a_receivetask",
            "any_order",
            "transacted",
            "catch_message",
            "throw_signal",
            "border_error",
        ):
            assert element in said, element
