"""A problem, and what lint has to know of the office to find it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: file, element, the rule's id, a sentence on what to do."""

    file: str
    element: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Office:
    """What the office offers: roles, and service operations with the parameters that each takes.

    `verbs` maps an operation to its parameters, each with whether it must be given; `effects` are the operations that
    need a decision which stands.
    """

    roles: frozenset[str]
    verbs: Mapping[str, Mapping[str, bool]]
    effects: frozenset[str] = frozenset()
