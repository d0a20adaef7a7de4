"""What the register repeats of others or of what is sealed: altered alone, it is found."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from processes.oversight import fingerprints
from processes.rehearsal.stage import Stage
from tests.builders import cases

ALTERED = {
    "who is paid": ("UPDATE household SET householder_name = '他人'", "户主姓名与户主的人员登记不符"),
    "whose telephone": ("UPDATE household SET phone_index = 'x'", "联系电话的查找标记与电话不符"),
    "whose number": ("UPDATE person SET id_index = 'x' || id", "证件号码的查找标记与号码不符"),
    "whose account": ("UPDATE award SET account_index = 'x'", "收款账号的查找标记与账号不符"),
    "whose file": ("UPDATE person SET home = '340199102'", "所属地点与最后一次登记的不符"),
}


def faults(stage: Stage) -> list[str]:
    with stage.database.snapshot("") as session:
        return list(fingerprints.differing(session))


@pytest.mark.parametrize("what", ALTERED)
def test_what_is_altered_alone__is_found(any_stage: Stage, what: str) -> None:
    cases.a_case(any_stage, at="serve_confirmation")
    assert faults(any_stage) == []
    statement, said = ALTERED[what]
    with any_stage.database.unit_of_work() as uow:
        uow.session.execute(text(statement))
        uow.commit()
    found = faults(any_stage)
    assert found
    assert all(fault.endswith(said) for fault in found), found
