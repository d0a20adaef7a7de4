"""Nobody saves a household between the look at its facts and what is granted on them (PostgreSQL)."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from processes.cases.models import Case
from processes.decisions import snapshots
from processes.errors import FactsChanged
from processes.rehearsal.stage import Stage
from processes.releases.bundle import Bundle
from processes.settings import Settings
from tests.builders import cases
from tests.builders.databases import fresh_postgresql
from tests.web.test_facts_of_a_decision import award_of, poorer, saved

pytestmark = pytest.mark.slow


def test_a_household_waits_for_the_decision_that_looked_at_it(
    settings_here: Settings, allowance: Bundle, tmp_path: Path
) -> None:
    with fresh_postgresql() as url:
        stage = Stage(settings_here, url)
        stage.found(allowance)
        number = cases.a_case(stage, "county_decision")
        done = threading.Event()

        def save() -> None:
            saved(stage, number, poorer())
            done.set()

        other = threading.Thread(target=save)
        with stage.database.unit_of_work() as uow:
            case = uow.session.scalars(select(Case).where(Case.number == number)).one()
            snapshots.demand_unchanged(uow, case, needed=True)
            other.start()
            assert not done.wait(1.5), "the household was saved while a decision stood on it"
            uow.commit()
        other.join(20)
        assert done.is_set()
        with pytest.raises(FactsChanged):
            cases.complete(stage, cases.item_at(stage, number, "county_decision"))
        stage.close()


def test_decisions_and_saves_at_the_same_moment__grant_only_on_facts_that_held(
    settings_here: Settings, allowance: Bundle
) -> None:
    with fresh_postgresql() as url:
        stage = Stage(settings_here, url)
        stage.found(allowance)
        number = cases.a_case(stage, "county_decision")
        item = cases.item_at(stage, number, "county_decision")
        start, refused = threading.Barrier(2), []

        def decide() -> None:
            start.wait()
            try:
                cases.complete(stage, item)
            except FactsChanged:
                refused.append(True)

        def save() -> None:
            start.wait()
            saved(stage, number, poorer())

        both = [threading.Thread(target=decide), threading.Thread(target=save)]
        for one in both:
            one.start()
        for one in both:
            one.join(30)
        # 在保存之前决定的按 15,000 给 517；在保存之后的须重新测算，不给
        assert (str(award_of(stage, number)), refused) in (("517.00", []), ("None", [True]))
        stage.close()
