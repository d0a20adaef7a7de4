"""A stored file named by a row survives a power failure: bytes are flushed before the name, and both before
the row."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from processes.settings import Settings
from processes.storage import file_store


def test_a_stored_file__its_bytes_then_its_name_then_its_new_folder(
    settings_here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    really = os.fsync

    def noted(handle: int) -> None:
        synced.append(Path(os.readlink(f"/proc/self/fd/{handle}")))
        really(handle)

    monkeypatch.setattr(os, "fsync", noted)
    papers = settings_here.papers
    digest = file_store.put(papers, b"paper")
    draft, folder, whole = synced
    assert (draft.parent, folder, whole) == (papers / digest[:2], papers / digest[:2], papers)
    assert file_store.get(papers, digest) == b"paper"
    synced.clear()
    file_store.put(papers, b"paper")
    assert not synced, "the same bytes are stored once"
