"""A PostgreSQL that goes away for a while."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from processes.rehearsal.stage import Stage


@contextmanager
def away(stage: Stage) -> Iterator[None]:
    """The server ends every connection to the stage's database and takes no new one."""
    name = stage.database.engine.url.database
    server = os.environ["YIMEN_TEST_POSTGRESQL"].replace("+psycopg", "")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
