"""The step before a step, as the diagrams have it."""

from __future__ import annotations

import pytest

from processes.engine import behind
from processes.releases import bundle as bundles
from tests.conftest import CONTENT


@pytest.mark.parametrize(
    ("step", "before"),
    [
        ("check_papers", "receive_supplement"),  # the first one; what was supplemented comes back to it
        ("investigate_household", "check_papers"),  # in a process that is called
        ("democratic_appraisal", "compare_economy"),
        ("county_decision", "county_check"),
    ],
)
def test_the_step_before_is_the_one_that_the_process_has(step: str, before: str) -> None:
    definition = bundles.read_folder(CONTENT / "minimum_living_allowance").definition(None)
    assert behind.step_before(definition, step) == before
