"""A problem, and what lint has to know of the office."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: file, element, the rule's id, a sentence on what to do."""

    file: str
    element: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Office:
    """What the office offers: roles, and service operations with their parameters.

    `verbs` maps an operation to its parameters, each with whether it is required; `effects` are the
    operations that need a valid decision.
    """

    roles: frozenset[str]
    verbs: Mapping[str, Mapping[str, bool]]
    effects: frozenset[str] = frozenset()
