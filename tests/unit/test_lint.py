import shutil
from pathlib import Path

import pytest

from processes.cli import office_for_lint
from processes.releases import lint
from tests.conftest import CONTENT


@pytest.fixture
def content(tmp_path: Path) -> Path:
    shutil.copytree(CONTENT, tmp_path / "bpmn")
    return tmp_path / "bpmn" / "minimum_living_allowance"


def test_lint__the_shipped_content_is_clean() -> None:
    assert lint.lint_paths([CONTENT], office_for_lint()) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "rule", "element"),
    [
        ("apply.bpmn", 'id="award.grant"', 'id="award.gift"', "unknown_operation", "grant_award"),
        ("apply.bpmn", '<bpmn:lane id="county_leader"', '<bpmn:lane id="the_boss"', "unknown_role", "the_boss"),
        ("apply.bpmn", 'value="township_opinion"', 'value="no_such_form"', "unknown_form", "township_opinion"),
        ("apply.bpmn", ' default="decision_made_to_start_refusal_clock"', "", "gateway_without_default", "decision_made"),
        ("apply.bpmn", "draw_county_visit.visit</", "draw_county_visit.lot > 5</", "number_in_content", "visit_needed_to_county_visit"),
        ("apply.bpmn", "county_decision.decision == 'confirm'", "__import__('os').system('true')", "expression_refused", "decision_made_to_stop_county_clock"),
        ("apply.bpmn", "due('comparison')", "().__class__", "expression_refused", "comparison_late"),
        ("apply.bpmn", 'value="entitlement.monthly"', 'value="eval(1)"', "unknown_function", "grant_award"),
        ("apply.bpmn", "'approval_form'", "'no_paper'", "unknown_paper", "issue_approval_form"),
        ("apply.bpmn", "<spiffworkflow:calledDecisionId>grade<", "<spiffworkflow:calledDecisionId>marks<", "unknown_decision", "decide_grade"),
        ("apply.bpmn", 'sourceRef="stop_all_clocks" targetRef="confirmed"', 'sourceRef="stop_all_clocks" targetRef="stop_all_clocks"', "end_unreachable", "confirmed"),
        ("documents.toml", 'after = "democratic_appraisal"', 'after = "no_such_step"', "unknown_step", "appraisal_record"),
        ("grade.dmn", "param('allowance.review_months.a')", "param('allowance.no_such')", "unknown_parameter", "rule_1"),
        ("grade.dmn", '<inputEntry id="rule_2_in_2"><text>true</text>', '<inputEntry id="rule_2_in_2"><text>false</text>', "table_gap", "grade"),
        ("grade.dmn", '<inputEntry id="rule_3_in_1"><text>true</text>', '<inputEntry id="rule_3_in_1"><text>-</text>', "table_overlap", "rule_3"),
        ("grade.dmn", "<text>\"A\"</text>", "<text>__import__('os')</text>", "not_executable", ""),
        ("entitlement.sheet.toml", "round_up(exact, param('allowance.rounding_unit'))", "round_up(exact * 1.05)", "number_in_content", "monthly"),
        ("documents.toml", 'template = "approval_form.html"', 'template = "gone.html"', "unknown_template", "approval_form"),
    ],
)  # fmt: skip
def test_lint__each_fault_is_found_at_its_place(
    content: Path, file: str, old: str, new: str, rule: str, element: str
) -> None:
    path = content / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    problems = lint.lint_paths([content], office_for_lint())
    assert (rule, element) in {(p.rule, p.element) for p in problems}, problems
    found = next(p for p in problems if (p.rule, p.element) == (rule, element))
    assert any("\u4e00" <= ch <= "\u9fff" for ch in found.message)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"not xml", b"<a>", b"\xff\xfe\x00", b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>",
        b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><x>&b;</x>",
        b"<x>" * 400 + b"</x>" * 400, b"<x/>", b"<x>" + b"a" * 2_100_000 + b"</x>",
    ],
)  # fmt: skip
def test_lint__broken_files_give_a_problem_and_never_a_crash(content: Path, raw: bytes) -> None:
    for name in ("apply.bpmn", "grade.dmn"):
        kept = (content / name).read_bytes()
        (content / name).write_bytes(raw)
        problems = lint.lint_paths([content], office_for_lint())
        assert problems
        assert all("passwd" not in p.message or "root:" not in p.message for p in problems)
        (content / name).write_bytes(kept)


def test_lint__an_id_that_is_not_snake_case(content: Path) -> None:
    path = content / "apply.bpmn"
    path.write_text(
        path.read_text().replace('"check_result"', '"checkResult"').replace(">check_result<", ">checkResult<")
    )
    assert "id_not_snake_case" in {p.rule for p in lint.lint_paths([path], office_for_lint())}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (('amount = "entitlement.monthly"\nincome', 'amount = "entitlement.yearly"\nincome'), "unknown_line"),
        (('county_decision = "decision', 'county_verdict = "decision'), "unknown_step"),
        (('grants = "eligibility.result', 'grants = "lambda: eligibility.result'), "expression_refused"),
        (("[decision.apply]", "[decision.leave]"), "unknown_process"),
    ],
)
def test_lint__a_decision_that_names_what_is_not_there(
    content: Path, change: tuple[str, str], rule: str
) -> None:
    path = content / "programme.toml"
    before = path.read_text()
    after = (
        before.replace(*change).replace("[decision.apply.steps]", change[1].replace("]", ".steps]"))
        if change[0].startswith("[")
        else before.replace(*change)
    )
    assert after != before
    path.write_text(after)
    assert rule in {p.rule for p in lint.lint_paths([content], office_for_lint())}
