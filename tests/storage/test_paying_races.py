"""What grants, pays, moves or destroys, against itself at the same moment; and the list of it, which is generated."""

from __future__ import annotations

import re
import threading
import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select

import processes.verbs  # noqa: F401  (registers the verbs)
from processes.cases.models import Case
from processes.coordination import offers
from processes.coordination.models import Offer
from processes.errors import Invalid, NotFound, RuleBroken, StaleTask, YimenError
from processes.office.cases.start import StartCase
from processes.office.door import HANDLERS
from processes.office.funds.entries import ConfirmFundEntry, EnterFundEntry, RefuseFundEntry
from processes.office.funds.offers import AddOffer, CloseOffer
from processes.office.papers.archive import (
    AddOldSheet,
    DecideDestruction,
    DropOldSheet,
    ProposeDestruction,
    TakeInOldFile,
)
from processes.office.people.transfers import AskTransfer, DecideTransfer, WithdrawTransfer
from processes.office.steps.complete import CompleteTask
from processes.papers.archive_models import Destruction, OldFile, OldFileDocument
from processes.people.models import Household, Membership, Transfer
from processes.rehearsal.stage import Stage
from processes.relief import audit, fund_actions, fund_queries
from processes.relief.fund_models import FundEntry, ReliefPayment
from processes.verbs import registry
from tests.builders import cases, files, reliefs
from tests.storage.test_transactions import together

TWO = "340199102"
PAYING_VERBS = {
    "award.grant": "test_two_leaders_confirm_two_cases_of_one_person__one_award",
    "award.stop": "test_one_step_finished_by_two__once",
    "relief.pay": "test_one_relief_paid_through_the_bank_twice_at_once__is_one",
    "fund.advance": "test_one_payment_decided_twice_at_once__is_one",
    "fund.settle": "test_one_advance_settled_twice_at_once__once",
    "offer.take": "test_an_offer_taken_and_closed_at_once__is_counted",
    "household.exempt": "test_one_step_finished_by_two__once",
}
"""Every verb that grants, pays or gives something away, and the test that runs it against itself."""
NOT_PAYING = {
    "award.list", "relief.check", "offer.list", "household.facts",  # read
    "case.open", "case.offers",  # their races: test_the_window_and_an_application_at_once__one_case
    "clock.start", "clock.stop", "clock.suspend", "clock.resume", "draw.county_visit", "paper.issue",
    "referral.desk", "referral.urge",
}  # fmt: skip
PAYING_ROOMS = (
    "funds.entries", "funds.offers", "papers.archive", "people.transfers", "county.holidays", "cases.draws",
)  # fmt: skip
"""Rooms of the office whose commands all change money, files, places or limits."""
RACED_COMMANDS = {
    "EnterFundEntry": "test_entries_of_a_fund_at_once",
    "ConfirmFundEntry": "test_two_refunds_of_one_relief_at_once__only_what_was_paid_comes_back",
    "RefuseFundEntry": "test_an_entry_confirmed_and_refused_at_once__one_of_both",
    "ReverseFundEntry": "test_entries_of_a_fund_at_once",
    "CloseFundMonth": "test_entries_of_a_fund_at_once",
    "AddOffer": "test_an_offer_taken_and_closed_at_once__is_counted",
    "CloseOffer": "test_an_offer_taken_and_closed_at_once__is_counted",
    "TakeInOldFile": "test_an_old_file_taken_in_proposed_and_destroyed_by_two_at_once__once",
    "AddOldSheet": "test_an_old_file_taken_in_proposed_and_destroyed_by_two_at_once__once",
    "DropOldSheet": "test_an_old_file_taken_in_proposed_and_destroyed_by_two_at_once__once",
    "ProposeDestruction": "test_an_old_file_taken_in_proposed_and_destroyed_by_two_at_once__once",
    "DecideDestruction": "test_an_old_file_taken_in_proposed_and_destroyed_by_two_at_once__once",
    "AskTransfer": "test_a_transfer_taken_over_twice__and_a_case_begun_meanwhile",
    "WithdrawTransfer": "test_a_transfer_withdrawn_and_taken_over_at_once__one_of_both",
    "DecideTransfer": "test_a_transfer_taken_over_twice__and_a_case_begun_meanwhile",
    "ProposeHolidays": "test_two_confirm_at_once__it_stands_once",
    "ConfirmHolidays": "test_two_confirm_at_once__it_stands_once",
    "RejectHolidays": "test_a_version_confirmed_and_rejected_at_once__one_of_both",
    "AskUndoHolidays": "test_a_version_confirmed_and_rejected_at_once__one_of_both",
    "DecideUndoHolidays": "test_two_confirm_at_once__it_stands_once",
    "CommitDrawNumber": "test_two_numbers_at_once__one_round",
    "RevealDrawRound": "test_two_numbers_at_once__one_round",
}


def test_whatever_grants_or_pays_has_a_race_test() -> None:
    """A new verb, or a new command of these rooms, is named here with its test or turns this red."""
    verbs = set(registry._VERBS)
    assert verbs == set(PAYING_VERBS) | NOT_PAYING
    assert {v.name for v in registry._VERBS.values() if v.decides} <= set(PAYING_VERBS)
    rooms = tuple(f"processes.office.{room}" for room in PAYING_ROOMS)
    commands = {k.__name__ for k, handler in HANDLERS.items() if handler.__module__ in rooms}
    assert commands == set(RACED_COMMANDS)
    written = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    tests = set(re.findall(r"^def (test_\w+)", written, re.M))
    assert set(PAYING_VERBS.values()) | set(RACED_COMMANDS.values()) <= tests


def refused(results: list[object]) -> list[type]:
    return [type(r) for r in results if isinstance(r, YimenError)]


def balanced(stage: Stage) -> None:
    with stage.database.reading("") as session:
        assert fund_queries.audit(session) == []
        assert audit.compare(session) == []


def twice(stage: Stage, number: str, task: str, data: dict[str, Any]) -> list[object]:
    """A step finished twice at once by its role, each time under a token of its own."""
    item = cases.item_at(stage, number, task)
    actor = stage.actor(item.role, cases.VILLAGE)
    commands = [CompleteTask(item.id, item.version, data, str(uuid4())) for _ in range(2)]
    return together(*(lambda k=k: stage.office.perform(k, actor) for k in commands))


def test_one_relief_paid_through_the_bank_twice_at_once__is_one(any_whole_stage: Stage) -> None:
    """768 × 2 × 3 = 4608.00 borne by the two; 10000.00 − 4608.00 = 5392.00; 50 % = 2696.00, in tens 2690.00."""
    stage = any_whole_stage
    stage.set_clock(cases.noon())
    household = cases.a_household(stage, raw=reliefs.FAMILY)
    with stage.database.reading("") as session:
        member = session.scalars(
            select(Membership.person_id).join(Household).where(Household.number == household)
        ).first()
    application = {
        "spent_on": "medical", "self_paid": 10000, "spent_for": [str(member)], "bills_from": "2026-01-05",
        "bills_until": "2026-02-20", "description": "住院自付", "phone": "13800000001",
    }  # fmt: skip
    opening = StartCase("temporary_relief", household, application, str(uuid4()), process="expenditure")
    number = stage.office.perform(opening, stage.actor("window_clerk", cases.VILLAGE)).case
    for task in ("compare_economy", "investigate_household", "township_opinion", "post_notice"):
        cases.complete(stage, cases.item_at(stage, number, task))
    stage.move("8 days")
    (task,) = (t for t in reliefs.waiting(stage, number) if t.endswith("_decision"))
    results = twice(stage, number, task, reliefs.APPROVE)
    assert refused(results) == [StaleTask]
    with stage.database.reading("") as session:
        assert [p.amount for p in session.scalars(select(ReliefPayment))] == [Decimal("2690.00")]
    balanced(stage)


def test_two_refunds_of_one_relief_at_once__only_what_was_paid_comes_back(any_whole_stage: Stage) -> None:
    stage = any_whole_stage
    number = reliefs.paid(stage)
    one, other = stage.actor("finance_officer", "340199"), stage.actor("finance_officer#2", "340199")
    command = EnterFundEntry(reliefs.TOWNSHIP, "refund", Decimal("1000.00"), "退回", case_number=number)
    entries = [int(stage.office.perform(command, one).entry) for _ in range(2)]
    results = together(*(lambda e=e: stage.office.perform(ConfirmFundEntry(e), other) for e in entries))
    assert refused(results) == [RuleBroken]  # 2 × 1000.00 is more than 1536.00
    with stage.database.reading("") as session:
        fund = fund_queries.fund_of(session, reliefs.TOWNSHIP)
        # 50000.00 − 1536.00 + 1000.00 = 49464.00; 1536.00 − 1000.00 = 536.00
        assert (fund.cash, fund.advanced) == (Decimal("49464.00"), Decimal("536.00"))
    balanced(stage)


def test_one_advance_settled_twice_at_once__once(any_whole_stage: Stage) -> None:
    stage = any_whole_stage
    number = reliefs.paid(stage)
    with stage.database.reading("") as session:
        case_id = session.scalars(select(Case.id).where(Case.number == number)).one()

    def settle(question: str) -> object:
        with stage.database.unit_of_work() as uow:
            case = uow.lock(Case, case_id)
            entry = fund_actions.settle(uow, stage.actor("finance_officer", "340199"), case, question)
            uow.commit()
            return entry

    results = together(lambda: settle("settle#1"), lambda: settle("settle#2"))
    assert sum(r is None for r in results) == 1
    with stage.database.reading("") as session:
        amounts = session.scalars(select(FundEntry.amount).where(FundEntry.kind == "settlement")).all()
        assert amounts == [Decimal("1536.00")]
        assert fund_queries.fund_of(session, reliefs.TOWNSHIP).advanced == 0


def test_an_entry_confirmed_and_refused_at_once__one_of_both(any_whole_stage: Stage) -> None:
    stage = any_whole_stage
    stage.set_clock(cases.noon())
    one, other = stage.actor("finance_officer", "340199"), stage.actor("finance_officer#2", "340199")
    command = EnterFundEntry(reliefs.TOWNSHIP, "top_up", Decimal("1000.00"), "拨付")
    entry = int(stage.office.perform(command, one).entry)
    results = together(
        lambda: stage.office.perform(ConfirmFundEntry(entry), other),
        lambda: stage.office.perform(RefuseFundEntry(entry), one),
    )
    assert refused(results) == [RuleBroken]
    balanced(stage)


def test_an_offer_taken_and_closed_at_once__is_counted(any_stage: Stage) -> None:
    """Two who take it are both counted, and closing it meanwhile changes nothing of that."""
    stage = any_stage
    stage.set_clock(cases.noon())
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    adding = AddOffer("爱心基金会", "money", "每户一千元", None)
    together(*[lambda: stage.office.perform(adding, clerk)] * 2)
    with stage.database.reading("") as session:
        first, second = session.scalars(select(Offer.id).order_by(Offer.id))

    def take(offer: int) -> None:
        with stage.database.unit_of_work() as uow:
            offers.take(uow, cases.VILLAGE, str(offer))
            uow.commit()

    assert refused(together(*[lambda: take(first)] * 3)) == []
    results = together(lambda: take(second), *[lambda: stage.office.perform(CloseOffer(second), clerk)] * 2)
    with stage.database.reading("") as session:
        assert session.get_one(Offer, first).taken == 3
        closed = session.get_one(Offer, second)
        assert (closed.status, closed.taken) == ("closed", 1 - len(refused(results)))


def test_one_step_finished_by_two__once(any_stage: Stage) -> None:
    """Whatever verb follows a step (a stop, an exemption): the step is finished once, so the verb runs once."""
    number = cases.a_case(any_stage, at="county_decision")
    results = twice(any_stage, number, "county_decision", cases.ANSWERS["county_decision"])
    assert refused(results) == [StaleTask]


def test_an_old_file_taken_in_proposed_and_destroyed_by_two_at_once__once(any_stage: Stage) -> None:
    stage = any_stage
    stage.set_clock(cases.noon())
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    household = cases.a_household(stage)
    taking = TakeInOldFile("2009-DB-017", household, "审批材料", date(2009, 5, 4), "10年")
    assert refused(together(*[lambda: stage.office.perform(taking, clerk)] * 2)) == [Invalid]
    adding = AddOldSheet("2009-DB-017", "审批表.png", files.a_photo("PNG"))
    assert refused(together(*[lambda: stage.office.perform(adding, clerk)] * 2)) == []
    dropping = DropOldSheet("2009-DB-017", 1, "误扫")
    assert refused(together(*[lambda: stage.office.perform(dropping, clerk)] * 2)) == [NotFound]
    with stage.database.reading("") as session:
        assert session.scalars(select(OldFileDocument.position)).all() == [2]
    proposing = ProposeDestruction("old_file", "2009-DB-017", "期满")
    assert refused(together(*[lambda: stage.office.perform(proposing, clerk)] * 2)) == [RuleBroken]
    with stage.database.reading("") as session:
        row = session.scalars(select(Destruction)).one()
    two = [stage.actor("county_clerk", "340199"), stage.actor("county_leader", "340199")]
    results = together(
        *(
            lambda a=a, d=d: stage.office.perform(DecideDestruction(row.id, d), a)
            for a, d in zip(two, (True, False), strict=True)
        )
    )
    assert refused(results) == [RuleBroken]
    with stage.database.reading("") as session:
        row, file = session.scalars(select(Destruction)).one(), session.scalars(select(OldFile)).one()
    assert (file.destroyed_on is not None) == (row.status == "done")


def a_transfer(stage: Stage) -> tuple[str, int]:
    """A household with an open case that asks to go to another township."""
    number = cases.a_case(stage, at="compare_economy")
    with stage.database.reading("") as session:
        household = session.scalars(select(Household.number)).one()
    command = AskTransfer(household, TWO, "迁居")
    return number, int(stage.office.perform(command, stage.actor("window_clerk", cases.VILLAGE)).transfer)


def test_a_transfer_withdrawn_and_taken_over_at_once__one_of_both(any_stage: Stage) -> None:
    _, transfer = a_transfer(any_stage)
    clerk, there = (any_stage.actor("window_clerk", p) for p in (cases.VILLAGE, f"{TWO}201"))
    results = together(
        lambda: any_stage.office.perform(WithdrawTransfer(transfer, "不迁了"), clerk),
        lambda: any_stage.office.perform(DecideTransfer(transfer, True, "核实", f"{TWO}201"), there),
    )
    assert refused(results) == [RuleBroken]
    with any_stage.database.reading("") as session:
        moved = session.scalars(select(Transfer.status)).one() == "accepted"
        assert session.scalars(select(Case.division)).one().startswith(TWO) == moved


def test_a_transfer_and_a_step_that_reads_the_register__neither_is_thrown_out(any_stage: Stage) -> None:
    """Whoever finishes a step holds its case and then asks for the household (`Run._open`); a transfer as well."""
    number, transfer = a_transfer(any_stage)
    there = any_stage.actor("window_clerk", f"{TWO}201")
    holds_case = threading.Event()

    def step() -> None:
        with any_stage.database.unit_of_work() as uow:
            case = uow.session.scalars(select(Case).where(Case.number == number).with_for_update()).one()
            holds_case.set()
            time.sleep(0.3)  # the transfer is where it waits by now
            uow.lock(Household, case.household_id)
            uow.commit()

    def take_over() -> object:
        holds_case.wait()
        return any_stage.office.perform(DecideTransfer(transfer, True, "核实", f"{TWO}201"), there)

    results = together(step, take_over)
    assert len(results) == 2
    assert refused(results) == []
    with any_stage.database.reading("") as session:
        assert session.scalars(select(Household.division)).one() == f"{TWO}201"
        assert session.scalar(select(func.count()).select_from(Transfer)) == 1
