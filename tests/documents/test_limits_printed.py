"""What decided the amount of a relief stands on its paper: the year's ceiling, the township's limit, the level's reason."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from processes.cases.models import Case
from processes.papers.models import IssuedPaper
from processes.rehearsal import player, scenarios
from processes.rehearsal.stage import Stage
from tests.builders import cases, reliefs
from tests.conftest import CONTENT


def contract_of(stage: Stage, number: str, kind: str) -> dict[str, object]:
    with stage.database.reading("") as session:
        query = select(IssuedPaper).join(Case).where(Case.number == number, IssuedPaper.kind == kind)
        found = session.scalars(query.order_by(IssuedPaper.id.desc())).first()
        return {} if found is None else found.contract


def test_the_ceiling_and_what_decided_are_printed(whole_stage: Stage) -> None:
    stage = whole_stage
    stage.set_clock(datetime(2026, 3, 2, 9, 0))
    reliefs.money(stage)
    household = cases.a_household(stage, raw=reliefs.FAMILY)
    first = reliefs.emergency(stage, household)
    reliefs.complete(stage, first, "township_decision", reliefs.APPROVE)
    again = reliefs.emergency(stage, household, on="2026-03-02")
    reliefs.complete(stage, again, "county_repeat_decision", reliefs.AGAIN)
    form = contract_of(stage, again, "relief_first_form")
    lines = {line["title"]: line["value"] for line in form["computation"]}  # type: ignore[attr-defined]
    # two persons: 768 × 2 × 12 = 18432; 1536 was given; 18432 − 1536 = 16896 are left
    assert (lines["年度救助限额"], lines["本年已救助"], lines["本年剩余限额"]) == ("18432", "1536", "16896")
    assert lines["拟救助金额"] == "1536"
    assert lines["决定金额的标准"] == "测算金额（未超过年度救助限额）"
    fields = form["fields"]
    assert fields["limit"] == "2024.00"  # type: ignore[index]
    assert fields["reason"] == "可能为同一事件，再次救助由县级说明理由审批"  # type: ignore[index]
    assert (fields["repeat_cases"], fields["repeat_reason"]) == ([first], "伤情反复")  # type: ignore[index]
    opinions = {o["step"]: o["text"] for o in form["opinions"]}  # type: ignore[attr-defined]
    assert opinions["县级审批再次救助"] == "同意"


def test_a_receipt_names_no_day_where_no_limit_runs(whole_stage: Stage) -> None:
    """Relief above the quick ceiling has no limit in days: the receipt says how it is handled, and no day of the year 9999."""
    path = CONTENT / "one_window" / "scenarios" / "house_burnt.yaml"
    player.play(whole_stage, scenarios.read(path)[0])
    with whole_stage.database.reading("") as session:
        receipt = session.scalars(select(IssuedPaper).where(IssuedPaper.template == "receipt.html")).one()
    opened = {o["need"]: o for o in receipt.contract["fields"]["opened"]}
    assert opened["突发急难"]["due_on"] is None
    assert opened["突发急难"]["limit"] == "先行救助，随到随办"
    assert all(str(o["due_on"]) < "2027" for o in opened.values() if o["due_on"] is not None)


def test_a_receipt_never_gives_the_day_of_acceptance_as_the_day_of_the_answer(whole_stage: Stage) -> None:
    """Opened on Monday 9 March: whether it is accepted is told in two working days (11 March); the answer takes thirty."""
    path = CONTENT / "one_window" / "scenarios" / "hotline.yaml"
    player.play(whole_stage, scenarios.read(path)[0])
    with whole_stage.database.reading("") as session:
        receipt = session.scalars(select(IssuedPaper).where(IssuedPaper.template == "receipt.html")).one()
    opened = {o["need"]: o for o in receipt.contract["fields"]["opened"]}["基本生活困难"]
    assert (opened["due_title"], opened["due_on"]) == ("受理时限", "2026-03-11")
    assert opened["limit"] == "自受理之日起按全程时限办理"
    assert receipt.contract["fields"]["whole"] == "30"
