import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from processes.releases import lint
from processes.verbs.registry import office_for_lint
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
        ("apply.bpmn", "(township_confirmation if delegated and not objected else county_decision).decision == 'confirm'", "__import__('os').system('true')", "expression_refused", "decision_made_to_stop_county_clock"),
        ("apply.bpmn", "due('comparison')", "().__class__", "expression_refused", "comparison_late"),
        ("apply.bpmn", 'value="entitlement.monthly"', 'value="eval(1)"', "unknown_function", "grant_award"),
        ("apply.bpmn", "'approval_form'", "'no_paper'", "unknown_paper", "issue_approval_form"),
        ("apply.bpmn", "<spiffworkflow:calledDecisionId>grade<", "<spiffworkflow:calledDecisionId>marks<", "unknown_decision", "decide_grade"),
        ("apply.bpmn", 'sourceRef="stop_announcement_clock" targetRef="confirmed"', 'sourceRef="stop_announcement_clock" targetRef="stop_announcement_clock"', "end_unreachable", "confirmed"),
        ("documents.toml", 'after = "democratic_appraisal"', 'after = "no_such_step"', "unknown_step", "appraisal_record"),
        ("grade.dmn", "param('allowance.review_months.a')", "param('allowance.no_such')", "unknown_parameter", "rule_1"),
        ("grade.dmn", '<inputEntry id="rule_2_in_2"><text>true</text>', '<inputEntry id="rule_2_in_2"><text>false</text>', "table_gap", "grade"),
        ("grade.dmn", '<inputEntry id="rule_3_in_1"><text>true</text>', '<inputEntry id="rule_3_in_1"><text>-</text>', "table_overlap", "rule_3"),
        ("grade.dmn", "<text>\"A\"</text>", "<text>__import__('os')</text>", "not_executable", ""),
        ("entitlement.sheet.toml", "round_up(exact, param('allowance.rounding_unit'))", "round_up(exact * 1.05)", "number_in_content", "monthly"),
        ("programme.toml", 'verb = "award.grant"', 'verb = "award.gift"', "effect_without_decision", "award.grant"),
        ("programme.toml", 'requires = { county_decision = "county_leader", township', 'requires = { county_opinion = "county_leader", township', "unknown_step", "award.grant"),
        ("programme.toml", 'requires = { county_decision = "county_leader", township', 'requires = { county_check = "county_clerk", township', "decision_of_other_role", "award.grant"),
        ("programme.toml", 'requires = { county_decision = "county_leader", township', 'requires = { county_exemption = "county_leader", township', "step_without_verdict", "award.grant"),
        ("programme.toml", 'requires = { county_decision = "county_leader", township', 'requires = { township', "effect_before_decision", "grant_award"),
        ("documents.toml", 'id = "confirmation_notice"\ndecided_by = { county_decision = "county_leader", township_confirmation = "township_leader" }\nverdict = "agree"', 'id = "confirmation_notice"', "paper_without_decision", "confirmation_notice"),
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


def problems_of(content: Path) -> set[tuple[str, str]]:
    return {(p.rule, p.element) for p in lint.lint_paths([content], office_for_lint())}


def _in_default_namespace(text: str) -> str:
    """As Flowable, Activiti and Signavio write it: the BPMN namespace without a prefix."""
    return text.replace("<bpmn:", "<").replace("</bpmn:", "</").replace("xmlns:bpmn=", "xmlns=")


def _attributes_exchanged(text: str) -> str:
    return re.sub(r'<bpmn:process id="([^"]+)"([^>]*)>', r'<bpmn:process\2 id="\1">', text)


def _single_quotes(text: str) -> str:
    """Every attribute whose value holds no single quote in single quotes."""
    return re.sub(r'(\s[\w:]+)="([^"\']*)"', r"\1='\2'", text)


@pytest.mark.parametrize("rewrite", [_in_default_namespace, _attributes_exchanged, _single_quotes])
@pytest.mark.parametrize("file", ["apply.bpmn", "../common/supplement.bpmn"])
def test_lint__models_as_other_tools_write_them_are_clean(
    content: Path, rewrite: Callable[[str], str], file: str
) -> None:
    path = content / file
    text = path.read_text()
    written = rewrite(text)
    assert written != text
    path.write_text(written)
    assert problems_of(content) == set()


def test_lint__a_model_in_utf_16_is_read_and_told_of(content: Path) -> None:
    path = content / "../common/supplement.bpmn"
    text = path.read_text().replace('encoding="UTF-8"', 'encoding="UTF-16"')
    path.write_bytes(text.encode("utf-16"))
    assert problems_of(content) == {("file_not_utf8", "")}


def test_lint__a_processing_instruction_is_passed_over(content: Path) -> None:
    path = content / "apply.bpmn"
    path.write_text(re.sub(r"(<bpmn:process [^>]*>)", r"\1<?note x?>", path.read_text()))
    assert problems_of(content) == set()


FIELD = {"type": "textfield", "key": "extra", "label": "附加"}
DAY = {"type": "datetime", "subtype": "date", "key": "extra", "dateLabel": "附加日期"}
BOUNDED = {"not_after_today": True, "not_before": "opened"}


@pytest.mark.parametrize(
    ("component", "rule"),
    [
        (FIELD | {"validate": {"pattern": "^[0-9]{6}$"}}, "form_rule_not_checked"),
        (FIELD | {"validate": {"validationType": "email"}}, "form_rule_not_checked"),
        (FIELD | {"readonly": True}, "form_rule_not_checked"),
        (FIELD | {"disabled": True}, "form_rule_not_checked"),
        (FIELD | {"properties": {"another_persn": True}}, "form_rule_not_checked"),
        (FIELD | {"validate": {"min": 1}}, "form_rule_not_checked"),
        ({"type": "textfield", "label": "附加"}, "form_field_without_key"),
        (FIELD | {"key": "reason"}, "form_key_twice"),
        ({"type": "text", "id": "note", "text": "<img src=x onerror=alert(1)>"}, "form_markup"),
        (
            {"type": "text", "id": "note", "text": '{{"<" + "img src=x onerror=alert(1)>"}}'},
            "form_computed_text",
        ),
        ({"type": "text", "id": "note", "text": ' ="<" + "img src=x>"'}, "form_computed_text"),
        (FIELD | {"label": "附{{ 1 }}"}, "form_computed_text"),
        (FIELD | {"description": "=1"}, "form_computed_text"),
        (FIELD | {"appearance": {"prefixAdorner": "=1"}}, "form_computed_text"),
        (
            {
                "type": "radio",
                "key": "extra",
                "label": "附加",
                "values": [{"label": "{{ 1 }}", "value": "a"}],
            },
            "form_computed_text",
        ),
        (DAY | {"subtype": "time", "properties": BOUNDED}, "form_rule_not_checked"),
        (DAY | {"subtype": "datetime", "properties": BOUNDED}, "form_rule_not_checked"),
        (DAY, "date_without_bounds"),
        (DAY | {"properties": {"not_after_today": True}}, "date_without_bounds"),
        (DAY | {"properties": {"not_before": "opened"}}, "date_without_bounds"),
        (DAY | {"properties": BOUNDED | {"not_before": "township_opinon"}}, "unknown_step"),
        (
            DAY | {"properties": {"not_after_today": True, "within_months_parameter": "no.such"}},
            "unknown_parameter",
        ),
    ],
)
def test_lint__refuses_what_the_server_does_not_check(
    content: Path, component: dict[str, object], rule: str
) -> None:
    path = content / "forms" / "application.form"
    schema = json.loads(path.read_text())
    schema["components"].append({"id": "field_extra", **component})
    path.write_text(json.dumps(schema))
    assert {r for r, _ in problems_of(content)} == {rule}


@pytest.mark.parametrize(
    "component",
    [
        FIELD | {"validate": {"minLength": 2, "pattern": ""}, "readonly": False, "layout": {"row": "r"}},
        DAY | {"properties": BOUNDED},
        {
            "type": "number",
            "key": "extra",
            "label": "附加",
            "validate": {"min": 0, "max": 5},
            "increment": "1",
        },
    ],
)
def test_lint__takes_what_the_server_checks(content: Path, component: dict[str, object]) -> None:
    path = content / "forms" / "application.form"
    schema = json.loads(path.read_text())
    schema["components"].append({"id": "field_extra", **component})
    path.write_text(json.dumps(schema))
    assert problems_of(content) == set()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('earlier = "investigate_household"', 'earlier = "investigate_houshold"', ("unknown_step", "investigate_houshold")),
        ('id = "minimum_living_allowance"', 'id = "living_allowance"', ("id_unlike_folder", "living_allowance")),
        ('code = "DB"', 'code = "LS"', ("code_twice", "minimum_living_allowance")),
        ("confirmed = ", "confrmed = ", ("end_without_outcome", "confirmed")),
    ],
)  # fmt: skip
def test_lint__what_the_programme_file_names_exists(
    content: Path, old: str, new: str, expected: tuple[str, str]
) -> None:
    path = content / "programme.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    assert expected in problems_of(content)


def test_lint__a_diagram_without_shapes(content: Path) -> None:
    path = content / "apply.bpmn"
    path.write_text(
        re.sub(r"<bpmndi:BPMNShape .*?</bpmndi:BPMNShape>", "", path.read_text(), flags=re.DOTALL)
    )
    assert "no_shape" in {rule for rule, _ in problems_of(content)}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (('amount = "entitlement.monthly"\nincome', 'amount = "entitlement.yearly"\nincome'), "unknown_line"),
        (('county_decision = "decision', 'county_verdict = "decision'), "unknown_step"),
        (('grants = "eligibility.result', 'grants = "lambda: eligibility.result'), "expression_refused"),
        (("[decision.apply]", "[decision.leave]"), "unknown_process"),
        *(
            (
                ("county_decision = \"decision == 'confirm'\"", f'county_decision = "{consent}"'),
                "consent_reads_no_answer",
            )
            for consent in (
                "true",
                "'yes' == 'yes'",
                "decision == decision",
                "decision != 'nonsense'",
                "decision != ''",
                "decision == 'confirm' or true",
                "decision == 'agree'",
                "opinion == 'agree'",
                "statement != ''",
                "decision in ['confirm', 'refuse']",
                "not decision",
            )
        ),
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
