"""Enumerations with titles: a member is its stored string wherever one is written or compared."""

from __future__ import annotations

import json
import pickle

import pytest

from processes.cases.status import CaseStatus, MigrationStatus
from processes.policy import values


def test_a_member_is_its_stored_string() -> None:
    assert CaseStatus.OPEN == "open"
    assert CaseStatus("open") is CaseStatus.OPEN
    assert {"open": 1}[CaseStatus.OPEN] == 1
    assert (str(CaseStatus.OPEN), f"{CaseStatus.OPEN}", type(str(CaseStatus.OPEN))) == ("open", "open", str)


def test_json_of_a_member_is_that_of_the_string() -> None:
    """Chains of events and states of rows are hashes of this."""
    told = [CaseStatus.OPEN, {"status": CaseStatus.CLOSED}]
    plain = ["open", {"status": "closed"}]
    assert values.dumps(told) == values.dumps(plain)
    assert json.dumps(told) == json.dumps(plain)
    assert pickle.loads(pickle.dumps(CaseStatus.OPEN)) is CaseStatus.OPEN


def test_a_member_has_its_title() -> None:
    assert CaseStatus.OPEN.title == "办理中"
    assert CaseStatus.titles() == {"open": "办理中", "suspended": "中止办理", "closed": "已办结"}


def test_a_string_that_is_no_member_is_refused() -> None:
    with pytest.raises(ValueError, match="hidden"):
        CaseStatus("hidden")


def test_a_migration_works_or_has_ended_or_waits_for_people() -> None:
    waits = [s for s in MigrationStatus if not s.is_working and not s.has_ended]
    assert waits == [MigrationStatus.PLANNED]
    assert not [s for s in MigrationStatus if s.is_working and s.has_ended]
