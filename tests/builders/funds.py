"""Random movements of petty funds, as officers and cases make them, some cut off in the middle."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any
from weakref import WeakSet

from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError

from processes.access.scope import Actor
from processes.cases.models import Case
from processes.errors import YimenError
from processes.office.funds.entries import ConfirmFundEntry, EnterFundEntry, RefuseFundEntry, ReverseFundEntry
from processes.rehearsal.stage import Stage
from processes.relief import fund_actions
from processes.relief.fund_models import FundEntry
from tests.builders import cases as built

TOWNSHIPS = ("340199101", "340199102")


class Crash(BaseException):
    """The process is gone, between two statements."""


_LEFT = threading.local()
"""How many statements this thread still has before it is cut off."""
_WATCHED: WeakSet[Any] = WeakSet()
_WATCHING = threading.Lock()


def _count(*_: Any) -> None:
    left = getattr(_LEFT, "statements", None)
    if left is None:
        return
    _LEFT.statements = left - 1
    if left <= 0:
        raise Crash


@contextmanager
def crash_before(stage: Stage, statement: int) -> Iterator[None]:
    """End the transaction of this thread before its n-th statement from here on.

    The engine is listened to once: listeners that come and go while other threads run are themselves a race.
    """
    with _WATCHING:
        if stage.database.engine not in _WATCHED:
            event.listen(stage.database.engine, "before_cursor_execute", _count)
            _WATCHED.add(stage.database.engine)
    _LEFT.statements = statement
    try:
        yield
    except Crash:
        pass
    finally:
        _LEFT.statements = None


@dataclass
class Officers:
    """Two officers of the county's finance, and cases in two townships that draw on the funds."""

    stage: Stage
    one: Actor
    other: Actor
    cases: list[int]

    def act(self, random: Random) -> str:
        """Do one random thing; what the rules refuse is refused, and nothing has happened then."""
        kind = random.choice(
            ("top_up", "top_up", "return", "refund", "confirm", "confirm", "confirm", "refuse", "reverse",
             "advance", "advance", "settle", "void")
        )  # fmt: skip
        crash = random.randrange(14) if random.random() < 0.25 else 1_000
        with crash_before(self.stage, crash):
            try:
                self._act(kind, random)
            except YimenError as fault:
                return fault.code
            except IntegrityError:
                return "made_at_once"  # the door would try again and find the other one's fund
        return kind

    def _act(self, kind: str, random: Random) -> None:
        office = self.stage.office
        amount = Decimal(random.randrange(1, 300_000)) / 100
        township = random.choice(TOWNSHIPS)
        who = random.choice((self.one, self.other))
        if kind in ("top_up", "return", "refund"):
            case = self._some_case(random, township) if kind == "refund" else ""
            office.perform(EnterFundEntry(township, kind, amount, "演练", case_number=case), who)
        elif kind in ("confirm", "refuse"):
            entry = self._some(random, "waiting")
            command = ConfirmFundEntry(entry) if kind == "confirm" else RefuseFundEntry(entry)
            office.perform(command, who)
        elif kind == "reverse":
            office.perform(ReverseFundEntry(self._some(random, "posted"), "录错"), who)
        else:
            self._by_case(kind, random, amount)

    def _by_case(self, kind: str, random: Random, amount: Decimal) -> None:
        with self.stage.database.unit_of_work() as uow:
            case = uow.lock(Case, random.choice(self.cases))
            question = f"pay#{random.randrange(3)}"
            if kind == "advance":
                fund_actions.advance(uow, self.one, case, question, amount)
            elif kind == "settle":
                fund_actions.settle(uow, self.one, case, f"settle#{random.randrange(10**6)}")
            else:
                fund_actions.make_void(uow, self.one, case, question)
            uow.commit()

    def _some_case(self, random: Random, township: str) -> str:
        with self.stage.database.reading(township) as session:
            found = session.scalars(select(Case.number).where(Case.id.in_(self.cases))).all()
        return random.choice(found) if found else ""

    def _some(self, random: Random, status: str) -> int:
        with self.stage.database.reading("") as session:
            found = session.scalars(select(FundEntry.id).where(FundEntry.status == status)).all()
        return random.choice(found) if found else 0


def officers(stage: Stage) -> Officers:
    """Two finance officers and two cases in each of two townships."""
    numbers = [
        built.a_case(stage, division=f"{t}201", raw=raw)
        for t in TOWNSHIPS
        for raw in (built.person_household(f"{t}a"), built.person_household(f"{t}b"))
    ]
    with stage.database.reading("") as session:
        ids = list(session.scalars(select(Case.id).where(Case.number.in_(numbers))))
    return officers_of(stage, ids)


def officers_of(stage: Stage, cases: list[int] | None = None) -> Officers:
    """Two finance officers over the cases given."""
    one, other = stage.actor("finance_officer", "340199"), stage.actor("finance_officer#2", "340199")
    return Officers(stage, one, other, cases or [])
