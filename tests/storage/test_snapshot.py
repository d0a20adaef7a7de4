"""Results that combine several queries read one state of the database, while people work."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from processes.cases import events
from processes.cases.models import Case, CaseEvent
from processes.office.cases.comments import AddComment
from processes.office.papers.make import PrintState
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.workers import url_of
from tests.storage.test_opening import YIMEN, run


def test_what_is_committed_meanwhile__is_not_half_seen(any_stage: Stage) -> None:
    number = cases.a_case(any_stage)
    with any_stage.database.snapshot("") as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        before = session.scalar(select(func.count()).select_from(CaseEvent))
        cases.complete(any_stage, cases.item_at(any_stage, number, "check_papers"))
        assert events.verify(session, case) is None, "the chain as it was with its head as it was"
        assert session.scalar(select(func.count()).select_from(CaseEvent)) == before
    with any_stage.database.reading("") as session:
        assert (session.scalar(select(func.count()).select_from(CaseEvent)) or 0) > (before or 0)


@pytest.mark.parametrize("any_stage", ["postgresql"], indirect=True)
def test_a_snapshot_only_reads__and_leaves_its_connection_as_it_was(any_stage: Stage) -> None:
    """Of PostgreSQL's connections."""
    any_stage.database.close()  # one connection from here on
    with any_stage.database.snapshot("") as session:
        assert session.scalar(text("SHOW transaction_isolation")) == "repeatable read"
        with pytest.raises(DBAPIError, match="read-only"):
            session.execute(text("DELETE FROM comment"))
        session.rollback()
    with any_stage.database.reading("") as session:
        assert session.scalar(text("SHOW transaction_isolation")) == "read committed"
    number = cases.a_case(any_stage)
    any_stage.office.perform(AddComment(number, "写得进去"), any_stage.actor("window_clerk", cases.VILLAGE))


def test_the_audit_raises_no_false_alarm__while_a_clerk_works(any_stage: Stage) -> None:
    number, stop = cases.a_case(any_stage, at="compare_economy"), threading.Event()
    clerk, taken = any_stage.actor("window_clerk", cases.VILLAGE), []

    def work() -> None:
        while not stop.is_set():
            any_stage.office.perform(PrintState(number, "approval_form"), clerk)
            taken.append(1)

    at_work = threading.Thread(target=work)
    at_work.start()
    try:
        audited = [
            run(
                [YIMEN, "audit", "verify"],
                any_stage.office.settings.var,
                YIMEN_DATABASE_URL=url_of(any_stage),
            )
            for _ in range(2)
        ]
    finally:
        stop.set()
        at_work.join()
    assert [a.stdout for a in audited if a.returncode] == []
    assert len(taken) > 5
