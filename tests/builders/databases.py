"""Databases of a test's own on the PostgreSQL that `./test` started."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest


@contextmanager
def fresh_postgresql(model: str = "template1") -> Iterator[str]:
    """The URL of an empty database, or of a copy of another one, dropped afterwards; fails where `./test` did not start a server."""
    server = os.environ.get("YIMEN_TEST_POSTGRESQL")
    if server is None:
        pytest.fail("PostgreSQL is not running: start the tests with ./test")
    name = f"test_{uuid4().hex[:12]}"
    address = server.replace("+psycopg", "")
    with psycopg.connect(f"{address}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{model}"')
    try:
        yield f"{server}/{name}"
    finally:
        with psycopg.connect(f"{address}/postgres", autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
