"""The rule behind a step and behind a field, where it is worked."""

from __future__ import annotations

import json
import re

from processes.rehearsal.stage import Stage
from processes.releases import bundle as bundles
from processes.releases import clauses, forms
from tests.builders import cases
from tests.builders.desks import Person
from tests.conftest import CONTENT


def test_a_step_shows_the_clauses_that_it_carries_out(stage: Stage) -> None:
    number = cases.a_case(stage)
    item = cases.open_items(stage, number)[0]
    page = Person(stage, "window_clerk").get(f"/cases/{number}/tasks/{item.id}").text
    basis = page[page.index('id="basis"') : page.index("</details>", page.index('id="basis"'))]
    # 受理审查 is drawn with clause C28 (凡救助必用库，凡受助必入库).
    assert "县实施意见四（二）" in basis
    assert "凡救助必用库，凡受助必入库" in basis
    assert 'href="/policy#C28"' in basis


def test_every_clause_of_the_county_is_listed_with_its_steps(stage: Stage) -> None:
    page = Person(stage, "window_clerk").get("/policy").text
    rows = dict(re.findall(r'<tr id="(C\d\d)">(.*?)</tr>', page, re.DOTALL))
    assert list(rows) == [f"C{n:02d}" for n in range(1, 43)]
    assert "最低生活保障：" in rows["C28"]
    assert "受理审查" in rows["C28"]
    assert all(clause.text.endswith("。") for clause in clauses.known(CONTENT).values())


def test_a_field_shows_its_article() -> None:
    form = bundles.read_folder(CONTENT / "minimum_living_allowance").form("application")
    assert form is not None
    told = {
        f["key"]: f.get("description", "") for f in forms.resolved(form, dict)["components"] if f.get("key")
    }
    assert told["relative_of_official"].endswith("（民发〔2021〕57号第十一条）")
    # What a file says is not changed by showing it.
    assert "57号" not in json.dumps([f.get("description") for f in form["components"]], ensure_ascii=False)


def test_help_leads_to_the_policy_the_keys_and_the_releases(stage: Stage) -> None:
    page = Person(stage, "window_clerk").get("/help").text
    assert 'href="/policy"' in page
    assert 'href="/about"' in page
    assert "data-keys" in page
