"""An award that is not paid any more, or for other months: altered past the program, each column of it is found."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import event, func, select, text

from processes.cases.models import Case, CaseEvent
from processes.errors import DoubleBenefit
from processes.office.people.identify import IdentifyPerson
from processes.office.steps.complete import CompleteTask
from processes.people.models import Household, Transfer
from processes.policy.periods import Month
from processes.rehearsal.stage import Stage
from processes.releases import publish
from processes.relief import actions, audit, payroll
from processes.relief.models import Award, AwardMember
from tests.builders import cases, releases
from tests.web.test_provisional import drawing_twice

PROGRAMME = "minimum_living_allowance"


def stopped(stage: Stage) -> str:
    """The number of a case whose award was ended with March, beside another case that draws on."""
    _, again, person, number = drawing_twice(stage)
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    opened = stage.office.perform(IdentifyPerson(person, number, "周大海", "指纹比对"), clerk).case
    for task, data in (
        ("verify_double_benefit", {"finding": "stop", "award": again, "statement": "同一人"}),
        ("confirm_stop", {"decision": "agree", "statement": "同意"}),
    ):
        at = cases.item_at(stage, str(opened), task)
        stage.office.perform(
            CompleteTask(at.id, at.version, data, str(uuid4())), stage.actor(at.role, cases.VILLAGE)
        )
    return again


def faults(stage: Stage) -> list[str]:
    with stage.database.snapshot("") as session:
        return audit.compare(session)


def altered(stage: Stage, statement: str) -> list[str]:
    with stage.database.unit_of_work() as uow:
        uow.session.execute(text(statement))
        uow.commit()
    return faults(stage)


ENDED = {
    "for how long": ("until_month = '2030-12'", "的截止月份与办理记录不符"),
    "without end": ("until_month = NULL", "的截止月份与办理记录不符"),
    "how much": ("monthly_amount = '9000.00'", "的救助待遇被改动"),
    "since when": ("from_month = '2020-01'", "的救助待遇被改动"),
    "that it ended": ("status = 'withdrawn'", "的救助待遇与办理记录不符"),
    "where": ("division = '340199102201'", "的地点、家庭或项目与办件不符"),
    "its programme's name": ("programme_title = '改'", "的救助待遇被改动"),
    "its programme's code": ("programme_code = 'X'", "的救助待遇被改动"),
    "when it was granted": ("granted_at = '2020-01-01 00:00:00'", "的救助待遇被改动"),
    "its grade": ("grade = 'X'", "的救助待遇被改动"),
}


@pytest.mark.parametrize("what", ENDED)
def test_an_ended_award_that_is_altered__is_found(whole_stage: Stage, what: str) -> None:
    number = stopped(whole_stage)
    assert faults(whole_stage) == []
    change, said = ENDED[what]
    found = altered(whole_stage, f"UPDATE award SET {change} WHERE status = 'ended'")  # noqa: S608
    assert [f for f in found if f.startswith(number) and said in f], found


def test_an_ended_award_that_is_missing_or_added__is_found(whole_stage: Stage) -> None:
    number = stopped(whole_stage)
    with whole_stage.database.unit_of_work() as uow:
        uow.session.execute(text("DELETE FROM award_member"))
        uow.session.execute(text("DELETE FROM award WHERE status = 'ended'"))
        uow.session.flush()
        assert f"{number} 的救助待遇与办理记录不符" in audit.compare(uow.session)
        uow.session.rollback()


def test_what_stands_has_no_end__and_what_was_altered_would_be_paid(whole_stage: Stage) -> None:
    number = cases.a_case(whole_stage, at="serve_confirmation")
    assert faults(whole_stage) == []
    found = altered(whole_stage, "UPDATE award SET until_month = '2026-01'")
    assert found == [f"{number} 的救助待遇的截止月份与办理记录不符"]
    with whole_stage.database.reading("") as session:
        assert payroll.lines(session, PROGRAMME, "2026-05", "340199") == []


def test_an_event_of_before_covers_less__and_what_it_says_is_held_against_the_award(
    whole_stage: Stage,
) -> None:
    """Of an award that ended before events said until when, the month alone is not compared."""
    number = stopped(whole_stage)
    with whole_stage.database.unit_of_work() as uow:
        for event in uow.session.scalars(select(CaseEvent).where(CaseEvent.kind.like("award_%"))):
            event.payload = {
                k: v
                for k, v in event.payload.items()
                if k in ("monthly", "from_month", "reason", "row_states")
            }
        uow.session.commit()
    assert faults(whole_stage) == []
    assert altered(whole_stage, "UPDATE award SET grade = 'X'") == []
    found = altered(whole_stage, "UPDATE award SET monthly_amount = '9000.00' WHERE status = 'ended'")
    assert found == [f"{number} 的救助待遇被改动"]


def test_an_award_that_moved_with_its_person__is_as_it_was_granted(whole_stage: Stage) -> None:
    """The seal was made over the household of then; only a transfer that was accepted says which one it was."""
    number = cases.a_case(whole_stage, at="serve_confirmation")
    cases.a_household(whole_stage, raw=cases.OTHER_HOUSEHOLD)
    with whole_stage.database.unit_of_work() as uow:
        case = uow.session.scalars(select(Case)).one()
        award = uow.session.scalars(select(Award)).one()
        before, into = case.household_id, uow.session.scalars(select(func.max(Household.id))).one()
        case.household_id = award.household_id = into
        uow.session.commit()
    assert faults(whole_stage) == [f"{number} 的救助待遇被改动"]
    with whole_stage.database.unit_of_work() as uow:
        uow.add(
            Transfer(
                household_id=before, household_number="1", person_id=1, name="甲", from_place="340199101",
                to_place="340199102", reason="迁居", asked_at=uow.now, asked_by="乙", due_on=cases.noon().date(),
                status="accepted", note="", went_along=[number],
            )
        )  # fmt: skip
        uow.commit()
    assert faults(whole_stage) == []
    found = altered(whole_stage, f"UPDATE award SET household_id = {before}")  # noqa: S608
    assert found == [f"{number} 的救助待遇的地点、家庭或项目与办件不符"]


def test_what_a_destroyed_case_granted__is_not_paid_any_more(whole_stage: Stage) -> None:
    number = stopped(whole_stage)
    day = "UPDATE case_file SET destroyed_on = '2040-05-02' WHERE id = (SELECT case_id FROM award WHERE status = 'ended')"
    assert altered(whole_stage, day) == []
    for month, said in (("2040-05", []), ("2040-06", [f"{number} 已销毁，其救助待遇却仍在发放"])):
        change = f"UPDATE award SET until_month = '{month}' WHERE status = 'ended'"  # noqa: S608
        assert altered(whole_stage, change) == said


def test_an_award_of_no_case__is_named(stage: Stage) -> None:
    cases.a_case(stage, at="serve_confirmation")
    stage.database.engine.dispose()
    event.listen(stage.database.engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys=OFF"))
    assert "第 987654 号办件不存在，却有救助待遇" in altered(stage, "UPDATE award SET case_id = 987654")


def _ended(stage: Stage) -> str:
    """A case whose award was ended, and whose people draw nothing else."""
    number = cases.a_case(stage, "serve_confirmation")
    with stage.database.unit_of_work() as uow:
        actions.stop(uow, number, Month(2026, 5))
        uow.commit()
    return number


def _drawn_since(stage: Stage, number: str, programme: str, code: str) -> None:
    """The people of an ended award draw something else by now."""
    with stage.database.unit_of_work() as uow:
        ended = uow.session.scalars(
            select(Award).join(Case, Case.id == Award.case_id).where(Case.number == number)
        ).one()
        told = {
            name: getattr(ended, name)
            for name in (
                "case_id",
                "household_id",
                "division",
                "monthly_amount",
                "from_month",
                "grade",
                "cover",
            )
        }
        other = Award(
            **told, programme=programme, programme_title="另一项救助", programme_code=code, question="另一项",
            granted_at=uow.now,
        )  # fmt: skip
        uow.add(other)
        uow.flush()
        for person in actions.people_of(uow, ended):
            uow.add(AwardMember(award_id=other.id, person_id=person, programme=programme))
        uow.commit()


def _resumed(stage: Stage, number: str) -> str:
    with stage.database.unit_of_work() as uow:
        return actions.resume(uow, number)[0].status


def test_an_award_stands_again_only_where_nothing_excludes_it(whole_stage: Stage) -> None:
    number = _ended(whole_stage)
    assert _resumed(whole_stage, number) == "standing", "nothing else is drawn (and not committed)"
    _drawn_since(whole_stage, number, "destitute_support", "TK")
    with pytest.raises(DoubleBenefit):
        _resumed(whole_stage, number)


def test_what_excludes_the_programme_bars_it_as_what_it_excludes(whole_stage: Stage) -> None:
    number = _ended(whole_stage)
    _drawn_since(whole_stage, number, "temporary_relief", "LS")
    assert _resumed(whole_stage, number) == "standing", "neither excludes the other"
    with whole_stage.database.reading("") as session:
        release = publish.current_id(session, "temporary_relief", whole_stage.clock.now.date())
        shipped = publish.open_release(session, release)
    exclusive = releases.changed(shipped, "programme.toml", {'code = "LS"': 'code = "LS"\nexcludes = ["DB"]'})
    releases.put_in_force(whole_stage, exclusive)
    with pytest.raises(DoubleBenefit):
        _resumed(whole_stage, number)
