"""What every test may use: an office of its own with the demo county, on SQLite or PostgreSQL."""

from __future__ import annotations

import os
import tracemalloc  # noqa: F401  pytest loads it when a warning comes from a thread: two at once would fail a test
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings

from processes.access import accounts
from processes.rehearsal.stage import Stage
from processes.releases import bundle as bundles
from processes.releases.bundle import Bundle
from processes.settings import Settings, from_environment
from processes.storage import engines, keyring
from tests.builders import browsers, stages

settings.register_profile("default", deadline=None, suppress_health_check=list(HealthCheck))
settings.register_profile(
    "nightly", deadline=None, max_examples=5_000, suppress_health_check=list(HealthCheck)
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
REAL_HASHER = accounts._hasher
"""Passwords are hashed with it outside the tests."""
prepare_sqlite = engines._prepare_sqlite
"""What a connection to SQLite is set to outside the tests."""
CONTENT = Path(__file__).parent.parent / "bpmn"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs on PostgreSQL by its parameter is marked so; `./test fast` leaves it out."""
    for item in items:
        call = getattr(item, "callspec", None)
        if call is not None and "postgresql" in call.params.values():
            item.add_marker(pytest.mark.postgresql)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """The browser ends with the last of the tests that want it."""
    if nextitem is None or nextitem.get_closest_marker("browser") is None:
        browsers.stop()


@pytest.fixture(scope="session", autouse=True)
def _models() -> Iterator[None]:
    """What offices are copied from goes at the end."""
    yield
    stages.forget()


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Hashes that cost nothing: the tests sign in thousands of times."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", cheap)
        patch.setattr(accounts, "_NOBODY", cheap.hash("no such account"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_wait_for_the_disk() -> Iterator[None]:
    """Neither SQLite nor keys and papers wait until they are on the disk, as the tests' PostgreSQL does not either."""

    def quick(connection: Any, record: Any) -> None:
        prepare_sqlite(connection, record)
        connection.execute("PRAGMA synchronous=OFF")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "_prepare_sqlite", quick)
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(scope="session")
def allowance() -> Bundle:
    """The programme 低保 as it stands in the content folder."""
    return bundles.read_folder(CONTENT / "minimum_living_allowance")


@pytest.fixture
def settings_here(tmp_path: Path) -> Settings:
    """Settings with a data folder of this test's own, its keys in use."""
    made = replace(from_environment(), var=tmp_path, content=CONTENT)
    keyring.use(keyring.open_keyring(made.keys))
    return made


@pytest.fixture
def stage(settings_here: Settings, allowance: Bundle, tmp_path: Path) -> Iterator[Stage]:
    """A founded office on SQLite with a clock to move."""
    made = stages.on_sqlite(settings_here, tmp_path / "stage.sqlite", allowance)
    yield made
    made.close()


@pytest.fixture(scope="session")
def every_bundle() -> list[Bundle]:
    """Every programme of the content folder."""
    return [bundles.read_folder(p.parent) for p in sorted(CONTENT.glob("*/programme.toml"))]


@pytest.fixture
def whole_stage(settings_here: Settings, every_bundle: list[Bundle], tmp_path: Path) -> Iterator[Stage]:
    """A founded office on SQLite with every programme in force."""
    made = stages.on_sqlite(settings_here, tmp_path / "stage.sqlite", *every_bundle)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_stage(
    request: pytest.FixtureRequest, settings_here: Settings, allowance: Bundle, tmp_path: Path
) -> Iterator[Stage]:
    """A founded office on each of the two databases."""
    if request.param == "sqlite":
        made = stages.on_sqlite(settings_here, tmp_path / "stage.sqlite", allowance)
        yield made
        made.close()
        return
    with stages.on_postgresql(settings_here, allowance) as made:
        yield made


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def any_whole_stage(
    request: pytest.FixtureRequest, settings_here: Settings, every_bundle: list[Bundle], tmp_path: Path
) -> Iterator[Stage]:
    """A founded office with every programme in force on each of the two databases."""
    if request.param == "sqlite":
        made = stages.on_sqlite(settings_here, tmp_path / "stage.sqlite", *every_bundle)
        yield made
        made.close()
        return
    with stages.on_postgresql(settings_here, *every_bundle) as made:
        yield made
