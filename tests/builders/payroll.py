"""Many households that draw a benefit: one real case, and rows like its own for the others."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select

from processes.cases.models import Case
from processes.people.models import Household, Membership, Person
from processes.rehearsal.stage import Stage
from processes.relief.models import Award, AwardMember
from processes.storage import keyring
from tests.builders import cases
from tests.builders.rows import sealed

VILLAGES = 2
BASE = Decimal("300.10")


def amount_of(n: int) -> Decimal:
    """What the nth of them draws: 300.10, 301.10 … 309.10, and again."""
    return BASE + n % 10


def draw(stage: Stage, count: int) -> str:
    """`count` households more that draw a benefit, beside the one whose real case is told."""
    number = cases.a_case(stage, "serve_confirmation")
    with stage.database.reading("") as session:
        first = {
            model: _plain(session.scalars(select(model)).first())
            for model in (Case, Household, Person, Membership, Award)
        }
        people = len(session.scalars(select(Person.id)).all())
        members = len(session.scalars(select(Membership.id)).all())
    rows: dict[type, list[dict[str, Any]]] = {
        m: [] for m in (Person, Household, Membership, Case, Award, AwardMember)
    }
    for n, made in enumerate(_copies(first, count, people, members)):
        for model, row in made.items():
            rows[model].append(row)
        rows[Award][n]["monthly_amount"] = amount_of(n)
    with stage.database.engine.execution_options(write=True).begin() as connection:
        for model, some in rows.items():
            table: Any = model.__table__  # type: ignore[attr-defined]
            connection.execute(insert(table), [sealed(table, row) for row in some])
    return number


def _plain(row: Any) -> dict[str, Any]:
    names = [c.name for c in type(row).__table__.columns]
    return {name: getattr(row, name) for name in names}


def _copies(
    first: dict[type, dict[str, Any]], count: int, people: int, members: int
) -> Iterator[dict[type, dict[str, Any]]]:
    for n in range(count):
        household, person, case = 100 + n, people + 1 + n, 100 + n
        place = f"{cases.VILLAGE[:9]}20{1 + n % VILLAGES}"
        number = f"11010119500101{n:04d}"[:17] + "X"
        yield {
            Person: first[Person] | {
                "id": person, "name": f"户主{n}", "id_number": number, "id_index": keyring.current().blind_index(f"{n}"),
                "id_tail": f"{n % 10000:04d}",
            },
            Household: first[Household] | {
                "id": household, "number": f"H-{n}", "householder_name": f"户主{n}", "division": place,
            },
            Membership: first[Membership] | {
                "id": members + 1 + n, "household_id": household, "person_id": person, "relation": "本人",
            },
            Case: first[Case] | {
                "id": case, "number": f"DB-{n:06d}", "household_id": household, "division": place,
            },
            Award: first[Award] | {
                "id": 100 + n, "case_id": case, "household_id": household, "division": place,
                "account": f"62170000{n:08d}",
            },
            AwardMember: {
                "award_id": 100 + n, "person_id": person, "programme": first[Award]["programme"],
                "is_standing": True, "is_disputed": False,
            },
        }  # fmt: skip
