"""A real desk beside files that are made to cost: every clerk is answered, whatever becomes of the files.

How much slower they are answered is measured by `python -m benchmarks hostile`, not here.
"""

from __future__ import annotations

from benchmarks import hostile
from tests.builders.nightly import NIGHTLY


def test_clerks_are_answered_beside_hostile_files() -> None:
    told = hostile.measure(clerks=2, seconds=6, at_once=2 if NIGHTLY else 1)
    assert told["errors"] == [[], []]
    requests = told["requests"]
    assert isinstance(requests, list) and min(requests) > 0
    answered = told["hostile"]
    assert isinstance(answered, dict)
    for kind in hostile.KINDS:
        assert answered[kind], f"no file of {kind} was sent"
        assert not {"0", "500"} & set(answered[kind]), answered
