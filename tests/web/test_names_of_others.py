"""A head whose file lies elsewhere is called as the household's place typed: no page, case or paper tells the name on file."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from processes import commands as c
from processes.cases.models import Case
from processes.oversight import fingerprints
from processes.people import records
from processes.people.models import Household, PersonDifference
from processes.rehearsal.registering import save
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import Person as Browser
from tests.web.test_persons import TWO, everywhere, form, two_files


@pytest.mark.parametrize("is_declined", [False, True], ids=["open", "declined"])
def test_a_number_typed_for_the_head__does_not_tell_the_name_on_file(stage: Stage, is_declined: bool) -> None:
    own, other = two_files(stage, name="吴某某")
    if is_declined:
        (row,) = everywhere(stage, PersonDifference)
        told = c.ResolveDifference(row.id, False, "以户口簿为准")
        stage.office.perform(told, stage.actor("window_clerk", cases.VILLAGE))
    clerk, guesser = stage.actor("window_clerk", TWO), Browser(stage, "t2_clerk")
    opened = stage.office.perform(
        c.StartCase("minimum_living_allowance", other, cases.APPLICATION, "typed"), clerk
    )
    for address in (
        "/households",
        f"/households/{other}",
        f"/households/{other}/history",
        f"/cases/{opened['case']}",
        f"/search?q={other}",
    ):
        page = guesser.get(address).text
        assert "吴某某" in page, address
        assert "周单身" not in page, address
    with stage.database.reading("") as session:
        assert list(fingerprints.differing(session)) == []
        case = session.scalars(select(Case)).one()
        household = session.get_one(Household, case.household_id)
        assert (case.applicant, household.householder_name) == ("吴某某", "吴某某")
        told = records.record(session, household, date(2026, 3, 2))
        assert [m["name"] for m in told["members"]] == ["吴某某"]
    # The place of the file goes on as before, and who writes the file's own name calls the head by it from then on.
    assert "周单身" in Browser(stage, "window_clerk").get(f"/households/{own}").text
    save(stage.office, clerk, form(), other, 1)
    with stage.database.reading("") as session:
        assert list(session.scalars(select(Household.householder_name))) == ["周单身", "周单身"]
        assert list(fingerprints.differing(session)) == []


def test_the_audit_finds_a_householder_whom_nobody_called_so(stage: Stage) -> None:
    _, other = two_files(stage, name="吴某某")
    with stage.database.engine.begin() as connection:
        connection.execute(update(Household).where(Household.number == other).values(householder_name="别人"))
    with stage.database.reading("") as session:
        assert list(fingerprints.differing(session)) == [f"档案 {other}：户主姓名与户主的人员登记不符"]
