"""Going back by replay, on a model with parallel branches, a called process, a service and a timer on a step's edge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from processes.engine import progress as p
from processes.engine import returns, runtime
from processes.engine import state as states
from processes.engine.definitions import Content, Definition, load
from processes.engine.facts import Facts
from processes.engine.state import Entry, State
from processes.errors import EngineFault, ReturnRefused
from tests.builders import rough_model
from tests.conftest import CONTENT

BEGUN = datetime(2026, 3, 2, 1, tzinfo=UTC)
DUE = BEGUN + timedelta(days=30)
TAKE_IN, CLOCK = "rough/take_in#1", "rough/start_clock#1"
EACH = ["rough/each#2", "rough/each#3", "rough/each#4"]
LOOK, WRITE_UP = "rough/visit/look#1", "rough/visit/write_up#1"
OPINION, DECIDE, REMIND = "rough/opinion#2", "rough/decide#2", "rough/remind#1"
TO_OPINION = [TAKE_IN, CLOCK, *EACH, LOOK, WRITE_UP]


def model(name: str, *changes: tuple[str, str]) -> Definition:
    """The model with other flows, its service asked with what only the facts of the moment say."""
    files = {n: rough_model.bundle(CONTENT).files[n] for n in ("rough.bpmn", "rough_visit.bpmn")}
    for old, new in (("\"'acceptance'\"", "\"[param('x'), due('acceptance')]\""), *changes):
        files["rough.bpmn"] = files["rough.bpmn"].replace(old.encode(), new.encode())
    return load(Content(name, files, {}, {}), "rough")


@pytest.fixture(scope="module")
def rough() -> Definition:
    return model("rough")


def facts(hours: float = 0) -> Facts:
    return Facts(BEGUN + timedelta(hours=hours), lambda name, on: 1, {"acceptance": DUE})


def given(state: State, definition: Definition, *refs: str) -> p.Progress:
    """Give an answer to each of these in turn, one an hour, each with its own place as content."""
    progress = returns.look(definition, state, facts())
    for ref in refs:
        hours = len(state.journal)
        one: p.Input = p.Answer(ref, {"at": ref}) if ref == CLOCK else p.Complete(ref, {"answer": ref})
        progress = runtime.advance(definition, state, one, facts(hours))
    return progress


def walked(definition: Definition, *refs: str) -> State:
    state = runtime.start(definition, {"who": "甲"}, facts()).state
    given(state, definition, *refs)
    return state


def open_at(progress: p.Progress) -> list[str]:
    return [o.ref for o in progress.offers]


def told(state: State) -> list[tuple[str, str]]:
    return [(e.kind, e.ref) for e in state.journal]


def test_earlier_steps__the_last_visit_of_each_and_the_latest_first(rough: Definition) -> None:
    assert returns.earlier_steps(rough, walked(rough)) == []
    state = walked(rough, *TO_OPINION, OPINION)
    assert returns.earlier_steps(rough, state) == [OPINION, WRITE_UP, LOOK, EACH[-1], TAKE_IN]


def test_earlier_steps__one_that_was_visited_again_stands_where_it_was_last(rough: Definition) -> None:
    state = walked(rough, TAKE_IN, CLOCK, EACH[0], LOOK, EACH[1])
    assert returns.earlier_steps(rough, state) == [EACH[1], LOOK, TAKE_IN]


def test_earlier_steps__what_takes_no_return_is_left_out(rough: Definition) -> None:
    bundle = rough_model.bundle(CONTENT)
    mark, more = b'name="form" value="step"/>', b'<spiffworkflow:property name="return_to" value="%s"/>'
    head, took, rest = bundle.files["rough.bpmn"].partition(b'id="take_in" name="take_in">')
    for said, expected in ((b"false", [LOOK, EACH[0]]), (b"true", [LOOK, EACH[0], TAKE_IN])):
        changed = head + took + rest.replace(mark, mark + more % said, 1)
        files = {"rough.bpmn": changed, "rough_visit.bpmn": bundle.files["rough_visit.bpmn"]}
        definition = load(Content(f"take_in {said!r}", files, {}, {}), "rough")
        state = walked(definition, TAKE_IN, CLOCK, EACH[0], LOOK)
        assert returns.earlier_steps(definition, state) == expected


def test_send_back__a_branch_goes_back_and_the_other_stays(rough: Definition) -> None:
    state = walked(rough, *TO_OPINION)
    progress = runtime.advance(rough, state, p.Return(LOOK, "再核实"), facts(20))
    assert progress.state is state
    assert open_at(progress) == [LOOK]
    assert told(state) == [
        ("start", ""),
        ("complete", TAKE_IN),
        ("answer", CLOCK),
        *(("complete", e) for e in EACH),
    ]
    assert [(f.kind, f.task, f.title, f.ref, f.details) for f in progress.facts] == [
        ("returned", "look", "look", LOOK, {"reason": "再核实"}),
        ("withdrawn", "opinion", "opinion", OPINION, {"reason": "再核实"}),
    ]
    assert (progress.questions, progress.undone, progress.ended_at) == ([], [], None)
    assert progress.data["take_in"] == {"answer": TAKE_IN}
    assert open_at(given(state, rough, LOOK, WRITE_UP)) == [OPINION], "the join joins again"


def test_send_back__what_stays_open_is_not_withdrawn(rough: Definition) -> None:
    state = walked(rough, TAKE_IN, CLOCK, LOOK)
    progress = runtime.advance(rough, state, p.Return(LOOK, "再看"), facts(20))
    assert open_at(progress) == [*EACH, LOOK]
    assert [(f.kind, f.ref) for f in progress.facts] == [("returned", LOOK), ("withdrawn", WRITE_UP)]


def test_send_back__answers_that_followed_are_undone(rough: Definition) -> None:
    state = walked(rough, *TO_OPINION)
    progress = runtime.advance(rough, state, p.Return(TAKE_IN, "重报"), facts(20))
    assert open_at(progress) == [TAKE_IN]
    assert progress.undone == [(CLOCK, {"at": CLOCK})]
    assert told(state) == [("start", "")]
    assert state.visits == walked(rough).visits


def test_send_back__from_the_end(rough: Definition) -> None:
    state = walked(rough, *TO_OPINION, OPINION, DECIDE, "rough/serve#2")
    assert state.ended_at == "ended"
    progress = runtime.advance(rough, state, p.Return(DECIDE, "纠正"), facts(20))
    assert (open_at(progress), progress.ended_at, state.ended_at) == ([DECIDE], None, None)


def test_send_back__the_timer_of_the_step_runs_again(rough: Definition) -> None:
    state = walked(rough, *TO_OPINION, OPINION)
    assert returns.look(rough, state, facts(20)).due_at is None
    assert runtime.advance(rough, state, p.Return(OPINION, "改"), facts(20)).due_at == DUE


@pytest.mark.parametrize(
    ("to", "said"),
    [(OPINION, "opinion"), (EACH[0], "each"), (CLOCK, "start_clock"), ("rough/nowhere#1", "rough/nowhere#1")],
)
def test_send_back__to_an_earlier_step_alone(rough: Definition, to: str, said: str) -> None:
    state = walked(rough, *TO_OPINION)
    before = states.dump(state)
    with pytest.raises(ReturnRefused) as refused:
        runtime.advance(rough, state, p.Return(to, "退"), facts(20))
    assert f"“{said}”" in refused.value.message
    assert states.dump(state) == before


def test_recompute__the_question_is_put_again(rough: Definition) -> None:
    state = walked(rough, *TO_OPINION)
    progress = runtime.advance(rough, state, p.Recompute(CLOCK, "情况有变"), facts(20))
    assert [(q.ref, q.params) for q in progress.questions] == [(CLOCK, {"clock": [1, DUE]})]
    assert progress.undone == [(CLOCK, {"at": CLOCK})]
    assert told(state) == [("start", ""), ("complete", TAKE_IN)]
    assert [(f.kind, f.title, f.ref, f.details["reason"]) for f in progress.facts] == [
        ("recomputed", "start_clock", CLOCK, "情况有变"), ("withdrawn", "opinion", OPINION, "情况有变"),
    ]  # fmt: skip


@pytest.mark.parametrize("ref", [TAKE_IN, "rough/start_clock#2", "rough/nowhere#1"])
def test_recompute__what_was_never_answered(rough: Definition, ref: str) -> None:
    with pytest.raises(ReturnRefused) as refused:
        runtime.advance(rough, walked(rough, *TO_OPINION), p.Recompute(ref, "变"), facts(20))
    assert ref in refused.value.message


def test_answered__the_latest_answer_to_an_operation(rough: Definition) -> None:
    state = walked(rough, TAKE_IN, CLOCK)
    assert returns.answered(rough, state, "clock.start") is state.journal[2]
    assert returns.answered(rough, state, "clock.stop") is None
    again = Entry("answer", facts(9).now, "rough/start_clock#2", {"at": "again"})
    elsewhere = Entry("answer", facts(9).now, "rough/nowhere#1", {})
    state.journal += [again, elsewhere, Entry("complete", facts(9).now, "rough/start_clock#3", {})]
    assert returns.answered(rough, state, "clock.start") is again


@pytest.mark.parametrize(
    ("origin", "ref", "after"),
    [
        (TAKE_IN, OPINION, True), (OPINION, TAKE_IN, False), (OPINION, OPINION, True), (OPINION, "rough/opinion#3", True),
        (EACH[0], LOOK, False), (LOOK, EACH[0], False), (EACH[0], EACH[1], True),
        (LOOK, WRITE_UP, True), (WRITE_UP, LOOK, False), (WRITE_UP, OPINION, True), (TAKE_IN, LOOK, True),
        (OPINION, WRITE_UP, False), (OPINION, REMIND, True), (REMIND, OPINION, False), (REMIND, DECIDE, False),
        ("rough/visit#1", LOOK, True), (LOOK, "rough/visit#1", True),
    ],
)  # fmt: skip
def test_comes_after(rough: Definition, origin: str, ref: str, after: bool) -> None:
    assert returns.comes_after(rough, origin, ref) is after


def test_comes_after__a_called_process_on_a_loop() -> None:
    back = (
        '<bpmn:exclusiveGateway id="again" default="on"/><bpmn:sequenceFlow id="on" sourceRef="again" targetRef="serve"/>'
        '<bpmn:sequenceFlow id="back" sourceRef="again" targetRef="visit"><bpmn:conditionExpression>False</bpmn:conditionExpression>'
        '</bpmn:sequenceFlow><bpmn:startEvent id="begun"/>'
    )
    flow = 'sourceRef="decide" targetRef='
    looped = model("looped", (f'{flow}"serve"', f'{flow}"again"'), ('<bpmn:startEvent id="begun"/>', back))
    assert returns.comes_after(looped, WRITE_UP, LOOK)
    assert not returns.comes_after(looped, REMIND, LOOK)


def test_replay__what_is_asked_before_the_first_step_of_anybody() -> None:
    asked_first = model(
        "asked first",
        ('sourceRef="begun" targetRef="take_in"', 'sourceRef="begun" targetRef="start_clock"'),
        ('sourceRef="take_in" targetRef="start_clock"', 'sourceRef="take_in" targetRef="fork"'),
        ('sourceRef="start_clock" targetRef="fork"', 'sourceRef="start_clock" targetRef="take_in"'),
    )
    state = walked(asked_first, CLOCK, TAKE_IN, EACH[0])
    progress = runtime.advance(asked_first, state, p.Recompute(CLOCK, "变"), facts(20))
    assert [(q.ref, q.params) for q in progress.questions] == [(CLOCK, {"clock": [1, DUE]})]


def test_kept_entries__what_did_not_follow_stays(rough: Definition) -> None:
    state = walked(rough, TAKE_IN, CLOCK, LOOK, *EACH, WRITE_UP)
    kept = returns.kept_entries(rough, state.journal, LOOK)
    assert [e.ref for e in kept] == ["", TAKE_IN, CLOCK, *EACH]
    assert [e.ref for e in returns.kept_entries(rough, state.journal, CLOCK, "answer")] == ["", TAKE_IN]


def test_kept_entries__of_two_visits_the_later_one_is_left_out(rough: Definition) -> None:
    journal = walked(rough, *TO_OPINION, OPINION).journal
    journal.insert(2, journal[-1])
    kept = returns.kept_entries(rough, journal, OPINION)
    assert kept == journal[:-1]


def reminded(definition: Definition) -> State:
    """The opinion is late, the timer has fired, and the reminder is done."""
    state = walked(definition, *TO_OPINION)
    late = facts(24 * 30 + 1)
    progress = runtime.advance(definition, state, p.Due(), late)
    assert open_at(progress) == [OPINION, REMIND]
    assert state.journal[-1].fired == ("rough/late#1",)
    runtime.advance(definition, state, p.Complete(REMIND, {"answer": "已督办"}), late)
    return state


def test_a_timer_that_fired__goes_with_its_step_and_stays_without_it(rough: Definition) -> None:
    state = reminded(rough)
    kinds = [e.kind for e in returns.kept_entries(rough, state.journal, REMIND)]
    assert kinds[-1] == "due", "who goes back to the reminder is still late"
    assert "due" not in [e.kind for e in returns.kept_entries(rough, state.journal, WRITE_UP)]
    assert [e.kind for e in state.journal] == [*kinds, "complete"]
    runtime.advance(rough, state, p.Due(), facts(24 * 31))  # fires nothing: nothing can have followed
    assert [e.kind for e in returns.kept_entries(rough, state.journal, REMIND)] == [*kinds, "due"]


def outcomes(definition: Definition) -> list[State]:
    moved = walked(definition, *TO_OPINION)
    runtime.advance(definition, moved, p.Move(OPINION, "serve", "已另行决定"), facts(30))
    cancelled = walked(definition, TAKE_IN, CLOCK)
    runtime.advance(definition, cancelled, p.Cancel("撤回"), facts(30))
    returned = walked(definition, *TO_OPINION, OPINION)
    runtime.advance(definition, returned, p.Return(LOOK, "再核实"), facts(30))
    nothing_fired = walked(definition, TAKE_IN)
    runtime.advance(definition, nothing_fired, p.Due(), facts(30))
    finished = walked(definition, *TO_OPINION, OPINION, DECIDE, "rough/serve#2")
    return [walked(definition), nothing_fired, reminded(definition), moved, cancelled, returned, finished]


def test_replay__the_same_journal_gives_the_same_instance(rough: Definition) -> None:
    """Long after it happened: each input has the instant that it had."""
    for state in outcomes(rough):
        again = returns.replay(rough, state.journal, facts(24 * 365))
        assert states.dump(again) == states.dump(state)


def test_retell__everything_that_happened_on_the_way(rough: Definition) -> None:
    state = runtime.start(rough, {"who": "甲"}, facts()).state
    happened: list[p.Fact] = []
    for ref in [*TO_OPINION, OPINION]:
        happened += given(state, rough, ref).facts
    again, said = returns.replay_with_facts(rough, state.journal, facts(24 * 365))
    assert [(f.kind, f.ref) for f in said if f.ref] == [
        ("left", "rough/begun#1"),
        *((f.kind, f.ref) for f in happened if f.ref),
    ]
    assert again.journal == state.journal


@pytest.mark.parametrize("one", [p.Move(OPINION, "serve", "已另行决定"), p.Cancel("撤回")])
def test_retell__the_reasons_that_were_given(rough: Definition, one: p.Input) -> None:
    state = walked(rough, *TO_OPINION)
    happened = runtime.advance(rough, state, one, facts(30)).facts
    again, said = returns.replay_with_facts(rough, state.journal, facts(24 * 365))
    assert said[-len(happened) :] == list(happened)
    assert (again.ended_at, states.dump(again)) == (state.ended_at, states.dump(state))


def test_replay__an_input_of_no_known_kind(rough: Definition) -> None:
    state = walked(rough, TAKE_IN)
    unknown: Any = Entry("dreamt", facts(3).now, TAKE_IN)
    with pytest.raises(EngineFault) as fault:
        returns.replay(rough, [*state.journal, unknown], facts(9))
    assert "办理记录中有未知的输入 dreamt" in fault.value.message
