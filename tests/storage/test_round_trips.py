"""Rows read and written in one round trip are the same as through SQLAlchemy's mapper, completely or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, event, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from processes.access.models import Account, CommandToken
from processes.cases import actions, clocks
from processes.cases.colleague_models import Comment
from processes.cases.models import Case, Clock, NumberSeries, Suspension, WorkItem
from processes.errors import DatabaseUnreachable
from processes.office.cases.comments import AddComment
from processes.office.steps.complete import CompleteTask
from processes.rehearsal.stage import Stage
from processes.storage import engines, full_text
from tests.builders import cases

ON_POSTGRESQL = pytest.mark.parametrize("any_stage", ["postgresql"], indirect=True)


def _values(row: Any) -> dict[str, Any]:
    return {a.key: getattr(row, a.key) for a in inspect(type(row)).column_attrs}


def test_what_is_read_together__is_what_the_mapper_reads(any_stage: Stage) -> None:
    number = cases.a_case(any_stage, at="township_opinion")
    item = cases.item_at(any_stage, number, "township_opinion")
    leader = any_stage.actor("township_leader", cases.VILLAGE)
    with any_stage.database.unit_of_work() as uow:
        case, items, same = actions.locked_case_of(uow, leader, item.id)
        running = uow.ready(Clock, case.id)
        assert same.id == item.id
        with any_stage.database.reading("") as session:
            read = session.scalars(select(WorkItem).where(WorkItem.case_id == case.id).order_by(WorkItem.id))
            assert [_values(i) for i in items] == [_values(i) for i in read]
            assert _values(case) == _values(session.get_one(Case, case.id))
            limits = session.scalars(select(Clock).where(Clock.case_id == case.id).order_by(Clock.id)).all()
            assert limits
            assert [_values(k) for k in running or ()] == [_values(k) for k in limits]
        assert uow.ready(Clock, case.id) is None, "kept ready once: whoever asks later reads what holds then"


def test_a_row_that_the_transaction_has_already__stays_as_it_is_there(any_stage: Stage) -> None:
    number = cases.a_case(any_stage)
    with any_stage.database.unit_of_work() as uow:
        case = uow.session.scalars(select(Case).where(Case.number == number)).one()
        (before,) = uow.session.scalars(select(WorkItem).where(WorkItem.case_id == case.id))
        before.title = "改过"
        (after,) = actions.items_of(uow, case)
        assert after is before
        assert after.title == "改过"


def test_changes_new_rows_and_what_goes_along__are_all_stored(any_stage: Stage) -> None:
    number = cases.a_case(any_stage)
    with any_stage.database.unit_of_work(batched=True) as uow:
        case = uow.session.scalars(select(Case).where(Case.number == number)).one()
        case.outcome_title = "改过"
        uow.add(NumberSeries(series="试", last=7))
        clock = clocks.of_case(uow.session, case.id)[0]
        clock.suspensions.append(Suspension(from_on=clock.started_on, reason="试停"))
        full_text.add(uow, case.id, ["井水结冰"])
        uow.commit()
    with any_stage.database.reading("") as session:
        assert session.get_one(Case, case.id).outcome_title == "改过"
        assert session.get_one(NumberSeries, "试").last == 7
        assert [s.reason for s in session.scalars(select(Suspension))] == ["试停"]
        assert list(full_text.matching(session, "结冰")) == [case.id]


def test_values_that_were_not_given__are_the_defaults_of_their_columns(any_stage: Stage) -> None:
    with any_stage.database.unit_of_work(batched=True) as uow:
        uow.add(Account(username="new", name="新人", password_hash="x", roles=["auditor"], division="340199"))
        uow.commit()
    with any_stage.database.reading("") as session:
        made = session.scalars(select(Account).where(Account.username == "new")).one()
        for attribute in inspect(Account).column_attrs:
            default = attribute.columns[0].default
            if default is not None and not default.is_callable:
                assert getattr(made, attribute.key) == default.arg, attribute.key


def test_a_changed_row_that_is_gone__stops_everything(any_stage: Stage) -> None:
    number = cases.a_case(any_stage)
    clerk = any_stage.actor("window_clerk", cases.VILLAGE)
    any_stage.office.perform(AddComment(number, "第一句"), clerk)
    with pytest.raises(StaleDataError), any_stage.database.unit_of_work(batched=True) as uow:
        comment = uow.session.scalars(select(Comment)).one()
        uow.session.execute(delete(Comment).execution_options(synchronize_session=False))
        comment.text = "第二句"
        uow.add(NumberSeries(series="不该在", last=1))
        uow.commit()
    with any_stage.database.reading("") as session:
        assert session.get(NumberSeries, "不该在") is None
        assert [row.text for row in session.scalars(select(Comment))] == ["第一句"]


def test_a_row_that_is_there_already__stops_everything(any_stage: Stage) -> None:
    with any_stage.database.unit_of_work(batched=True) as uow:
        uow.add(NumberSeries(series="甲", last=1))
        uow.commit()
    with pytest.raises(IntegrityError), any_stage.database.unit_of_work(batched=True) as uow:
        uow.add(NumberSeries(series="乙", last=1))
        uow.add(NumberSeries(series="甲", last=2))
        uow.commit()
    with any_stage.database.reading("") as session:
        assert session.get(NumberSeries, "乙") is None
        assert session.get_one(NumberSeries, "甲").last == 1


def test_without_commit__nothing_of_a_transaction_stays(any_stage: Stage) -> None:
    with any_stage.database.unit_of_work() as uow:
        uow.session.execute(text("UPDATE account SET name = '无名'"))
        uow.add(NumberSeries(series="丙", last=1))
        uow.flush()
    with any_stage.database.reading("") as session:
        assert "无名" not in session.scalars(select(Account.name)).all()
        assert session.get(NumberSeries, "丙") is None


@ON_POSTGRESQL
def test_a_connection_lost_on_the_way__is_told_and_replaced(any_stage: Stage) -> None:
    with any_stage.database.engine.connect() as other:
        with pytest.raises(DatabaseUnreachable), any_stage.database.unit_of_work(batched=True) as uow:
            uow.add(NumberSeries(series="丁", last=1))
            pid = uow.session.scalar(text("SELECT pg_backend_pid()"))
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            uow.commit()
        with any_stage.database.unit_of_work(batched=True) as uow:
            uow.add(NumberSeries(series="戊", last=1))
            uow.commit()
    with any_stage.database.reading("") as session:
        assert session.get(NumberSeries, "丁") is None
        assert session.get_one(NumberSeries, "戊").last == 1


@ON_POSTGRESQL
def test_finishing_a_step__sends_no_statement_alone(any_stage: Stage) -> None:
    number = cases.a_case(any_stage, at="compare_economy")
    item = cases.item_at(any_stage, number, "compare_economy")
    actor = any_stage.actor(item.role, cases.VILLAGE)
    alone: list[str] = []

    def note(_connection: Any, cursor: Any, statement: str, *_told: Any) -> None:
        if not cursor.connection.info.pipeline_status:
            alone.append(statement)

    engine = any_stage.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        any_stage.office.perform(CompleteTask(item.id, item.version, cases.ANSWERS[item.task], "once"), actor)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert alone == []
    with any_stage.database.reading("") as session:
        assert session.get(CommandToken, "once") is not None


@ON_POSTGRESQL
def test_what_pages_ask__is_planned_with_the_values_at_hand__what_commands_send_is_prepared(
    any_stage: Stage,
) -> None:
    asked = text("SELECT count(*) AS counted FROM case_file WHERE division >= :low")
    kept = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%AS counted%'")
    with any_stage.database.reading("") as session:
        for _ in range(2 * engines.PREPARED_AFTER):
            session.execute(asked, {"low": "3"})
        assert session.scalar(kept) == 0
    with any_stage.database.unit_of_work() as uow:
        for _ in range(2 * engines.PREPARED_AFTER):
            uow.session.execute(asked, {"low": "3"})
        assert uow.session.scalar(kept) == 1
