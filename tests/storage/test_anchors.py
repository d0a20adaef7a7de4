"""The daily seal: what was carried out of the house shows that a whole chain was written anew."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import func, select, update

from processes.cases import anchors, events
from processes.cases.anchor_models import ChainAnchor
from processes.cases.models import Case, CaseEvent
from processes.errors import AnchorUnwritten
from processes.rehearsal.stage import Stage
from processes.worker import jobs
from tests.builders import cases


def _faults(stage: Stage) -> list[str]:
    with stage.database.reading("") as session:
        return anchors.verify(session, stage.office.settings.anchors)


def _made(stage: Stage) -> list[tuple[int, int]]:
    with stage.database.reading("") as session:
        return [(a.id, a.events) for a in session.scalars(select(ChainAnchor).order_by(ChainAnchor.id))]


def test_a_day_is_sealed_once_it_is_over_and_settled(any_stage: Stage) -> None:
    stage = any_stage
    cases.a_case(stage, at="investigate_household", on="2026-03-02T09:00")
    with stage.database.reading("") as session:
        first = session.scalar(select(func.count()).select_from(CaseEvent)) or 0
    assert not jobs.anchor_chains(stage.office)
    stage.set_clock(datetime(2026, 3, 3, 0, 29))
    assert not jobs.anchor_chains(stage.office)
    stage.set_clock(datetime(2026, 3, 3, 0, 30))
    assert jobs.anchor_chains(stage.office)
    assert not jobs.anchor_chains(stage.office)
    assert _made(stage) == [(1, first)]
    # the next day seals what came since, and says that it stands on the first
    cases.a_case(stage, raw=cases.OTHER_HOUSEHOLD, on="2026-03-03T09:00")
    stage.set_clock(datetime(2026, 3, 4, 1, 0))
    assert jobs.anchor_chains(stage.office)
    with stage.database.reading("") as session:
        total = session.scalar(select(func.count()).select_from(CaseEvent)) or 0
    assert _made(stage) == [(1, first), (2, total - first)]
    lines = stage.office.settings.anchors.read_text().splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2"]
    assert _faults(stage) == []


def test_a_chain_written_anew__is_whole_in_itself_and_yet_found(stage: Stage) -> None:
    number = cases.a_case(stage, at="investigate_household", on="2026-03-02T09:00")
    stage.set_clock(datetime(2026, 3, 3, 1, 0))
    jobs.anchor_chains(stage.office)
    with stage.database.unit_of_work() as uow:
        case = uow.session.scalars(select(Case).where(Case.number == number)).one()
        previous = ""
        for event in events.of_case(uow.session, case.id):
            event.actor = "别人"
            event.previous = previous
            previous = event.digest = events.digest(event)
        case.head = previous
        uow.commit()
    with stage.database.reading("") as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        assert events.verify(session, case) is None
    assert _faults(stage) == ["2026-03-03 01:00 封存以后，此前的办理记录或访问记录被改动"]


def test_anchors_written_anew_too__differ_from_the_file(stage: Stage) -> None:
    cases.a_case(stage, on="2026-03-02T09:00")
    stage.set_clock(datetime(2026, 3, 3, 1, 0))
    jobs.anchor_chains(stage.office)
    file = stage.office.settings.anchors
    file.write_text(file.read_text().replace(" 01:00 ", " 01:01 "))
    assert _faults(stage) == ["2026-03-03 01:00 的封存与 anchors.txt 不一致"]
    file.unlink()
    assert _faults(stage) == ["2026-03-03 01:00 的封存没有写入 anchors.txt"]
    # a worker that was killed between the two writes the line at its next round
    jobs.anchor_chains(stage.office)
    assert _faults(stage) == []
    file.write_text("抄送档案室一份\n" + file.read_text())
    assert _faults(stage) == []
    file.unlink()
    file.mkdir()
    with pytest.raises(AnchorUnwritten):
        jobs.anchor_chains(stage.office)
    file.rmdir()
    jobs.anchor_chains(stage.office)
    with stage.database.unit_of_work() as uow:
        uow.session.execute(update(ChainAnchor).values(id=7))
        uow.commit()
    assert "anchors.txt 中第 1 次封存在数据库中没有" in _faults(stage)


def test_a_long_past__is_sealed_in_parts(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchors, "MOST", 4)
    cases.a_case(stage, at="investigate_household", on="2026-03-02T09:00")
    stage.set_clock(datetime(2026, 3, 3, 1, 0))
    rounds = 0
    while jobs.anchor_chains(stage.office):
        rounds += 1
    made = _made(stage)
    assert len(made) == rounds > 1
    assert all(events == 4 for _, events in made[:-1])
    assert _faults(stage) == []
