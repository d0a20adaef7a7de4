"""The reference of content is what the code says, and every key in it is explained."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from documents import sandbox
from processes.cli import content_reference
from processes.cli.main import main
from processes.engine import facts
from processes.engine.diagrams import read_diagrams
from processes.engine.element_properties import PROPERTIES
from processes.engine.function_words import FUNCTIONS
from processes.engine.xml import parse_xml
from processes.rehearsal.scenarios import SCHEMA_FILE
from processes.releases import shapes
from processes.releases.lint import form_rules, lint_folder
from processes.verbs import registry
from tests.conftest import CONTENT

ALL = [*sorted(shapes.SCHEMAS.glob("*.schema.json")), SCHEMA_FILE]


def _unexplained(schema: Any, before: str = "") -> Iterator[str]:
    for key, inner in schema.get("properties", {}).items():
        if not inner.get("title") or not inner.get("description"):
            yield f"{before}{key}"
        yield from _unexplained(inner, f"{before}{key}.")
    for part in ("items", "additionalProperties"):
        if isinstance(schema.get(part), dict):
            yield from _unexplained(schema[part], f"{before}*.")
    for name, inner in schema.get("$defs", {}).items():
        yield from _unexplained(inner, f"{name}.")


@pytest.mark.parametrize("path", ALL, ids=lambda p: p.name)
def test_every_key_has_a_title_and_an_explanation(path: Path) -> None:
    assert list(_unexplained(json.loads(path.read_text("utf-8")))) == []


def test_the_page_is_what_the_code_says() -> None:
    assert content_reference.FILE.read_text("utf-8") == content_reference.text(), "yimen content-reference"


def test_a_page_that_is_behind__is_told(tmp_path: Path) -> None:
    old = tmp_path / "content.md"
    old.write_text("# old", encoding="utf-8")
    assert CliRunner().invoke(main, ["content-reference", "--check", "--file", str(old)]).exit_code == 1
    assert CliRunner().invoke(main, ["content-reference", "--file", str(old)]).exit_code == 0
    assert CliRunner().invoke(main, ["content-reference", "--check", "--file", str(old)]).exit_code == 0


def test_functions_filters_and_rules_of_fields_are_all_there() -> None:
    assert set(FUNCTIONS) == facts.FUNCTION_NAMES
    assert set(sandbox.environment({}).filters) == set(sandbox.FILTERS)
    component = json.loads(shapes.of_kind("form").read_text("utf-8"))["properties"]["components"]["items"]
    assert set(component["properties"]["properties"]["properties"]) == form_rules.HOUSE_RULES


def test_verbs_are_listed_with_their_parameters() -> None:
    shown = CliRunner().invoke(main, ["verbs", "--markdown"]).output
    for verb in registry.all_verbs().values():
        assert f"`{verb.name}`" in shown
        assert all(f"`{name}`" in shown for name in verb.parameters)
    assert "paper.issue" in CliRunner().invoke(main, ["verbs"]).output


def test_diagrams_carry_no_other_properties() -> None:
    for file in CONTENT.glob("*/*.bpmn"):
        for diagram in read_diagrams(parse_xml(file.read_bytes(), file.name)):
            for node in diagram.nodes.values():
                assert node.properties.keys() <= PROPERTIES.keys(), (file, node.id)


def test_a_misspelt_key_of_a_sheet_or_a_parameter__is_told(tmp_path: Path) -> None:
    folder = tmp_path / "temporary_relief"
    for source in (CONTENT / "temporary_relief").rglob("*"):
        if source.is_file():
            target = folder / source.relative_to(CONTENT / "temporary_relief")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    (tmp_path / "common").symlink_to(CONTENT / "common")
    sheet, policy, drawn = (folder / n for n in ("relief_grant.sheet.toml", "policy.toml", "emergency.bpmn"))
    sheet.write_text(sheet.read_text("utf-8").replace("article =", "artikle =", 1), encoding="utf-8")
    policy.write_text(policy.read_text("utf-8").replace("unit =", "units =", 1), encoding="utf-8")
    drawn.write_text(drawn.read_text("utf-8").replace('name="clauses"', 'name="clause"', 1), encoding="utf-8")
    found = {(p.rule, Path(p.file).name) for p in lint_folder(folder, registry.office_for_lint())}
    assert found == {
        ("unlike_schema", "relief_grant.sheet.toml"),
        ("unlike_schema", "policy.toml"),
        ("unknown_property", "emergency.bpmn"),
    }
