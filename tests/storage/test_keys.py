"""Keys are changed while the office works: nothing lies under the old one afterwards, and everything is still read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import select

from processes.compound import rekeying
from processes.errors import RuleBroken
from processes.office.personal.form_drafts import SaveFormDraft
from processes.papers.models import IssuedPaper
from processes.people import queries
from processes.people.models import Person
from processes.rehearsal.stage import Stage
from processes.settings import Settings
from processes.storage import file_store, keyring, resealing
from processes.storage.base import Row
from processes.worker import jobs
from tests.builders import cases


@pytest.fixture
def own_keys(any_stage: Stage) -> Iterator[Stage]:
    """The stage under the keys of its own folder, so that others keep theirs."""
    before = keyring.current()
    keyring.use(keyring.open_keyring(any_stage.office.settings.keys))
    yield any_stage
    keyring.use(before)


def _raw(stage: Stage) -> list[tuple[bytes, bytes]]:
    """Everything that lies sealed in rows, and what it is bound to."""
    with stage.database.reading("") as session:
        return [
            (bytes(getattr(row, column.name)), resealing.bound(column.table, column, row))
            for name, columns in resealing.sealed_columns().items()
            for row in resealing.part_of(session, Row.metadata.tables[name], 0)
            for column in columns
            if getattr(row, column.name) is not None
        ]


def _files(stage: Stage) -> list[Path]:
    return sorted(stage.office.settings.papers.glob("*/*.sealed"))


def _filled(stage: Stage) -> str:
    """A case with papers, a picture of a signature, an unsaved form; answers the householder's ID number."""
    number = cases.a_case(stage, at="post_notice")
    jobs.make_papers(stage.office)
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    stage.office.perform(SaveFormDraft("x", "/households/new", "甲", {"address": "东村"}), clerk)
    assert number
    with stage.database.reading("") as session:
        person = session.scalars(select(Person).order_by(Person.id)).first()
        assert person is not None
        assert person.id_number is not None
        return person.id_number


def test_the_encryption_key_is_changed(own_keys: Stage) -> None:
    stage = own_keys
    id_number = _filled(stage)
    old = keyring.current()
    assert all(old.is_newest(*sealed) for sealed in _raw(stage))
    told: dict[str, int] = {}
    retired = rekeying.rotate(
        stage.office, keyring.ENCRYPTION, lambda t, n: told.update({t: told.get(t, 0) + n})
    )
    new = keyring.current()
    assert len(new.encryption) == 1
    assert new.encryption != old.encryption
    rows, files = _raw(stage), _files(stage)
    assert (told["papers"], len(files) > 0) == (len(files), True)
    assert told["person"] == 2
    for sealed in [*rows, *((f.read_bytes(), None) for f in files)]:
        assert new.is_newest(*sealed)
        with pytest.raises(InvalidTag):
            old.unseal(*sealed)
    with stage.database.reading("") as session:
        found = queries.look_up(session, id_number)
        assert found is not None
        assert session.get_one(Person, found.person_id).id_number == id_number
        paper = session.scalars(select(IssuedPaper).where(IssuedPaper.sha256.is_not(None))).first()
        assert paper is not None
        assert file_store.get(stage.office.settings.papers, paper.sha256 or "").startswith(b"%PDF")
    # what old backups need is kept apart
    assert retired is not None
    assert retired.read_text() == old.encryption[0].hex()
    assert retired.stat().st_mode & 0o777 == 0o600
    # changed twice on one day, none of the old keys is lost
    assert rekeying.rotate(stage.office, keyring.ENCRYPTION, lambda t, n: None) == retired
    assert retired.read_text().split() == [new.encryption[0].hex(), old.encryption[0].hex()]


def test_broken_off__it_goes_on_and_all_is_read_meanwhile(own_keys: Stage) -> None:
    stage = own_keys
    id_number = _filled(stage)

    def stop(title: str, changed: int) -> None:
        if changed:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rekeying.rotate(stage.office, keyring.ENCRYPTION, stop)
    between = keyring.current()
    assert len(between.encryption) == 2
    with stage.database.reading("") as session:
        assert all(person.id_number for person in session.scalars(select(Person)))
    household = cases.a_household(stage, raw=cases.OTHER_HOUSEHOLD)
    assert household
    rekeying.rotate(stage.office, keyring.ENCRYPTION, lambda t, n: None)
    assert keyring.current().encryption == between.encryption[:1]
    assert all(keyring.current().is_newest(*sealed) for sealed in _raw(stage))
    with stage.database.reading("") as session:
        assert queries.look_up(session, id_number) is not None


def test_the_index_key_is_changed__and_nobody_is_entered_twice_meanwhile(own_keys: Stage) -> None:
    stage = own_keys
    id_number = _filled(stage)
    before = keyring.current()
    keyring.add_key(stage.office.settings.keys, keyring.INDEX)
    # between the keys: found under the old fingerprint
    assert len(keyring.current().blind_indexes(id_number)) == 2
    with stage.database.reading("") as session:
        assert queries.look_up(session, id_number) is not None
        persons = len(session.scalars(select(Person)).all())
    rekeying.rotate(stage.office, keyring.INDEX, lambda t, n: None)
    assert keyring.current().index != before.index
    with stage.database.reading("") as session:
        found = queries.look_up(session, id_number)
        assert found is not None
        row = session.get_one(Person, found.person_id)
        assert row.id_index == keyring.current().blind_index(id_number)
        assert row.id_index != before.blind_index(id_number)
        assert len(session.scalars(select(Person)).all()) == persons


def test_another_process_takes_the_new_key_up_by_itself(settings_here: Settings, tmp_path: Path) -> None:
    before = keyring.current()
    try:
        keyring.use(keyring.open_keyring(tmp_path))
        sealed = keyring.current().seal("甲".encode())
        keyring.add_key(tmp_path, keyring.ENCRYPTION)
        now = keyring.current()
        assert len(now.encryption) == 2
        assert not now.is_newest(sealed)
        assert now.unseal(sealed).decode() == "甲"
        assert now.is_newest(now.seal(b"x"))
        keyring.retire_keys(tmp_path, keyring.ENCRYPTION, "20260302")
        with pytest.raises(InvalidTag):
            keyring.current().unseal(sealed)
    finally:
        keyring.use(before)


def test_keys_of_the_environment__are_changed_there(own_keys: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = own_keys
    _filled(stage)
    old = keyring.current().encryption[0].hex()
    monkeypatch.setenv("YIMEN_KEY_ENCRYPTION", old)
    keyring.use(keyring.open_keyring(stage.office.settings.keys))
    with pytest.raises(RuleBroken) as fault:
        rekeying.rotate(stage.office, keyring.ENCRYPTION, lambda t, n: None)
    assert "YIMEN_KEY_ENCRYPTION" in fault.value.message
    monkeypatch.setenv("YIMEN_KEY_ENCRYPTION", f"{'ab' * 32},{old}")
    keyring.use(keyring.open_keyring(stage.office.settings.keys))
    assert rekeying.rotate(stage.office, keyring.ENCRYPTION, lambda t, n: None) is None
    monkeypatch.setenv("YIMEN_KEY_ENCRYPTION", "ab" * 32)
    keyring.use(keyring.open_keyring(stage.office.settings.keys))
    assert all(keyring.current().is_newest(*sealed) for sealed in _raw(stage))
