"""What the batched flush could not write truthfully is refused: mappings when they are configured, listeners when rows are written."""

from __future__ import annotations

import logging
import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import Column, Computed, Integer, MetaData, String, Table, event, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, configure_mappers, mapped_column

from processes.cases.colleague_models import Comment
from processes.cases.models import Case, NumberSeries
from processes.office.command import Command
from processes.office.steps.draft import SaveDraft
from processes.rehearsal.stage import Stage
from processes.storage.base import Row
from processes.storage.batchable import UnwritableMapping, require_batchable
from tests.builders import cases


def _fault(kind: Any) -> str:
    with pytest.raises(UnwritableMapping) as told:
        require_batchable(kind.__mapper__)
    return str(told.value)


def _base() -> type[Any]:
    class Base(DeclarativeBase):
        pass

    return Base


def test_every_model_of_the_office_can_be_written() -> None:
    configure_mappers()
    for mapper in Row.registry.mappers:
        require_batchable(mapper)


@pytest.mark.parametrize(
    ("column", "why"),
    [
        (lambda: mapped_column(String, onupdate=lambda: "updated"), "onupdate"),
        (lambda: mapped_column(String, default=func.lower("ABC")), "default"),
        (lambda: mapped_column(String, default=lambda context: str(context.current_parameters)), "default"),
        (lambda: mapped_column(String, server_default="x"), "server"),
        (lambda: mapped_column(String, server_onupdate=func.now()), "server"),
        (lambda: mapped_column(String, Computed("'x'")), "server"),
    ],
    ids=["onupdate", "SQL default", "default by context", "server default", "server onupdate", "computed"],
)
def test_a_column_that_the_database_or_a_flush_would_fill__is_refused(column: Any, why: str) -> None:
    made = type(
        "Filled",
        (_base(),),
        {
            "__tablename__": "filled",
            "__annotations__": {"id": Mapped[int], "stamp": Mapped[str | None]},
            "id": mapped_column(Integer, primary_key=True),
            "stamp": column(),
        },
    )
    assert why in _fault(made)


def test_defaults_that_are_values_or_functions_without_arguments__are_written() -> None:
    class Plain(_base()):  # type: ignore[misc]
        __tablename__ = "plain"
        id: Mapped[int] = mapped_column(Integer, primary_key=True)
        name: Mapped[str] = mapped_column(String, default="new")
        words: Mapped[str] = mapped_column(String, default=str)
        made: Mapped[str] = mapped_column(String, default=lambda: "made")

    require_batchable(Plain.__mapper__)


def test_a_version_column__is_refused() -> None:
    class Counted(_base()):  # type: ignore[misc]
        __tablename__ = "counted"
        id: Mapped[int] = mapped_column(Integer, primary_key=True)
        version: Mapped[int] = mapped_column(Integer)
        __mapper_args__ = {"version_id_col": version}

    assert "version_id_col" in _fault(Counted)


def test_inheritance__is_refused() -> None:
    class Above(_base()):  # type: ignore[misc]
        __tablename__ = "above"
        id: Mapped[int] = mapped_column(Integer, primary_key=True)
        kind: Mapped[str] = mapped_column(String)
        __mapper_args__ = {"polymorphic_on": kind, "polymorphic_identity": "above"}

    class Below(Above):
        __mapper_args__ = {"polymorphic_identity": "below"}

    assert "one class for one table" in _fault(Above)
    assert "one class for one table" in _fault(Below)


def test_a_column_without_an_attribute__is_refused() -> None:
    class Less(_base()):  # type: ignore[misc]
        __table__ = Table(
            "less", MetaData(), Column("id", Integer, primary_key=True), Column("hidden", String, default="x")
        )
        __mapper_args__ = {"exclude_properties": ["hidden"]}

    assert "no attribute" in _fault(Less)


def test_a_row_of_the_office_is_refused_when_it_is_configured() -> None:
    program = """
from sqlalchemy.orm import Mapped, configure_mappers, mapped_column
from processes.storage.base import Row

class Demo(Row):
    __tablename__ = "demo_row"
    id: Mapped[int] = mapped_column(primary_key=True)
    stamp: Mapped[str | None] = mapped_column(onupdate=lambda: "updated")

import processes.migrations.schema
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "UnwritableMapping: Demo cannot be written" in done.stderr


@pytest.mark.parametrize("moment", ["before_insert", "after_insert", "before_update", "after_update"])
def test_a_listener_on_a_mapped_class__stops_the_batched_flush(stage: Stage, moment: str) -> None:
    told: list[Any] = []

    def listen(_mapper: Any, _connection: Any, row: Any) -> None:
        told.append(row)

    with stage.database.unit_of_work() as uow:
        uow.add(NumberSeries(series="甲", last=1))
        uow.commit()
    event.listen(NumberSeries, moment, listen)
    try:
        for batched in (True, False):
            with stage.database.unit_of_work(batched=batched) as uow:
                uow.session.get_one(NumberSeries, "甲").last = 2
                uow.add(NumberSeries(series="乙", last=1))
                if batched:
                    with pytest.raises(UnwritableMapping, match="NumberSeries"):
                        uow.commit()
                    assert told == []
                else:
                    uow.commit()
    finally:
        event.remove(NumberSeries, moment, listen)
    assert len(told) == 1


@pytest.mark.parametrize("moment", ["before_flush", "after_flush", "before_commit", "after_commit"])
def test_a_listener_on_the_session__stops_the_batched_flush(stage: Stage, moment: str) -> None:
    with stage.database.unit_of_work(batched=True) as uow:
        event.listen(uow.session, moment, lambda *_told: None)
        uow.add(NumberSeries(series="甲", last=1))
        with pytest.raises(UnwritableMapping, match=moment):
            uow.commit()


def test_a_row_of_a_record_that_comes_too_late_to_be_noted__stops_the_batched_flush(stage: Stage) -> None:
    number = cases.a_case(stage)
    with stage.database.unit_of_work(batched=True) as uow:
        case = uow.session.scalars(select(Case).where(Case.number == number)).one()
        late = Comment(case_id=case.id, by_id=1, by="某", at=uow.now, text="太晚")
        uow.at_end("late", lambda: uow.add(late))
        with pytest.raises(UnwritableMapping, match="Comment"):
            uow.commit()


def test_a_value_that_the_database_computes__is_left_to_the_mapper(any_stage: Stage) -> None:
    with any_stage.database.unit_of_work(batched=True) as uow:
        uow.add(NumberSeries(series="甲", last=1))
        uow.commit()
    with any_stage.database.unit_of_work(batched=True) as uow:
        uow.session.get_one(NumberSeries, "甲").last = NumberSeries.last + 5
        uow.commit()
    with any_stage.database.reading("") as session:
        assert session.get_one(NumberSeries, "甲").last == 6


def test_who_is_written_in_one_trip() -> None:
    def below(kind: type[Command[Any]]) -> set[type[Command[Any]]]:
        return {kind}.union(*(below(k) for k in kind.__subclasses__()))

    batched = {kind.__name__ for kind in below(Command) if kind.batched_flush}
    assert batched == {"CompleteTask", "SaveDraft", "ClaimTask", "FireDue"}


def test_statements_are_logged_without_values(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    number = cases.a_case(stage)
    item = cases.open_items(stage, number)[0]
    clerk = stage.actor(item.role, cases.VILLAGE)
    with caplog.at_level(logging.DEBUG, "processes.storage.round_trip"):
        stage.office.perform(SaveDraft(item.id, item.version, {"decision": "保密的话"}), clerk)
    assert any(line.startswith("INSERT INTO") for line in caplog.messages)
    assert not any("保密的话" in line for line in caplog.messages)
