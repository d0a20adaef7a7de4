"""A draw that nobody knows beforehand and anybody can repeat: two offices, a daily seal, one sheet."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from decimal import Decimal

import pypdfium2
import pytest
from sqlalchemy import select, text

from processes.cases import anchors, draws
from processes.cases.draw_models import DrawnLot, DrawNumber, DrawRound
from processes.errors import DutySeparation, Invalid, PermissionMissing, RuleBroken
from processes.office.cases.draws import CommitDrawNumber, RevealDrawRound
from processes.office.steps.send_back import ReturnTask
from processes.rehearsal.stage import Stage
from processes.worker import jobs
from tests.builders import cases
from tests.builders.desks import Person
from tests.storage.test_transactions import together


def revealed(stage: Stage, round_id: int = 1) -> None:
    stage.office.perform(RevealDrawRound(round_id), stage.actor("supervisor", "340199"))


def committed(stage: Stage) -> int:
    """A new round: the round that the stage began with is known from now on."""
    revealed(stage)
    stage.office.perform(CommitDrawNumber("271828"), stage.actor("supervisor", "340199"))
    return int(
        stage.office.perform(CommitDrawNumber("161803"), stage.actor("finance_officer", "340199")).round
    )


def lot(stage: Stage, number: str) -> DrawnLot:
    with stage.database.reading("") as session:
        return session.scalars(select(DrawnLot).where(DrawnLot.case_number == number)).one()


def test_the_lot_comes_from_seal_numbers_and_case__and_the_sheet_lets_anybody_repeat_it(
    any_stage: Stage,
) -> None:
    stage = any_stage
    cases.a_case(stage, on="2026-02-26T09:00", raw=cases.OTHER_HOUSEHOLD)
    stage.set_clock(datetime(2026, 2, 27, 1, 0))
    jobs.anchor_chains(stage.office)
    round_id = committed(stage)
    number = cases.a_case(stage, at="county_check")
    drawn = lot(stage, number)
    with stage.database.reading("") as session:
        last = anchors.latest(session)
        assert last is not None
        assert drawn.seal == last.digest
    desk = Person(stage, "supervisor")
    before = desk.get(f"/draws/{round_id}").text
    assert "271828" not in before
    assert "161803" not in before
    revealed(stage, round_id)
    page = desk.get(f"/draws/{round_id}").text
    # by hand from what is printed: each item a line, SHA-256, eight bytes, the rest of 10000
    found = re.findall(
        r'<td class="mono">(\d+)</td>\s*<td class="mono small text-break">([0-9a-f]{32})</td>', page
    )
    assert [n for n, _ in found] == ["271828", "161803"]
    said = "\n".join(["county_visit", drawn.seal, *(f"{n}:{x}" for n, x in found), number])
    value = int(hashlib.sha256(said.encode()).hexdigest()[:16], 16) % 10_000
    assert Decimal(drawn.lot) == Decimal(value) / 10_000
    assert drawn.lot in page
    for n, nonce in found:
        assert hashlib.sha256(f"{n}:{nonce}".encode()).hexdigest() in page
    paper = _text_of(desk, f"/draws/{round_id}/sheet.pdf")
    for shown in (drawn.seal, drawn.lot, number, *(word for pair in found for word in pair)):
        assert shown in paper


def test_the_printed_sheet__keeps_what_is_not_revealed(stage: Stage) -> None:
    round_id = committed(stage)
    paper = _text_of(Person(stage, "supervisor"), f"/draws/{round_id}/sheet.pdf")
    assert "尚未公开" in paper
    assert "公开前不显示" in paper
    assert "271828" not in paper
    with stage.database.reading("") as session:
        for row in session.scalars(select(DrawNumber).where(DrawNumber.round_id == round_id)):
            assert row.nonce not in paper
            assert row.commitment in paper


def _text_of(desk: Person, address: str) -> str:
    answer = desk.get(address)
    assert answer.mimetype == "application/pdf"
    pages = pypdfium2.PdfDocument(answer.data)
    return "".join("".join(p.get_textpage().get_text_bounded().split()) for p in pages)


def test_the_file_number_alone_tells_nothing(stage: Stage) -> None:
    """Two offices that differ in what nobody knows draw differently for the same file number."""
    numbers = [("271828", "a"), ("161803", "b")]
    told = {
        draws.lot_of("county_visit", "", [numbers[0], ("161803", x)], "340199101-DB-2026-00001")
        for x in "bcdefgh"
    }
    assert len(told) == 7


def test_two_people_of_different_offices(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    revealed(stage)
    supervisor = stage.actor("supervisor", "340199")
    stage.office.perform(CommitDrawNumber("271828"), supervisor)
    for same in (supervisor, stage.actor("supervisor#2", "340199")):
        with pytest.raises(DutySeparation):
            stage.office.perform(CommitDrawNumber("161803"), same)
    with pytest.raises(PermissionMissing):
        stage.office.perform(CommitDrawNumber("161803"), stage.actor("window_clerk", cases.VILLAGE))
    with pytest.raises(Invalid):
        stage.office.perform(CommitDrawNumber("12345"), stage.actor("auditor", "340199"))
    with pytest.raises(RuleBroken):
        revealed(stage, 2)  # one number is no draw
    stage.office.perform(CommitDrawNumber("161803"), stage.actor("auditor", "340199"))
    with stage.database.reading("") as session:
        assert session.scalars(select(DrawRound.status).order_by(DrawRound.id)).all() == ["revealed", "ready"]


def test_a_revealed_round_draws_no_more__without_numbers_everybody_is_visited(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    revealed(stage)
    number = cases.a_case(stage, at="county_visit")
    drawn = lot(stage, number)
    assert (drawn.round_id, drawn.is_chosen, drawn.lot) == (None, True, "")
    assert "逐户核查" in drawn.because
    with pytest.raises(RuleBroken):
        revealed(stage)


def test_a_worker_that_stands_still_is_not_waited_for(stage: Stage) -> None:
    number = cases.a_case(stage, at="county_check")  # no seal was ever made
    assert (lot(stage, number).seal, lot(stage, number).round_id) == ("", 1)


def test_a_case_is_drawn_once__sending_it_back_gives_no_second_lot(stage: Stage) -> None:
    number = cases.a_case(stage, at="county_check")
    first = lot(stage, number)
    item = cases.item_at(stage, number, "county_check")
    with stage.database.reading("") as session:
        from processes.cases.models import WorkItem

        to = session.scalars(
            select(WorkItem.ref).where(WorkItem.task == "township_opinion", WorkItem.status == "done")
        ).one()
    stage.office.perform(
        ReturnTask(item.id, item.version, to, "补充"), stage.actor("county_clerk", cases.VILLAGE)
    )
    stage.set_clock(datetime(2026, 3, 20, 1, 0))
    jobs.anchor_chains(stage.office)
    while not any(i.task == "county_check" for i in cases.open_items(stage, number)):
        item = cases.open_items(stage, number)[0]
        if item.task == "record_objection":
            stage.move("8 days")
        else:
            cases.complete(stage, item)
    again = lot(stage, number)
    assert (again.lot, again.seal, again.id) == (first.lot, first.seal, first.id)


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE drawn_lot SET lot = '0.9999'", "签号不能复核"),
        ("UPDATE drawn_lot SET is_chosen = NOT is_chosen", "签号不能复核"),
        ("UPDATE drawn_lot SET seal = 'x'", "签号不能复核"),
        ("UPDATE draw_number SET commitment = 'x'", "与承诺值不符"),
    ],
)
def test_the_audit_finds_what_does_not_come_out_again(stage: Stage, statement: str, sentence: str) -> None:
    cases.a_case(stage, at="county_check")
    with stage.database.reading("") as session:
        assert draws.differing(session) == []
    with stage.database.unit_of_work() as uow:
        uow.session.execute(text(statement))
        uow.commit()
    with stage.database.reading("") as session:
        assert any(sentence in fault for fault in draws.differing(session))


def test_two_numbers_at_once__one_round(any_stage: Stage) -> None:
    stage = any_stage
    stage.set_clock(cases.noon())
    revealed(stage)
    people = [stage.actor(role, "340199") for role in ("supervisor", "finance_officer")]
    together(*(lambda a=a: stage.office.perform(CommitDrawNumber("27182818"), a) for a in people))
    with stage.database.reading("") as session:
        assert session.scalars(select(DrawRound.status).order_by(DrawRound.id)).all() == ["revealed", "ready"]
        ready = session.scalars(select(DrawRound.id).where(DrawRound.status == "ready")).one()
        assert len(session.scalars(select(DrawNumber.id).where(DrawNumber.round_id == ready)).all()) == 2
    results = together(*[lambda: revealed(stage, ready)] * 2)
    assert sum(isinstance(r, RuleBroken) for r in results) == 1


def test_the_desk(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    desk = Person(stage, "finance_officer")
    assert "抽签" in desk.get("/draws").text
    assert desk.post("/draws", {"number": "27182818"}).status_code == 302
    assert "待另一部门填写" in desk.get("/draws").text
    assert Person(stage, "window_clerk").post("/draws", {"number": "27182818"}).status_code == 403
    assert desk.get("/draws/999").status_code == 404
