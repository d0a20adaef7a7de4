"""低保 and relief reckoned once more, from the policy and the county's figures, not from tables and sheets.

Exact fractions, yuan.  What it shares with the program is the meaning of the facts, nothing else: whoever changes a
rule changes it in both places, or the random households say where they differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, floor

MONTHS = 12
DISPOSABLE = Fraction(21_600)
"""Last year's per-capita disposable income, in force from 2026-01-01."""
STANDARDS = ((date(2025, 1, 1), Fraction(768)), (date(2026, 7, 1), Fraction(812)))
RELIEF_MONTHS = {
    "fire": 3, "accident": 2, "sudden_illness": 3, "guardian_lost": 2, "epidemic": 1, "other": 1,
}  # fmt: skip
TOWNSHIP_LIMIT = 2024


@dataclass(frozen=True)
class Member:
    """A member: birth, health, yearly incomes and expenses in yuan."""

    number: int
    born_on: date
    kind: str = ""
    grade: int = 0
    grave: bool = False
    student: bool = False
    ability: str = "able"
    wages: Fraction = Fraction(0)
    business: Fraction = Fraction(0)
    rents: Fraction = Fraction(0)
    transfer: Fraction = Fraction(0)
    exempt: Fraction = Fraction(0)
    medical: Fraction = Fraction(0)
    tuition: Fraction = Fraction(0)

    @property
    def income(self) -> Fraction:
        """What counts: not 优抚, awards, study grants and the like; a loss in business takes nothing away."""
        return self.wages + max(self.business, Fraction(0)) + self.rents + self.transfer

    def age(self, day: date) -> int:
        """Full years; a birthday counts on its day (29 February: on 1 March of other years)."""
        return day.year - self.born_on.year - ((day.month, day.day) < (self.born_on.month, self.born_on.day))


@dataclass(frozen=True)
class Family:
    """Who lives together, what they own."""

    members: tuple[Member, ...]
    deposits: Fraction = Fraction(0)
    cars: int = 0
    dwellings: int = 0
    companies: int = 0
    exempted: bool = False


@dataclass(frozen=True)
class Allowance:
    """What comes of an application: `household`, `single_person` or `none`; who is covered; yuan a month."""

    result: str
    covered: frozenset[int]
    monthly: int
    grade: str
    review_months: int


def standard(day: date) -> Fraction:
    """The standard in force, a person and month."""
    return next(value for since, value in reversed(STANDARDS) if since <= day)


def allowance(family: Family, day: date) -> Allowance:
    """The decision on a family accepted on a day."""
    level, people = standard(day), family.members
    a_head = _counted(family, level) / MONTHS / len(people)
    frail = [m for m in people if m.grave or _severe(m) or (m.kind in ("智力", "精神") and m.grade == 3)]
    if not _modest(family, level):
        return Allowance("none", frozenset(), 0, *_grade(family))
    if a_head < level:
        gap = (level - a_head) * len(people)
        return _granted("household", people, gap, level, family, day)
    if a_head < level * 3 / 2 and frail:
        gap = sum((max(level - m.income / MONTHS, Fraction(0)) for m in frail), Fraction(0))
        return _granted("single_person", tuple(frail), gap, level, family, day)
    return Allowance("none", frozenset(), 0, *_grade(family))


def emergency(event: str, asked: int, people: int, year_total: Fraction, day: date) -> tuple[Fraction, str]:
    """Relief in an emergency: the amount, and who decides it."""
    wanted = standard(day) * min(asked, people) * RELIEF_MONTHS[event]
    return _within_year(wanted, people, year_total, day)


def expenditure(paid: Fraction, family: Family, year_total: Fraction, day: date) -> tuple[Fraction, str]:
    """Relief for rigid expenditure: half of what is above three months' standard, down to ten yuan.

    Only for families whose income a head lies below the disposable income of last year, within the property rules.
    """
    people = len(family.members)
    poor = sum((m.income for m in family.members), Fraction(0)) < DISPOSABLE * people
    if not (poor and _modest(family, standard(day))):
        return Fraction(0), "township"
    excess = max(paid - 3 * standard(day) * people, Fraction(0))
    return _within_year(Fraction(floor(excess / 2 / 10) * 10), people, year_total, day)


def _within_year(wanted: Fraction, people: int, year_total: Fraction, day: date) -> tuple[Fraction, str]:
    left = max(12 * standard(day) * people - year_total, Fraction(0))
    amount = min(wanted, left)
    return amount, "county" if amount > TOWNSHIP_LIMIT else "township"


def _counted(family: Family, level: Fraction) -> Fraction:
    """A year's income less work costs, self-paid treatment and students' tuition; never below nothing."""
    left = Fraction(0)
    for m in family.members:
        left += m.income - m.medical
        left -= min(m.wages / 5, level * 12 * 3 / 10)
        left -= min(m.tuition, Fraction(8000)) if m.student else 0
    return max(left, Fraction(0))


def _modest(family: Family, level: Fraction) -> bool:
    """Deposits, cars, dwellings, companies; one car of a family with a disabled member does not count.

    A text in the register (`exempted`) lifts no rule: the county exempts in a step of its own.
    """
    within = family.deposits <= 24 * level * len(family.members)
    cars = 1 if any(m.grade for m in family.members) else 0
    return within and family.cars <= cars and family.dwellings <= 1 and family.companies == 0


def _severe(member: Member) -> bool:
    return member.grade in (1, 2)


def _granted(
    result: str, people: tuple[Member, ...], gap: Fraction, level: Fraction, family: Family, day: date
) -> Allowance:
    more = sum((level * _surcharge(m, day) for m in people), Fraction(0))
    return Allowance(result, frozenset(m.number for m in people), ceil(gap + more), *_grade(family))


def _surcharge(member: Member, day: date) -> Fraction:
    """Only the highest that applies."""
    if member.grave or _severe(member):
        return Fraction(3, 10)
    return Fraction(1, 5) if member.age(day) >= 70 or member.age(day) < 18 else Fraction(0)


def _grade(family: Family) -> tuple[str, int]:
    abilities = {m.ability for m in family.members}
    if "able" in abilities:
        return "C", 6
    return ("B", 6) if "hindered" in abilities else ("A", 12)
