"""Everything that people can do to a step, in any order, with time, crashes and restarts between: the laws hold.

No field that was typed is lost, no step is there twice or orphaned, joins still join, nobody decides what they must not,
the chain of events is whole, and replaying the journal gives the same case.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from processes.access import absences
from processes.access.accounts import actor_of
from processes.access.models import Absence, Account
from processes.access.scope import Actor
from processes.cases import actions, events, participants
from processes.cases.colleague_models import Participant
from processes.cases.models import Case, Clock, WorkItem
from processes.cases.status import CosignMode, CosignVerdict
from processes.engine import returns, runtime
from processes.errors import YimenError
from processes.office.cases.start import StartCase
from processes.office.command import Command
from processes.office.door import HANDLERS
from processes.office.personal.absences import BeginAbsence
from processes.office.run import Run
from processes.office.steps.claim import ClaimTask, ReleaseTask
from processes.office.steps.complete import CompleteTask
from processes.office.steps.consult import AskColleague, CopyTask
from processes.office.steps.countersign import CosignTask, RemoveCosigner, RespondToRequest
from processes.office.steps.delegate import DelegateTask, HandBackTask, RecallTask
from processes.office.steps.draft import SaveDraft
from processes.office.steps.send_back import ReturnTask
from processes.office.steps.take_back import TakeBackTask
from processes.office.steps.take_over import TakeOverTask
from processes.office.steps.transfer import TransferTask
from processes.office.steps.urge import UrgeTask
from processes.policy.calendar import civil_date
from processes.rehearsal.stage import Stage
from processes.settings import from_environment
from processes.storage import keyring
from tests.builders import cases, rough_model
from tests.builders.desks import confirm_absences
from tests.builders.nightly import NIGHTLY
from tests.conftest import CONTENT

RUNS, STEPS = (1_000, 40) if NIGHTLY else (25, 30)
PEOPLE = ("t1_clerk", "t1_investigator", "t1_investigator2", "t1_leader", "county_clerk", "county_leader")
RIGHT = "whoever it is up to"
ANYBODY = st.sampled_from(PEOPLE)
WHO = st.one_of(st.just(RIGHT), st.just(RIGHT), st.just(RIGHT), ANYBODY)
"""Mostly whoever it is up to, so that cases get somewhere; now and then anybody."""
WHICH = st.integers(0, 5)
TEXT = st.text("甲乙丙丁戊", min_size=1, max_size=6)
START = datetime(2026, 3, 2, 9, 0)
_here: list[Stage] = []


@pytest.fixture(scope="module", autouse=True)
def office() -> Iterator[None]:
    """One office for all runs; every run has a case of its own."""
    with tempfile.TemporaryDirectory() as folder:
        own = replace(from_environment(), var=Path(folder))
        keyring.use(keyring.open_keyring(own.keys))
        made = Stage(own, f"sqlite:///{folder}/hands.sqlite")
        made.found(rough_model.bundle(CONTENT))
        _here[:] = [made]
        yield
        _here[0].close()


class Hands(RuleBasedStateMachine):
    """A case under many hands."""

    @initialize()
    def open(self) -> None:
        self.typed: dict[str, str] = {}
        self.stage.set_clock(START)
        household = cases.a_household(self.stage, raw=cases.person_household(str(uuid4())))
        clerk = self.actor("t1_clerk")
        command = StartCase("rough", household, {"answer": "起"}, str(uuid4()))
        self.number = str(self.stage.office.perform(command, clerk).case)

    def teardown(self) -> None:
        with self.stage.database.unit_of_work() as uow:
            for row in uow.session.scalars(select(Absence).where(Absence.ended_at.is_(None))):
                row.ended_at = uow.now
            uow.commit()

    # ---------------------------------------------------------------- what people do

    @rule(who=WHO, which=WHICH)
    def claim(self, who: str, which: int) -> None:
        if item := self.pick(which):
            self.do(ClaimTask(item.id, item.version), who)

    @rule(who=WHO, which=WHICH)
    def release(self, who: str, which: int) -> None:
        if item := self.pick(which):
            self.do(ReleaseTask(item.id, item.version), who)

    @rule(who=WHO, which=WHICH, text=TEXT)
    def type_in(self, who: str, which: int, text: str) -> None:
        item = self.pick(which)
        command = item and SaveDraft(item.id, item.version, {"answer": text}, item.draft_version)
        if item and command and self.do(command, who):
            self.typed[item.ref] = text

    @rule(who=WHO, which=WHICH, text=TEXT)
    def complete(self, who: str, which: int, text: str) -> None:
        item = self.pick(which)
        if item and self.do(CompleteTask(item.id, item.version, {"answer": text}, str(uuid4())), who):
            self.typed[item.ref] = text

    @rule(which=WHICH, text=TEXT)
    def go_on(self, which: int, text: str) -> None:
        self.complete(RIGHT, which, text)

    @rule(which=WHICH, text=TEXT)
    def go_on_again(self, which: int, text: str) -> None:
        self.complete(RIGHT, which, text)

    @rule(who=WHO, which=WHICH, text=TEXT, signers=st.lists(ANYBODY, min_size=1, max_size=3, unique=True),
          mode=st.sampled_from(sorted(CosignMode)))  # fmt: skip
    def complete_when_they_agree(
        self, who: str, which: int, text: str, signers: list[str], mode: str
    ) -> None:
        if item := self.pick(which):
            command = CompleteTask(
                item.id, item.version, {"answer": text}, str(uuid4()), self.ids(signers), mode, 2
            )
            if self.do(command, who):
                self.typed[item.ref] = text

    @rule(who=WHO, to=ANYBODY, which=WHICH)
    def transfer(self, who: str, to: str, which: int) -> None:
        if item := self.pick(which):
            self.do(TransferTask(item.id, item.version, self.account(to).id, "调整"), who)

    @rule(who=WHO, to=ANYBODY, which=WHICH)
    def delegate(self, who: str, to: str, which: int) -> None:
        if item := self.pick(which):
            self.do(DelegateTask(item.id, item.version, self.account(to).id, "代为填写"), who)

    @rule(which=WHICH)
    def hand_back(self, which: int) -> None:
        item = self.pick(which)
        if item and (holder := self.name_of(item.claimed_by_id)):
            self.do(HandBackTask(item.id, item.version, "填好了"), holder)

    @rule(who=WHO, which=WHICH)
    def recall(self, who: str, which: int) -> None:
        if item := self.pick(which):
            self.do(RecallTask(item.id, item.version), self.name_of(item.delegated_by_id) or who)

    @rule(who=WHO, which=WHICH)
    def take_over(self, who: str, which: int) -> None:
        if item := self.pick(which):
            others = [p for p in self.of_role(item.role) if p != self.name_of(item.claimed_by_id)]
            self.do(TakeOverTask(item.id, item.version, "请假"), others[0] if others else who)

    @rule(who=WHO)
    def take_back(self, who: str) -> None:
        with self.stage.database.reading("") as session:
            query = select(WorkItem).where(WorkItem.case_number == self.number, WorkItem.status == "done")
            last = session.scalars(query.order_by(WorkItem.completed_at.desc(), WorkItem.id.desc())).first()
        if last:
            by = self.name_of(last.completed_by_id) if who == RIGHT else who
            self.do(TakeBackTask(last.id, last.version), by or who)

    @rule(who=WHO, which=WHICH, back=st.integers(0, 6), straight=st.booleans())
    def send_back(self, who: str, which: int, back: int, straight: bool) -> None:
        item, earlier = self.pick(which), self.earlier()
        if item and earlier:
            to = earlier[back % len(earlier)]
            command = ReturnTask(item.id, item.version, to, "再核实", str(uuid4()), straight)
            self.do(command, who)

    @rule(who=WHO, which=WHICH, signers=st.lists(ANYBODY, min_size=1, max_size=3, unique=True),
          mode=st.sampled_from(sorted(CosignMode)))  # fmt: skip
    def cosign(self, who: str, which: int, signers: list[str], mode: str) -> None:
        if item := self.pick(which):
            self.do(CosignTask(item.id, item.version, self.ids(signers), mode, 2, "请表态"), who)

    @rule(which=WHICH, agree=st.booleans(), as_other=ANYBODY, honest=st.booleans())
    def speak(self, which: int, agree: bool, as_other: str, honest: bool) -> None:
        with self.stage.database.reading("") as session:
            query = select(Participant).join(Case, Case.id == Participant.case_id)
            asked = session.scalars(
                query.where(Case.number == self.number, Participant.status == "waiting").order_by(
                    Participant.id
                )
            ).all()
        if asked:
            row = asked[which % len(asked)]
            who = (self.name_of(row.account_id) if honest else None) or as_other
            verdict = CosignVerdict.AGREE if agree else CosignVerdict.OBJECT
            self.do(RespondToRequest(row.id, "意见", verdict), who)

    @rule(which=WHICH, who=WHO)
    def remove_signer(self, which: int, who: str) -> None:
        item = self.pick(which)
        if item is None:
            return
        with self.stage.database.reading("") as session:
            signers = participants.this_round(participants.of_item(session, item.id))
        if signers:
            self.do(RemoveCosigner(item.id, item.version, signers[-1].id), who)

    @rule(who=WHO, to=ANYBODY, which=WHICH)
    def ask(self, who: str, to: str, which: int) -> None:
        if item := self.pick(which):
            self.do(AskColleague(item.id, item.version, self.account(to).id, "是否属实？"), who)
            self.do(CopyTask(item.id, item.version, self.ids([to]), ""), who)
            self.do(UrgeTask(item.id), who)

    @rule(who=WHO, to=ANYBODY, days=st.integers(0, 5))
    def be_away(self, who: str, to: str, days: int) -> None:
        today = civil_date(self.stage.clock.now)
        command = BeginAbsence(self.account(to).id, today, today + timedelta(days=days))
        self.do(command, who if who != RIGHT else "t1_leader")
        confirm_absences(self.stage)

    # ---------------------------------------------------------------- what happens

    @rule(span=st.sampled_from(["1 days", "3 working days", "12 working days", "5 hours"]))
    def time_passes(self, span: str) -> None:
        self.stage.move(span)

    @rule()
    def restart(self) -> None:
        old = self.stage
        fresh = Stage(old.office.settings, str(old.database.engine.url))
        fresh.clock.now = old.clock.now
        old.close()
        _here[:] = [fresh]

    @rule(which=WHICH, text=TEXT)
    def crash_in_the_middle(self, which: int, text: str) -> None:
        """Everything of a step is done but the commit: nothing of it is there afterwards."""
        if item := self.pick(which):
            before = self.snapshot()
            holder = self.name_of(item.claimed_by_id) or self.of_role(item.role)[0]
            command = CompleteTask(item.id, item.version, {"answer": text}, str(uuid4()))
            with self.stage.database.unit_of_work() as uow:
                try:
                    HANDLERS[CompleteTask](self.stage.office.settings, uow, self.actor(holder), command)
                    uow.flush()
                except YimenError:
                    pass
            assert self.snapshot() == before

    # ---------------------------------------------------------------- the laws

    @invariant()
    def laws(self) -> None:
        if not hasattr(self, "number"):
            return
        with self.stage.database.unit_of_work() as uow:
            actor = self.actor("county_clerk")
            case = actions.locked_case(uow, actor, self.number)
            run = Run(uow, actor, case, actions.items_of(uow, case))
            open_items = [i for i in run.items if i.status == "open"]
            self.queue_and_engine_agree(run, open_items)
            self.nothing_typed_is_lost(run.items, open_items)
            self.hands_are_clear(uow.session, open_items)
            self.nobody_decides_what_they_must_not(run.items)
            assert events.verify(uow.session, case) is None
            clocks = select(Clock).where(Clock.case_id == case.id, Clock.stopped_on.is_(None))
            assert len(uow.session.scalars(clocks).all()) <= 1, "a limit runs once"

    def queue_and_engine_agree(self, run: Run, open_items: list[WorkItem]) -> None:
        state = run.state()
        offered = sorted(o.ref for o in runtime.look(run.definition, state, run.facts()).offers)
        assert sorted(i.ref for i in open_items) == offered
        assert len(set(offered)) == len(offered), "no step is there twice"
        replayed = returns.replay(run.definition, state.journal, run.facts())
        again = runtime.look(run.definition, replayed, run.facts())
        assert sorted(o.ref for o in again.offers) == offered
        if run.case.status == "open":
            assert open_items, "a case under way waits for somebody"
        else:
            assert not open_items

    def nothing_typed_is_lost(self, items: list[WorkItem], open_items: list[WorkItem]) -> None:
        for item in items:
            if item.ref in self.typed and item.status == "open":
                assert (item.draft or {}).get("answer") == self.typed[item.ref], item.ref
            if item.status == "done":
                assert (item.submission or {}).get("answer") == self.typed.get(item.ref), item.ref

    def hands_are_clear(self, session: Any, open_items: list[WorkItem]) -> None:
        for item in open_items:
            if item.delegated_by_id is not None:
                assert item.claimed_by_id not in (None, item.delegated_by_id)
            if item.claimed_for_id is not None:
                assert item.claimed_by_id is not None
            signers = participants.this_round(participants.of_item(session, item.id))
            waiting = [s for s in signers if s.status == "waiting"]
            if item.cosigning:
                assert waiting, "a countersigning waits for somebody"
                assert item.claimed_by_id is not None or item.cosigning == "before"
            else:
                assert item.held is None
                assert not waiting

    def nobody_decides_what_they_must_not(self, items: list[WorkItem]) -> None:
        for earlier, later in (("look", "opinion"), ("write_up", "decide"), ("opinion", "decide")):
            did = {
                person
                for i in items
                if i.task == earlier and i.status in ("done", "superseded")
                for person in (i.completed_by_id, i.completed_for_id)
                if person is not None
            }
            for item in items:
                if item.task == later and item.status == "done":
                    # What was done before the earlier step is done again stands superseded, not done.
                    assert item.completed_by_id not in did
                    assert item.completed_for_id not in did

    # ---------------------------------------------------------------- helpers

    @property
    def stage(self) -> Stage:
        return _here[0]

    def account(self, username: str) -> Account:
        with self.stage.database.reading("") as session:
            return session.scalars(select(Account).where(Account.username == username)).one()

    def ids(self, usernames: list[str]) -> tuple[int, ...]:
        return tuple(self.account(u).id for u in usernames)

    def actor(self, username: str) -> Actor:
        with self.stage.database.reading("") as session:
            account = session.scalars(select(Account).where(Account.username == username)).one()
            return absences.acting(session, actor_of(account), civil_date(self.stage.clock.now))

    def name_of(self, account_id: int | None) -> str | None:
        with self.stage.database.reading("") as session:
            found = None if account_id is None else session.get(Account, account_id)
            return None if found is None else found.username

    def of_role(self, role: str) -> list[str]:
        with self.stage.database.reading("") as session:
            accounts = session.scalars(select(Account).order_by(Account.id)).all()
            return [a.username for a in accounts if role in a.roles and cases.VILLAGE.startswith(a.division)]

    def resolved(self, who: str, command: Command[Any]) -> str:
        """Whoever has the step of a command, or could have it."""
        if who != RIGHT:
            return who
        with self.stage.database.reading("") as session:
            item = session.get(WorkItem, getattr(command, "item_id", 0))
            if item is None:
                return PEOPLE[0]
            return self.name_of(item.claimed_by_id) or self.of_role(item.role)[0]

    def pick(self, which: int) -> WorkItem | None:
        found = cases.open_items(self.stage, self.number)
        return found[which % len(found)] if found else None

    def earlier(self) -> list[str]:
        with self.stage.database.unit_of_work() as uow:
            actor = self.actor("county_clerk")
            case = actions.locked_case(uow, actor, self.number)
            run = Run(uow, actor, case, actions.items_of(uow, case))
            return returns.earlier_steps(run.definition, run.state())

    def do(self, command: Command[Any], username: str) -> bool:
        """Whether it was allowed; refused commands change nothing."""
        before = self.snapshot()
        try:
            self.stage.office.perform(command, self.actor(self.resolved(username, command)))
        except YimenError:
            assert self.snapshot() == before, f"{type(command).__name__} was refused and changed something"
            return False
        return True

    def snapshot(self) -> list[Any]:
        with self.stage.database.reading("") as session:
            case = session.scalars(select(Case).where(Case.number == self.number)).one()
            items = session.scalars(select(WorkItem).where(WorkItem.case_id == case.id)).all()
            asked = session.scalars(select(Participant).where(Participant.case_id == case.id)).all()
            return [
                case.version, case.head, case.status,
                [(i.id, i.version, i.status, i.claimed_by_id, i.draft_version, i.cosigning) for i in items],
                [(a.id, a.status) for a in asked],
            ]  # fmt: skip


TestHands = Hands.TestCase
TestHands.settings = settings(max_examples=RUNS, stateful_step_count=STEPS, deadline=None)
TestHands.pytestmark = [pytest.mark.slow]  # type: ignore[attr-defined]
