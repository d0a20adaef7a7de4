"""Papers and the register: a row altered, added or dropped past the program is found."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from processes.oversight import numbers, records
from processes.rehearsal.stage import Stage
from tests.builders import cases


def _faults(stage: Stage) -> list[str]:
    with stage.database.snapshot("") as session:
        return list(records.differing(session))


CHANGED = {
    "paper altered": ("UPDATE issued_paper SET number = '改' WHERE id = 1", "没有出具记录"),
    "paper dropped": ("DELETE FROM issued_paper WHERE id = (SELECT max(id) FROM issued_paper)", "缺失"),
    "paper added": (
        "INSERT INTO issued_paper (case_id, release_id, kind, title, template, number, code, question, status, standing, "
        "division, is_printed, is_decided, issued_on, issued_at, issued_by, seal_mark) SELECT case_id, release_id, kind, title, "
        "template, number, 'GHOST', question, status, standing, division, is_printed, is_decided, issued_on, issued_at, "
        "issued_by, 'x' FROM issued_paper WHERE id = 1",
        "没有出具记录",
    ),
    "address altered": ("UPDATE household SET address = '改'", "与最后一次保存的不符"),
    "disability altered": ("UPDATE person SET disability_grade = 1 WHERE id = 1", "与最后一次保存的不符"),
    "income altered": ("UPDATE income SET annual_amount = '1.00'", "与最后一次保存的不符"),
    "income dropped": ("DELETE FROM income", "与最后一次保存的不符"),
    "income added": (
        "INSERT INTO income (household_id, person_id, kind, annual_amount, seal_mark) VALUES (1, 1, 'wages', '5.00', 'x')",
        "与最后一次保存的不符",
    ),
    "property added": (
        "INSERT INTO property (household_id, kind, quantity, seal_mark) VALUES (1, 'deposits', '5.00', 'x')",
        "与最后一次保存的不符",
    ),
    "expense added": (
        "INSERT INTO expense (household_id, person_id, kind, annual_amount, seal_mark) VALUES (1, 1, 'medical', '5.00', 'x')",
        "与最后一次保存的不符",
    ),
    "member dropped": ("DELETE FROM membership WHERE position = 1", "与最后一次保存的不符"),
    "state exchanged": ("UPDATE household_version SET seal_mark = 'x'", "不能解密"),
    "state added": (
        "INSERT INTO household_version (household_id, version, at, by, content, seal_mark) "
        "SELECT household_id, version, at, by, content, seal_mark FROM household_version",
        "历次登记有缺失或者多出",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", list(CHANGED))
def test_what_is_changed_past_the_program__is_found(stage: Stage, what: str) -> None:
    cases.a_case(stage, at="county_decision")
    assert _faults(stage) == []
    statement, said = CHANGED[what]
    with stage.database.unit_of_work() as uow:
        assert uow.session.execute(text(statement)).rowcount  # type: ignore[attr-defined]
        uow.session.commit()
    assert any(said in told for told in _faults(stage)), _faults(stage)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE number_series SET last = last - 1 WHERE series LIKE 'case/%'",
        "UPDATE number_series SET last = last - 1 WHERE series LIKE 'paper/%'",
        "UPDATE number_series SET last = last + 5 WHERE series LIKE 'case/%'",
        "DELETE FROM number_series WHERE series LIKE 'paper/%'",
        "INSERT INTO number_series (series, last) VALUES ('case/340199109/DB/2026', 7)",
    ],
)
def test_a_series_of_numbers_that_is_set_otherwise__is_found(stage: Stage, statement: str) -> None:
    cases.a_case(stage, at="county_decision")
    with stage.database.unit_of_work() as uow:
        assert list(numbers.differing(uow.session)) == []
        assert uow.session.execute(text(statement)).rowcount  # type: ignore[attr-defined]
        uow.session.commit()
    with stage.database.snapshot("") as session:
        assert list(numbers.differing(session))
