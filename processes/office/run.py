"""A case within one transaction: advances the engine, answers its questions by verbs, then rewrites rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from processes import verbs
from processes.access.scope import Actor, StandIn, township_of
from processes.cases import actions, duties, events, numbering
from processes.cases.clocks import CaseClocks
from processes.cases.models import Case, WorkItem
from processes.cases.status import CaseStatus
from processes.engine import progress as p
from processes.engine import runtime
from processes.engine.facts import Facts
from processes.engine.state import State
from processes.errors import DuplicateCase, EngineFault, HouseholdEmpty, ReleaseMissing
from processes.office.answers import checked
from processes.parameters.pins import CasePolicy
from processes.people import names
from processes.people import queries as people
from processes.people.models import Household, Person
from processes.policy.calendar import civil_date
from processes.policy.initials import further_initials, initials, other_initials
from processes.releases import forms, publish
from processes.releases.bundle import Bundle, StartRule
from processes.relief import queries as relief
from processes.storage import full_text
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr
from processes.verbs import registry

MAX_QUESTIONS = 200


class Run:
    """One case, its release, clocks and items, and the actor."""

    def __init__(
        self, uow: UnitOfWork, actor: Actor, case: Case, items: list[WorkItem], bundle: Bundle | None = None
    ) -> None:
        self.uow = uow
        self.actor = actor
        self.case = case
        self.items = items
        self.bundle = bundle or publish.open_release(uow.session, case.release_id)
        self.now = uow.now
        self.clocks = CaseClocks(uow, case, self.bundle)
        self.definition = self.bundle.definition(case.process)
        self.parameters = CasePolicy(uow.session, case.id, case.division, self.bundle.policy, uow)

    def demand_apart(self, item: WorkItem, actor: Actor, away: StandIn | None) -> None:
        """Raise `DutySeparation` if the actor, or the absent person they act for, did what excludes a step."""
        duties.demand_apart(
            self.uow.session, self.case, self.bundle, item, self.items, actor.account_id,
            None if away is None else away.account_id,
        )  # fmt: skip

    def facts(self) -> Facts:
        """The engine's context: the instant, the parameters at the case's division, the clocks' due instants."""
        return Facts(self.now, self.parameters, self.clocks.dues())

    def state(self) -> State:
        """The stored state of the case."""
        return runtime.restore(self.definition, self.case.state, self.facts())

    def fire_due(self) -> p.Progress:
        """Fire the timers that were due first, as of the instant at which they were due.

        Clocks that they start count from that day, even if the worker ran later; events and papers have
        today's date. Timers that were due later are fired by the next command.
        """
        state = self.state()
        due_at = runtime.look(self.definition, state, self.facts()).due_at
        if due_at is not None and due_at < self.now:
            self.now, self.clocks.today = due_at, civil_date(due_at)
        return self.advance(p.Due(), state)

    def known(self) -> Mapping[str, Any]:
        """The case's data in the engine."""
        return runtime.look(self.definition, self.state(), self.facts()).data

    def start(self, data: dict[str, Any]) -> p.Progress:
        """Begin the process with the application's data."""
        return self._settle(runtime.start(self.definition, data, self.facts()))

    def advance(self, given: p.Input, state: State | None = None) -> p.Progress:
        """Apply an input, answer every question that follows, and rewrite the case's rows."""
        state = state or self.state()
        progress = runtime.advance(self.definition, state, given, self.facts())
        self._undo(progress)
        return self._settle(progress)

    def _settle(self, progress: p.Progress) -> p.Progress:
        facts = list(progress.facts)
        for _ in range(MAX_QUESTIONS):
            if not progress.questions:
                break
            question = progress.questions[0]
            result = registry.call(self._context(question.ref, progress.data), question.verb, question.params)
            answer = p.Answer(question.ref, result)
            progress = runtime.advance(self.definition, progress.state, answer, self.facts())
            facts.extend(progress.facts)
        else:
            raise EngineFault(reason=tr("服务操作反复循环"))
        self._project(progress, facts)
        return progress

    def _project(self, progress: p.Progress, facts: list[p.Fact]) -> None:
        settled = p.Progress(
            state=progress.state,
            offers=progress.offers,
            questions=(),
            facts=facts,
            due_at=progress.due_at,
            ended_at=progress.ended_at,
            data=progress.data,
        )
        identity = self.items[0].id_tail if self.items else self.case_identity
        actions.project(
            self.uow, self.case, self.actor, settled, self.clocks, self.items, identity, self.bundle.outcomes
        )

    case_identity: str = ""

    def _undo(self, progress: p.Progress) -> None:
        """Undo what the office did after the step that the case was sent back to, latest first."""
        for ref, result in progress.undone:
            node = self.definition.node_at(ref)
            if node is not None and node.operation and isinstance(result, Mapping):
                registry.undo(self._context(ref, progress.data), node.operation, result)

    def _context(self, question: str, data: Mapping[str, Any]) -> registry.Context:
        return registry.Context(
            self.uow, self.case, self.bundle, self.clocks, self.actor, self.items, data, question, self._open
        )

    def _open(self, programme: str, process: str, form: Mapping[str, Any], department: str) -> Case:
        """Open a case of the same household from this one, in the same transaction."""
        household = self.uow.lock(
            Household, self.case.household_id
        )  # the same actor as for a case opened at the window
        return open_case(
            self.uow, self.actor, household, Opening(programme, process, form, department, self.case)
        )


@dataclass(frozen=True, slots=True)
class Opening:
    """A case to be opened: its programme and process, application, and originating case."""

    programme: str
    process: str
    form: Mapping[str, Any]
    department: str = ""
    parent: Case | None = None
    before_register: bool = False
    """Opened for somebody of whom only a call is known."""
    choices: Mapping[str, Any] = field(default_factory=dict)
    """What the application's form may offer besides the household's people."""


def open_case(uow: UnitOfWork, actor: Actor, household: Household, opening: Opening) -> Case:
    """Open a case and run it to its first steps; raises if it may not be opened (C28, C40)."""
    today = civil_date(uow.now)
    release_id = publish.current_id(uow.session, opening.programme, today)
    bundle = publish.open_release(uow.session, release_id)
    start = bundle.start(opening.process)
    if start.before_register != opening.before_register:
        raise ReleaseMissing(programme=start.title)
    if not household.members and not start.before_register:
        raise HouseholdEmpty(number=household.number)
    if not start.several:
        _demand_no_duplicate(uow, household, bundle.id, start)
    if not bundle.is_mechanism:
        covered = [m.person_id for m in household.members]
        relief.demand_no_double_benefit(uow.session, covered, bundle, today, household.division)
    case = _new_case(uow, actor, household, opening, bundle, start, release_id)

    def choices() -> Mapping[str, Any]:
        return {**people.choices(household), **opening.choices}

    form = checked(bundle, case, actor, uow, start.form, opening.form, choices)
    uow.add(case)
    uow.flush()
    events.append(uow, case, actor, "opened", start.title, number=case.number)
    run = Run(uow, actor, case, [], bundle)
    head = _head(household)
    run.case_identity = "" if head is None else head.id_tail
    run.start({"application": form, "applied_on": today, **_chosen(opening.choices, form)})
    search_words = forms.words(forms.resolved(bundle.form(start.form) or {}, choices), form)
    full_text.add(
        uow,
        case.id,
        [
            case.number,
            *names.of_members(household).values(),
            household.address,
            *search_words,
            *further_initials(case.applicant),
        ],
    )
    return case


def opened_from(uow: UnitOfWork, case: Case) -> list[str]:
    """Return numbers of the cases that a case opened, in order."""
    query = select(Case.number).where(Case.parent_id == case.id).order_by(Case.id)
    return list(uow.session.scalars(query))


def _new_case(
    uow: UnitOfWork, actor: Actor, household: Household, opening: Opening, bundle: Bundle, start: StartRule,
    release_id: int,
) -> Case:  # fmt: skip
    code = str(bundle.programme["code"])
    year = civil_date(uow.now).year
    applicant = household.householder_name
    return Case(
        number=numbering.case_number(uow, township_of(household.division), code, year),
        division=household.division,
        department=opening.department,
        programme=bundle.id,
        programme_title=start.title,
        process=start.process,
        parent_id=None if opening.parent is None else opening.parent.id,
        release_id=release_id,
        household_id=household.id,
        applicant=applicant,
        initials=initials(applicant),
        initials_other=other_initials(applicant),
        category=household.category,
        state=b"",
        opened_by_id=actor.account_id,
        former_releases=[],
        version=0,
        opened_at=uow.now,
        status=CaseStatus.OPEN,
        head="",
        events_count=0,
    )


def _chosen(choices: Mapping[str, Any], form: Mapping[str, Any]) -> dict[str, Any]:
    """The selected options of the form: the case displays their labels later."""
    picked = set(map(str, form.values()))
    return {
        name: {key: [o for o in options if o["value"] in picked] for key, options in part.items()}
        for name, part in choices.items()
    }


def _head(household: Household) -> Person | None:
    """The householder; None in a file that was opened for a call."""
    return next((m.person for m in household.members if m.relation == "本人"), None)


def _demand_no_duplicate(uow: UnitOfWork, household: Household, programme: str, start: StartRule) -> None:
    running = uow.session.scalar(
        select(Case.number).where(
            Case.household_id == household.id, Case.programme == programme, Case.status == CaseStatus.OPEN,
            Case.process.in_((start.process, "")),
        )
    )  # fmt: skip
    if running is not None:
        raise DuplicateCase(
            reason=tr("已有正在办理的{title}办件 {running}", title=start.title, running=running), clause="C40"
        )


__all__ = ["Opening", "Run", "open_case", "opened_from", "verbs"]
