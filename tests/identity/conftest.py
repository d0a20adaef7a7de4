"""Servers at which people sign in, started on loopback for these tests and stopped by their own number."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from processes.office import Office
from processes.rehearsal.stage import Stage
from processes.settings import Provider
from tests.builders.workers import free_port
from tests.identity.slapd import Slapd, running

HERE = Path(__file__).parent
BACK = "http://localhost/sign-in/provider/back"


def node() -> str:
    """The Node that the scripts found or fetched."""
    found = os.environ.get("YIMEN_TEST_NODE") or shutil.which("node")
    if found is None:
        pytest.fail("Node is not there: start the tests with ./test")
    return found


@contextmanager
def serving(back: str) -> Iterator[Provider]:
    """A real provider of OpenID Connect (oidc-provider) that leads back to an address."""
    if not (HERE / "provider" / "node_modules").is_dir():
        pytest.fail("the provider is not installed: start the tests with ./test")
    port = free_port()
    command = [node(), "serve.js", str(port), back]
    with subprocess.Popen(
        command, cwd=HERE / "provider", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        while line and "ready" not in line:
            line = server.stdout.readline()
        yield Provider(f"http://127.0.0.1:{port}", "yimen", "a-secret-of-the-tests")
        server.terminate()


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    """The provider for tests without a browser."""
    with serving(BACK) as made:
        yield made


@pytest.fixture(scope="session")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    """The directory for all tests."""
    with running(tmp_path_factory.mktemp("slapd")) as made:
        yield made


@pytest.fixture
def in_directory(stage: Stage, slapd: Slapd) -> Stage:
    """The stage, whose people have their passwords in the directory."""
    stage.office = Office(replace(stage.office.settings, directory=slapd.safe), stage.office.database)
    return stage


@pytest.fixture
def office(stage: Stage, provider: Provider) -> Stage:
    """The stage, at which people sign in at the provider."""
    made = replace(stage.office.settings, provider=provider, public_address="http://localhost")
    stage.office = Office(made, stage.office.database)
    return stage
