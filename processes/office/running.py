"""A case under way within one transaction: engine and verbs taking turns, then the rows rewritten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from processes import verbs
from processes.access.scope import Actor
from processes.cases import actions
from processes.cases.clocks import CaseClocks
from processes.cases.models import Case, WorkItem
from processes.engine import progress as p
from processes.engine import runtime
from processes.engine.facts import Facts
from processes.engine.state import State
from processes.errors import EngineFault
from processes.releases import publish
from processes.releases.bundle import Bundle
from processes.storage.unit_of_work import UnitOfWork
from processes.verbs import registry

MAX_QUESTIONS = 200


class Run:
    """One case, its release, clocks and items, and who acts on it."""

    def __init__(
        self, uow: UnitOfWork, actor: Actor, case: Case, items: list[WorkItem], bundle: Bundle | None = None
    ) -> None:
        self.uow = uow
        self.actor = actor
        self.case = case
        self.items = items
        self.bundle = bundle or publish.open_release(uow.session, case.release_id)
        self.clocks = CaseClocks(uow, case, self.bundle)
        self.definition = self.bundle.definition()

    def facts(self) -> Facts:
        """What holds now: the instant, the parameters at the case's place, the clocks' due instants."""
        return Facts(
            self.uow.now,
            lambda name, on: self.bundle.policy.value(name, on, self.case.division),
            self.clocks.dues(),
        )

    def state(self) -> State:
        """The stored state of the case."""
        return runtime.restore(self.definition, self.case.state, self.facts())

    def start(self, data: dict[str, Any]) -> p.Progress:
        """Begin the process with the application's data."""
        return self._settle(runtime.start(self.definition, data, self.facts()))

    def advance(self, given: p.Input, state: State | None = None) -> p.Progress:
        """Give an input, answer every question that comes of it, and rewrite the case's rows."""
        state = state or self.state()
        progress = runtime.advance(self.definition, state, given, self.facts())
        self._undo(progress)
        return self._settle(progress)

    def _settle(self, progress: p.Progress) -> p.Progress:
        told = list(progress.facts)
        for _ in range(MAX_QUESTIONS):
            if not progress.questions:
                break
            question = progress.questions[0]
            result = registry.call(self._context(question.ref, progress.data), question.verb, question.params)
            answer = p.Answer(question.ref, result)
            progress = runtime.advance(self.definition, progress.state, answer, self.facts())
            told.extend(progress.facts)
        else:
            raise EngineFault(reason="服务操作反复循环")
        self._project(progress, told)
        return progress

    def _project(self, progress: p.Progress, told: list[p.Fact]) -> None:
        settled = p.Progress(
            state=progress.state,
            offers=progress.offers,
            questions=(),
            facts=told,
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
        """Make void what the office did after the step that the case was sent back to, latest first."""
        for ref, result in progress.undone:
            node = self.definition.node_at(ref)
            if node is not None and node.operation and isinstance(result, Mapping):
                registry.undo(self._context(ref, progress.data), node.operation, result)

    def _context(self, question: str, data: Mapping[str, Any]) -> registry.Context:
        return registry.Context(
            self.uow, self.case, self.bundle, self.clocks, self.actor, self.items, data, question
        )


__all__ = ["Run", "verbs"]
