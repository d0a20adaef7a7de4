"""Who had a hand in a step, and who may work on it: by account, role and place, in the own name or for somebody away."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from processes.access.scope import Actor, StandIn
from processes.cases import duties, rules
from processes.cases.models import WorkItem
from processes.errors import NotAllowed, RuleBroken, StaleTask, TaskTaken

ROLE, OTHER_ROLE = "investigator", "township_leader"
TOWNSHIP, VILLAGE, ELSEWHERE = "340199101", "340199101201", "340199102"
ME, COLLEAGUE, AWAY = 1, 2, 3


def step(**more: object) -> WorkItem:
    """An open step of an investigator in a village, held by nobody."""
    plain: dict[str, object] = {
        "role": ROLE, "division": VILLAGE, "programme": "aid", "status": "open", "version": 4, "cosigning": "",
        "changed_at": datetime(2026, 3, 2, 1, 30, tzinfo=UTC), "changed_by": "赵调查",
    }  # fmt: skip
    return WorkItem(**(plain | more))


def actor(
    role: str = ROLE, division: str = TOWNSHIP, stands_in: tuple[StandIn, ...] = (), account: int | None = ME
) -> Actor:
    return Actor(account, "我", frozenset({role}), division, stands_in=stands_in)


def away(
    account: int = AWAY, role: str = ROLE, division: str = TOWNSHIP, programmes: tuple[str, ...] = ()
) -> StandIn:
    return StandIn(account, f"外出{account}", frozenset({role}), division, frozenset(programmes))


def test_everybody_who_had_a_hand_in_it() -> None:
    done = step(completed_by_id=1, completed_for_id=2, prepared_by_id=3, second_id=4, preparers=[5, 1])
    assert duties.hands(done) == {1, 2, 3, 4, 5}
    assert duties.hands(step()) == frozenset()
    assert duties.hands(step(prepared_by_id=3)) == {3}


def test_demand_open__as_it_was_seen_and_not_done() -> None:
    rules.demand_open(step(), 4)


@pytest.mark.parametrize(("more", "seen"), [({"status": "done"}, 4), ({}, 3), ({}, 5)])
def test_demand_open__acted_upon_meanwhile(more: dict[str, object], seen: int) -> None:
    with pytest.raises(StaleTask) as stale:
        rules.demand_open(step(**more), seen)
    assert "赵调查" in stale.value.message
    assert "03月02日 09:30" in stale.value.message, "the time of day is that of China"


def test_demand_open__what_nobody_changed_the_program_did() -> None:
    with pytest.raises(StaleTask) as stale:
        rules.demand_open(step(changed_by=None), 3)
    assert "已由系统于" in stale.value.message


@pytest.mark.parametrize(
    ("item", "who"),
    [
        (step(), actor()),
        (step(claimed_by_id=ME), actor()),
        (step(claimed_by_id=ME, delegated_by_id=COLLEAGUE), actor(OTHER_ROLE)),
        (step(claimed_by_id=ME, delegated_by_id=COLLEAGUE), actor(division=ELSEWHERE)),
        (step(), actor(stands_in=(away(),))),
        (step(claimed_by_id=ME), actor(stands_in=(away(),))),
        # Claimed for somebody whose absence is over.
        (step(claimed_by_id=ME, claimed_for_id=COLLEAGUE), actor(stands_in=(away(),))),
    ],
)
def test_demand_worker__in_the_own_name(item: WorkItem, who: Actor) -> None:
    assert rules.demand_worker(item, who) is None
    assert rules.may_work(item, who)


@pytest.mark.parametrize(
    ("item", "who"),
    [
        (step(), actor(OTHER_ROLE, stands_in=(away(),))),
        (step(claimed_by_id=AWAY), actor(OTHER_ROLE, stands_in=(away(),))),
        (step(), actor(OTHER_ROLE, stands_in=(away(programmes=("aid",)),))),
        (step(claimed_by_id=AWAY), actor(stands_in=(away(),))),
        (step(claimed_by_id=ME, claimed_for_id=AWAY), actor(stands_in=(away(),))),
        (step(claimed_by_id=ME, claimed_for_id=AWAY), actor(stands_in=(away(COLLEAGUE), away()))),
        (step(claimed_by_id=AWAY), actor(OTHER_ROLE, stands_in=(away(COLLEAGUE), away()))),
    ],
)
def test_demand_worker__for_somebody_away(item: WorkItem, who: Actor) -> None:
    found = rules.demand_worker(item, who)
    assert found is not None and found.account_id == AWAY


def test_demand_worker__a_step_that_a_colleague_holds() -> None:
    with pytest.raises(TaskTaken) as taken:
        rules.demand_worker(step(claimed_by_id=COLLEAGUE, claimed_by="钱调查"), actor())
    assert "钱调查" in taken.value.message
    with pytest.raises(TaskTaken):
        rules.demand_worker(step(claimed_by_id=COLLEAGUE, delegated_by_id=ME, claimed_by="钱"), actor())
    with pytest.raises(TaskTaken):  # another substitute of the same person is at it
        rules.demand_worker(
            step(claimed_by_id=COLLEAGUE, claimed_for_id=AWAY, claimed_by="钱"), actor(stands_in=(away(),))
        )


@pytest.mark.parametrize(
    ("item", "who"),
    [
        (step(), actor(OTHER_ROLE)),
        (step(), actor(division=ELSEWHERE)),
        (step(claimed_by_id=ME), actor(OTHER_ROLE)),
        (step(), actor(OTHER_ROLE, stands_in=(away(role=OTHER_ROLE),))),
        (step(), actor(OTHER_ROLE, stands_in=(away(division=ELSEWHERE),))),
        (step(), actor(OTHER_ROLE, stands_in=(away(programmes=("relief",)),))),
        (step(claimed_by_id=COLLEAGUE), actor(OTHER_ROLE, stands_in=(away(),))),
        (step(claimed_by_id=ME, claimed_for_id=COLLEAGUE), actor(OTHER_ROLE, stands_in=(away(),))),
        # The program itself has no account; nobody's step is not its own for that.
        (step(delegated_by_id=COLLEAGUE), actor(OTHER_ROLE, account=None)),
    ],
)
def test_demand_worker__not_theirs(item: WorkItem, who: Actor) -> None:
    with pytest.raises(NotAllowed):
        rules.demand_worker(item, who)
    assert not rules.may_work(item, who)


def test_demand_decider__nobody_else_decides_it() -> None:
    rules.demand_decider(step())
    with pytest.raises(RuleBroken) as delegated:
        rules.demand_decider(step(delegated_by_id=COLLEAGUE, delegated_by="钱调查"))
    assert delegated.value.message == "不符合办理规定：本环节由钱调查委派，填好后请交回，由委派人办结"
    for when in ("before", "after"):
        with pytest.raises(RuleBroken) as signing:
            rules.demand_decider(step(cosigning=when))
        assert signing.value.message == "不符合办理规定：会签尚未完成，请等会签人表态，或者减去会签人后再办结"


def test_demand_at_rest__what_was_submitted_stays_as_it_is() -> None:
    rules.demand_at_rest(step())
    rules.demand_at_rest(step(cosigning="before"))
    with pytest.raises(RuleBroken) as held:
        rules.demand_at_rest(step(cosigning="after"))
    assert held.value.message == "不符合办理规定：本环节已提交会签，会签结束前不能再改动或转交"
