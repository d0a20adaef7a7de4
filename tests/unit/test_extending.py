"""A step put into all scenarios: after every completion, once, with the comments where they were."""

from __future__ import annotations

from pathlib import Path

from processes.rehearsal import extending, scenarios
from processes.releases.bundle import Bundle

GIVEN = {"decision": "confirm", "statement": "同意"}


def test_a_second_signature_in_every_scenario(allowance: Bundle) -> None:
    changed = extending.with_step(allowance.files, "county_decision", "second_signature", GIVEN)
    assert len(changed) >= 10
    for name, text in changed.items():
        before = scenarios.parse(allowance.files[name], Path(name))
        after = scenarios.parse(text.encode(), Path(name))
        for old, new in zip(before, after, strict=True):
            assert [
                s for s in new.content.get("steps", []) if s.get("task") != "second_signature"
            ] == old.content.get("steps", [])
            tasks = [s.get("task") for s in new.content.get("steps", [])]
            assert tasks.count("second_signature") == sum(
                s.get("task") == "county_decision" and "refused" not in s
                for s in old.content.get("steps", [])
            )
    comments = [
        line
        for line in allowance.files["scenarios/one_cent_below.yaml"].decode().splitlines()
        if line.startswith("#")
    ]
    assert comments
    assert all(line in changed["scenarios/one_cent_below.yaml"] for line in comments)


def test_putting_it_in_again_changes_nothing(allowance: Bundle) -> None:
    changed = extending.with_step(allowance.files, "county_decision", "second_signature", GIVEN)
    again = {n: t.encode() for n, t in changed.items()}
    assert extending.with_step(again, "county_decision", "second_signature", GIVEN) == {}
