"""An office in which somebody stands in two awards already goes on: both are paid, every audit names them."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from processes.cases.models import Case
from processes.errors import UpgradeStopped
from processes.migrations import schema
from processes.people.models import Membership
from processes.rehearsal.stage import Stage
from processes.relief import audit, fund_queries
from processes.relief.claim_models import ReliefClaim, ReliefClaimPerson
from processes.relief.fund_models import FundEntry
from processes.relief.models import AwardMember
from tests.builders import cases, reliefs


def _down(stage: Stage) -> None:
    command.downgrade(schema._config(stage.database.engine), "0016")


def test_upgrading_an_office_with_a_double_benefit(any_whole_stage: Stage) -> None:
    stage = any_whole_stage
    number = cases.a_case(stage, at="serve_confirmation")
    cases.a_case(stage, at="serve_confirmation", raw=cases.OTHER_HOUSEHOLD)
    accident = reliefs.paid(stage)
    _down(stage)
    with stage.database.engine.execution_options(write=True).begin() as connection:
        first, other = connection.execute(text("SELECT id FROM award ORDER BY id")).scalars().all()
        person = connection.execute(
            text("SELECT min(person_id) FROM award_member WHERE award_id = :a"), {"a": first}
        ).scalar_one()
        connection.execute(
            text("INSERT INTO award_member (award_id, person_id) VALUES (:a, :p)"), {"a": other, "p": person}
        )
    schema.upgrade(stage.database.engine)
    with stage.database.reading("") as session:
        marked = session.scalars(select(AwardMember).where(AwardMember.is_disputed)).one()
        assert (marked.award_id, marked.person_id, marked.is_standing) == (other, person, True)
        named = [f for f in audit.compare(session) if "同一人重复享受" in f]
        assert len(named) == 1
        assert number in named[0]
        # what was paid before is found by person: both of the household of the accident
        claim = session.scalars(select(ReliefClaim).join(Case).where(Case.number == accident)).one()
        assert (claim.event, claim.from_on.isoformat(), claim.seen) == ("accident", "2026-03-01", [])
        people = set(
            session.scalars(select(ReliefClaimPerson.person_id).where(ReliefClaimPerson.claim_id == claim.id))
        )
        household = session.scalars(select(Case.household_id).where(Case.number == accident)).one()
        members = select(Membership.person_id).where(Membership.household_id == household)
        assert people == set(session.scalars(members))
        # entries posted before are sealed as they are
        assert fund_queries.audit(session) == []
        sealed = select(func.count()).select_from(FundEntry).where(FundEntry.digest != "")
        assert session.scalar(sealed) == 2
        assert not [f for f in audit.compare(session) if "台账" in f]
    with pytest.raises(IntegrityError), stage.database.unit_of_work() as uow:
        uow.add(AwardMember(award_id=other, person_id=_another(uow, first), programme=marked.programme))
        uow.flush()
    # the next claim gets a number of its own
    stage.set_clock(cases.noon())
    again = reliefs.emergency(stage, cases.a_household(stage, raw=cases.THIRD_HOUSEHOLD), on="2026-03-02")
    assert reliefs.waiting(stage, again) == ["township_decision"]


def test_two_standing_payments_of_one_case_stop_the_upgrade_before_anything_is_done(
    whole_stage: Stage,
) -> None:
    """One sentence with the numbers of the cases; the database stays as it was, and is upgraded when it is mended."""
    stage, engine = whole_stage, whole_stage.database.engine
    number = reliefs.paid(stage)
    _down(stage)
    before = _stored(stage)
    kept = "household_id, event, event_on, amount, granted_on, source, question, status, division"
    with engine.execution_options(write=True).begin() as connection:
        connection.execute(
            text(
                f"INSERT INTO relief_payment (case_id, {kept}) SELECT case_id, household_id, event, event_on, amount, "
                "granted_on, source, question || '/2', status, division FROM relief_payment"
            )
        )
    with pytest.raises(UpgradeStopped) as stopped:
        schema.upgrade(engine)
    assert stopped.value.message.startswith(
        f"数据没有改动，升级已停止：办件 {number} 登记了两笔有效的临时救助金，不能升级"
    )
    assert _stored(stage) == before
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
    with engine.execution_options(write=True).begin() as connection:
        connection.execute(text("UPDATE relief_payment SET status = 'withdrawn' WHERE question LIKE '%/2'"))
    schema.upgrade(engine)
    with stage.database.reading("") as session:
        assert audit.compare(session) == []


def _stored(stage: Stage) -> list[tuple[str, str]]:
    """Every table and index as it is defined, and the version."""
    with stage.database.engine.connect() as connection:
        rows = connection.execute(text("SELECT name, coalesce(sql, '') FROM sqlite_master ORDER BY name"))
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        return [*((row[0], row[1]) for row in rows), ("version", version)]


def _another(uow: object, award: int) -> int:
    query = select(func.max(AwardMember.person_id)).where(AwardMember.award_id == award)
    return int(uow.session.scalar(query))  # type: ignore[attr-defined]
