"""Contracts: the data that a template may read, as dataclasses stored as plain JSON when a paper is issued.

A paper shows what was decided, whatever changes later; so everything that a template can use is here, as
text, and nothing else is reachable from it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Header:
    """Who issues what under which number; `decided` is false for a form of a case in progress."""

    office: str
    title: str
    number: str
    issued_on: str
    case_number: str
    code: str
    place: str
    decided: bool
    phone: str = ""
    address: str = ""
    review_body: str = ""
    court: str = ""
    """Contact and appeal details; empty if the office has not entered them."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """An opinion; an empty `text` is a box still to be filled.

    `duty` is the signer: 经办人, 审核人 or 审批人.
    """

    step: str
    role: str
    text: str
    by: str
    on: str
    duty: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a calculation sheet as printed: value and unit as text."""

    title: str
    value: str
    unit: str
    article: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member as listed in an approval form."""

    name: str
    relation: str
    sex: str
    age: str
    id_number: str
    condition: str
    work_ability: str
    income: str


@dataclass(frozen=True, slots=True)
class Handwritten:
    """A signature written on the screen: by whom, when, and the picture as a `data:` address."""

    signer: str
    task: str
    on: str
    picture: str


@dataclass(frozen=True, slots=True)
class RuleShown:
    """A rule that the household does not meet: title, sentence with the numbers, article."""

    title: str
    sentence: str
    article: str


@dataclass(frozen=True, slots=True)
class EarlierShown:
    """Relief that a member had or has elsewhere."""

    who: str
    what: str
    number: str
    when: str
    state: str


@dataclass(frozen=True, slots=True)
class DeviationShown:
    """A verdict that differs from the computation, with its reason."""

    title: str
    computed: str
    decided: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision card for papers; letters print the parts that concern the applicant."""

    grants: bool
    amount: str
    unit: str
    arithmetic: str
    income: str
    standard: str
    covered: str
    reason: str
    article: str
    level: str
    failed: list[RuleShown]
    earlier: list[EarlierShown]
    objections: list[str]
    deviations: list[DeviationShown]
    unconfirmed: list[str]
    exemptions: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to the applicant: named values and the forms submitted."""

    header: Header
    recipient: str
    fields: dict[str, Any]
    answers: dict[str, dict[str, str]]
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A public notice: name, division, number of persons, opinion; nothing else that identifies people."""

    header: Header
    applicant: str
    village: str
    persons: str
    opinion: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OpinionForm:
    """A form with household, computation and the opinions of each level."""

    header: Header
    applicant: Member
    address: str
    phone: str
    category: str
    members: list[Member]
    properties: list[Line]
    computation: list[Line]
    opinions: list[Opinion]
    superseded: list[Opinion]
    fields: dict[str, Any]
    answers: dict[str, dict[str, str]]
    handwriting: list[Handwritten]
    decision: Decision | None = None


CONTRACTS: dict[str, type] = {"letter": Letter, "notice": Notice, "opinion_form": OpinionForm}


def dump(contract: Letter | Notice | OpinionForm) -> dict[str, Any]:
    """Return a contract as plain JSON."""
    return asdict(contract)
