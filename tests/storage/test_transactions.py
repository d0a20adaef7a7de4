"""Two people, one task; one token, two clicks; a scope on every query; a chain that cannot be altered."""

from __future__ import annotations

import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from processes.cases import events, queries
from processes.cases.models import Case, WorkItem
from processes.errors import CaseNotFound, DutySeparation, StaleTask, TaskTaken, YimenError
from processes.office.cases.start import StartCase
from processes.office.steps.claim import ClaimTask
from processes.office.steps.complete import CompleteTask, CompleteTaskResult
from processes.people.models import Household, Person
from processes.rehearsal.stage import Stage
from tests.builders import cases


def together(*acts: Callable[[], object]) -> list[object]:
    """Do several things at the same moment; answers results and errors."""
    results: list[object] = []
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results.append(act())
        except YimenError as fault:
            results.append(fault)

    threads = [threading.Thread(target=run, args=(a,)) for a in acts]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return results


def test_two_people_claim_one_task__one_wins_and_the_other_is_told_who(any_stage: Stage) -> None:
    number = cases.a_case(any_stage, at="investigate_household")
    item = cases.item_at(any_stage, number, "investigate_household")
    people = [any_stage.actor(f"investigator#{n}", cases.VILLAGE) for n in (1, 2)]
    results = together(
        *(lambda a=a: any_stage.office.perform(ClaimTask(item.id, item.version), a) for a in people)
    )
    faults = [r for r in results if isinstance(r, YimenError)]
    assert len(faults) == 1
    assert isinstance(faults[0], TaskTaken | StaleTask)
    winner = cases.item_at(any_stage, number, "investigate_household").claimed_by
    assert winner is not None
    assert winner in faults[0].message


def test_one_token_clicked_five_times__is_one_completion(any_stage: Stage) -> None:
    number = cases.a_case(any_stage)
    item = cases.item_at(any_stage, number, "check_papers")
    clerk = any_stage.actor("window_clerk", cases.VILLAGE)
    command = CompleteTask(item.id, item.version, {"decision": "accept"}, str(uuid4()))
    results = together(*[lambda: any_stage.office.perform(command, clerk)] * 5)
    assert results == [CompleteTaskResult(number, "open")] * 5
    assert sorted(i.task for i in cases.open_items(any_stage, number)) == [
        "compare_economy",
        "investigate_household",
    ]


def test_two_different_clicks__the_second_is_told_that_the_task_is_done(any_stage: Stage) -> None:
    number = cases.a_case(any_stage)
    item = cases.item_at(any_stage, number, "check_papers")
    clerk = any_stage.actor("window_clerk", cases.VILLAGE)
    results = together(
        *(
            lambda: any_stage.office.perform(
                CompleteTask(item.id, item.version, {"decision": "accept"}, str(uuid4())), clerk
            )
            for _ in range(2)
        )
    )
    assert sum(isinstance(r, StaleTask) for r in results) == 1


def test_parallel_branches_completed_at_once__join_once(any_stage: Stage) -> None:
    number = cases.a_case(any_stage, at="compare_economy")
    waiting = cases.open_items(any_stage, number)
    assert not [r for r in together(*(lambda i=i: cases.complete(any_stage, i) for i in waiting)) if r]
    assert [i.task for i in cases.open_items(any_stage, number)] == ["township_opinion"]


def test_scope__another_township_sees_nothing_and_is_not_told_why(any_stage: Stage) -> None:
    number = cases.a_case(any_stage)
    other = any_stage.actor("window_clerk", "340199102201")
    own = any_stage.actor("window_clerk", cases.VILLAGE)
    with any_stage.database.reading(other.division) as session:
        assert session.scalars(select(Case)).all() == []
        assert session.scalars(select(WorkItem)).all() == []
        assert session.scalars(select(Household)).all() == []
        with pytest.raises(CaseNotFound):
            queries.case_by_number(session, number)
    with any_stage.database.reading(own.division) as session:
        assert queries.case_by_number(session, number).number == number
    item = cases.item_at(any_stage, number, "check_papers")
    with pytest.raises(YimenError) as caught:
        any_stage.office.perform(CompleteTask(item.id, item.version, {"decision": "accept"}), other)
    assert caught.value.code == "not_found"


def test_separation__who_investigated_does_not_sign(any_stage: Stage) -> None:
    number = cases.a_case(any_stage, at="township_opinion")
    with any_stage.database.unit_of_work() as uow:
        from processes.access.models import Account

        account = uow.session.scalars(select(Account).where(Account.username == "t1_investigator")).one()
        account.roles = ["investigator", "township_leader"]
        uow.commit()
    item = cases.item_at(any_stage, number, "township_opinion")
    with pytest.raises(DutySeparation) as caught:
        cases.complete(any_stage, item, by="investigator")
    assert "入户调查" in caught.value.message


def test_audit__an_altered_event_is_found(any_stage: Stage) -> None:
    number = cases.a_case(any_stage, at="township_opinion")
    with any_stage.database.reading("") as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        assert events.verify(session, case) is None
    with any_stage.database.unit_of_work() as uow:
        uow.session.execute(
            text("UPDATE case_event SET actor = '他人' WHERE case_id = :c AND position = 3"), {"c": case.id}
        )
        uow.commit()
    with any_stage.database.reading("") as session:
        assert events.verify(session, session.get_one(Case, case.id)) == "第 3 条记录已被改动"


def test_id_numbers_are_not_readable_in_the_database(any_stage: Stage) -> None:
    cases.a_case(any_stage, at="county_check")
    with any_stage.database.reading("") as session:
        numbers = [p.id_number for p in session.scalars(select(Person))]
        tables = ("person", "household", "case_file", "case_event", "work_item", "issued_paper", "outbox")
        dump = "".join(str(row) for t in tables for row in session.execute(text(f"SELECT * FROM {t}")).all())
    assert numbers
    assert not [n for n in numbers if n in dump]


def test_release__a_case_goes_on_with_its_own_when_the_folder_changes(any_stage: Stage) -> None:
    from dataclasses import replace

    from processes.releases import publish
    from processes.releases.bundle import Bundle

    number = cases.a_case(any_stage)
    with any_stage.database.unit_of_work() as uow:
        old = publish.open_release(uow.session, 1 if any_stage.database.is_sqlite else _release_id(any_stage))
        files = dict(old.files)
        files["apply.bpmn"] = files["apply.bpmn"].replace("受理审查".encode(), "窗口审查".encode())
        new = replace(Bundle(files))
        publish.report(uow, new.digest, 1, 0)
        uow.flush()
        assert publish.publish(uow, new, "督查", uow.now.date(), "改名").number == 2
        uow.commit()
    other = cases.a_household(
        any_stage, raw={"members": [{"name": "新户", "relation": "本人", "birth": "1960-01-01"}]}
    )
    clerk = any_stage.actor("window_clerk", cases.VILLAGE)
    second = any_stage.office.perform(StartCase("minimum_living_allowance", other, cases.APPLICATION), clerk)
    assert cases.open_items(any_stage, number)[0].title == "受理审查"
    assert cases.open_items(any_stage, second.case)[0].title == "窗口审查"
    cases.complete(any_stage, cases.open_items(any_stage, number)[0])
    assert len(cases.open_items(any_stage, number)) == 2


def _release_id(stage: Stage) -> int:
    with stage.database.reading("") as session:
        from processes.releases.models import Release

        return session.scalars(select(Release.id)).one()
