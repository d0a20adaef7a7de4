"""Personal data are encrypted in the database, each value bound to its row (docs/adr/0054)."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import LargeBinary, inspect, select, update

from processes.cases.colleague_models import Comment
from processes.cases.models import WorkItem
from processes.cli import audit
from processes.compound import rekeying
from processes.errors import SealBroken
from processes.office.cases.attachments import AddAttachment
from processes.office.cases.comments import AddComment
from processes.office.cases.start import StartCase
from processes.office.steps.complete import CompleteTask
from processes.office.steps.draft import SaveDraft
from processes.people import calls
from processes.people.models import Household
from processes.rehearsal.registering import household_form, save
from processes.rehearsal.stage import Stage
from processes.storage import keyring, resealing, sealing
from processes.storage.base import Row
from processes.worker import jobs
from tests.builders import cases, files

SPOKEN = {
    "phone": "13955501234", "account": "6228480402564890018", "illness": "尿毒症每周透析", "neighbours": "邻居反映院中停有货车",
    "remark": "留言里说的私事", "opinion": "户主长年卧床不起", "file": "出院小结之病情", "evidence": "私营砖厂出具", "finding": "墙裂漏雨无存粮",
}  # fmt: skip
"""What is said once in the scenario and nowhere else, by what it is."""


def _scenario(stage: Stage) -> str:
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    stage.set_clock(cases.noon())
    form = household_form(cases.HOUSEHOLD, cases.VILLAGE) | {"phone": SPOKEN["phone"]}
    form["incomes"] = [dict(row, evidence=SPOKEN["evidence"]) for row in form["incomes"]]
    household = save(stage.office, clerk, form, confirm=True)
    application = cases.APPLICATION | {
        "reason": SPOKEN["illness"], "phone": SPOKEN["phone"], "bank_account": SPOKEN["account"],
    }  # fmt: skip
    command = StartCase("minimum_living_allowance", household, application, str(uuid4()))
    number = str(stage.office.perform(command, clerk).case)
    answers = {
        **cases.ANSWERS,
        "investigate_household": cases.ANSWERS["investigate_household"] | {"living": SPOKEN["finding"]},
        "democratic_appraisal": cases.ANSWERS["democratic_appraisal"] | {"opinions": SPOKEN["neighbours"]},
        "township_opinion": cases.ANSWERS["township_opinion"] | {"statement": SPOKEN["opinion"]},
    }
    stage.office.perform(AddComment(number, SPOKEN["remark"]), clerk)
    stage.office.perform(AddAttachment(number, f"{SPOKEN['file']}.pdf", files.a_pdf()), clerk)
    for _ in range(15):
        waiting = cases.open_items(stage, number)
        if not waiting:
            break
        item = waiting[0]
        if item.task == "record_objection":
            stage.move("8 days")
            continue
        data = cases.answer(stage, item.task, answers)
        actor = stage.actor(item.role, cases.VILLAGE)
        stage.office.perform(SaveDraft(item.id, item.version, data, 0, False), actor)
        item = next(i for i in cases.open_items(stage, number) if i.id == item.id)
        stage.office.perform(CompleteTask(item.id, item.version, data, str(uuid4())), actor)
    jobs.make_papers(stage.office)
    assert cases.outcome(stage, number) == "confirmed"
    return number


def _at_rest(stage: Stage) -> bytes:
    """Everything that the database keeps, as whoever has its files reads it."""
    url = stage.database.engine.url
    if stage.database.is_sqlite:
        folder = Path(str(url.database))
        return b"".join(p.read_bytes() for p in sorted(folder.parent.glob(f"{folder.name}*")))
    told = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return subprocess.run(["pg_dump", told], check=True, capture_output=True, env=os.environ).stdout


def test_nothing_of_it_lies_open(any_whole_stage: Stage) -> None:
    number = _scenario(any_whole_stage)
    lying = _at_rest(any_whole_stage)
    assert number.encode() in lying, "numbers lie open, and so the dump is one"
    for what, said in SPOKEN.items():
        assert said.encode() not in lying, f"{what} lies open"
        if not said.isascii():
            pairs = " ".join(said[n : n + 2] for n in range(len(said) - 1))
            assert pairs.encode() not in lying, f"{what} lies in the index of words"
    with any_whole_stage.database.snapshot("") as session:
        assert audit.chains(session)[1] == {}
        assert list(resealing.broken(session)) == []


def test_whose_telephone_it_is__is_found_without_it_lying_open(any_whole_stage: Stage) -> None:
    _scenario(any_whole_stage)
    with any_whole_stage.database.snapshot("") as session:
        assert [h.phone for h in calls.with_phone(session, SPOKEN["phone"], 0)] == [SPOKEN["phone"]]
        assert calls.with_phone(session, "13955501235", 0) == []


def _two(stage: Stage) -> None:
    for raw in (cases.HOUSEHOLD, cases.OTHER_HOUSEHOLD):
        number = cases.a_case(stage, "township_opinion", raw=raw)
        clerk = stage.actor("window_clerk", cases.VILLAGE)
        stage.office.perform(AddComment(number, f"关于 {number}"), clerk)


def test_exchanged_between_rows__it_does_not_open(any_stage: Stage) -> None:
    _two(any_stage)
    with any_stage.database.unit_of_work() as uow:
        one, other = uow.session.scalars(select(Comment).order_by(Comment.id))
        table = Comment.__table__
        for row_id, sealed in ((one.id, other.text_sealed), (other.id, one.text_sealed)):  # type: ignore[attr-defined]
            uow.session.execute(update(table).where(table.c.id == row_id).values(text=sealed))
        uow.session.commit()
    with any_stage.database.snapshot("") as session:
        row = session.scalars(select(Comment).order_by(Comment.id)).first()
        assert row is not None
        with pytest.raises(SealBroken) as fault:
            _ = row.text
        assert "comment.text" in fault.value.message
        assert audit.compared(session, any_stage.office.settings)["sealed"] == [
            "comment.text 第 1 行被改动或与其他行调换", "comment.text 第 2 行被改动或与其他行调换",
        ]  # fmt: skip


@contextmanager
def _own_keys(stage: Stage) -> Iterator[None]:
    before = keyring.current()
    keyring.use(keyring.open_keyring(stage.office.settings.keys))
    yield
    keyring.use(before)


def test_after_a_change_of_keys__every_value_opens_in_its_row_alone(any_stage: Stage) -> None:
    with _own_keys(any_stage):
        _two(any_stage)
        rekeying.rotate(any_stage.office, keyring.ENCRYPTION, lambda title, n: None)
        rekeying.rotate(any_stage.office, keyring.INDEX, lambda title, n: None)
        with any_stage.database.snapshot("") as session:
            assert list(resealing.broken(session)) == []
            assert audit.chains(session) == (2, {})
            assert session.scalars(select(WorkItem).where(WorkItem.submission.is_not(None))).all()


_PLACES = st.tuples(
    st.sampled_from(["comment", "notice"]), st.sampled_from(["text", "reason"]), st.text(max_size=5)
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.text(), place=_PLACES, other=_PLACES)
def test_a_sealed_value_opens_where_it_was_sealed_and_nowhere_else(
    tmp_path: Path, said: str, place: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    keys = keyring.open_keyring(tmp_path)
    plain = said.encode("utf-8", "surrogatepass")
    sealed = keys.seal(plain, sealing.bound_to(*place[:2], [place[2]]))
    assert keys.unseal(sealed, sealing.bound_to(*place[:2], [place[2]])) == plain
    assert keys.is_newest(sealed, sealing.bound_to(*other[:2], [other[2]])) == (other == place)


def test_every_sealed_column_has_a_row_to_be_bound_to() -> None:
    sealed = resealing.sealed_columns()
    assert len(sealed) > 30
    for mapper in Row.registry.mappers:
        names = sealing.sealed_of(mapper.class_)
        assert {c.name for c in sealed.get(mapper.local_table.name, [])} == set(names)  # type: ignore[attr-defined]
        for name in sealing.identity_of(mapper.class_) if names else ():
            assert name in inspect(mapper.class_).columns
            assert not isinstance(inspect(mapper.class_).columns[name].type, LargeBinary)


def test_no_query_reads_a_sealed_column_past_its_row() -> None:
    """Of a kind of row, a sealed column is bytes: a query may ask whether there is something, how long, and when to load it."""
    names = "|".join(
        f"{m.class_.__name__}\\.{n}" for m in Row.registry.mappers for n in sealing.sealed_of(m.class_)
    )
    use = re.compile(rf"(?<!defer\()(?<!func\.length\()\b({names})\b(?!\.is_\(|\.is_not\()")
    found = [
        f"{path}: {line.strip()}"
        for folder in ("processes", "web")
        for path in sorted(Path(folder).rglob("*.py"))
        for line in path.read_text().splitlines()
        if use.search(line) and "node_modules" not in str(path)
    ]
    assert found == ["processes/opening.py: query = select(Person.id_number, mark, Person.id_index).where("]


def test_a_row_that_is_not_named_yet__is_not_sealed() -> None:
    household = Household()
    household.seal_mark = None  # type: ignore[assignment]
    with pytest.raises(RuntimeError, match="before its row has a name"):
        household.phone = "13955501235"
