"""Inputs and outputs of the engine.

Inputs are immutable; `Progress` is the whole output: work offered to people, questions that the office must
answer, what happened in order, and when to call again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Start:
    """Begin an instance with the application's data."""

    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Complete:
    """A person completed a step; `data` is stored under the step's id."""

    ref: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """The office answers a question."""

    ref: str
    result: Any


@dataclass(frozen=True, slots=True)
class Due:
    """Time passed: fire every timer that is due."""


@dataclass(frozen=True, slots=True)
class Return:
    """Send the case back to an earlier step (退回)."""

    to: str
    reason: str


@dataclass(frozen=True, slots=True)
class Move:
    """Leave the step `ref` and enter the step with id `to` instead (移动办理位置)."""

    ref: str
    to: str
    reason: str


@dataclass(frozen=True, slots=True)
class Recompute:
    """Ask the office again what it answered at `ref`, and drop whatever followed from that answer."""

    ref: str
    reason: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """End the instance with a reason; nothing of it remains open."""

    reason: str


Input: TypeAlias = Start | Complete | Answer | Due | Return | Recompute | Move | Cancel


@dataclass(frozen=True, slots=True)
class WorkOffer:
    """Work for people: the step, its role and its form."""

    ref: str
    task: str
    title: str
    role: str
    form: str
    clock: str
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """A service operation that the diagram asks for, its parameters evaluated."""

    ref: str
    task: str
    title: str
    verb: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened, in order: a step entered or left, a row fired, a line computed."""

    kind: str
    task: str
    title: str
    ref: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """The output of one call.

    `offers` and `questions` are all that are open now; `facts` only what is new. `ended_at` names the end
    event if the instance has ended. `undone` holds the answers (reference, result) that a return made void,
    latest first.
    """

    state: Any
    offers: Sequence[WorkOffer]
    questions: Sequence[Question]
    facts: Sequence[Fact]
    due_at: datetime | None
    ended_at: str | None
    data: Mapping[str, Any]
    undone: Sequence[tuple[str, Any]] = ()
