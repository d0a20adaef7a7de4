"""Bringing a database up to the present schema; every table of the office is known here."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

import processes.access.models
import processes.cases.anchor_models
import processes.cases.migration_models
import processes.cases.models
import processes.coordination.models
import processes.decisions.models
import processes.papers.archive_models
import processes.papers.models
import processes.papers.run_models
import processes.people.models
import processes.releases.models
import processes.relief.fund_models
import processes.relief.models
import processes.storage.outbox  # noqa: F401
from processes.storage.base import Row

METADATA = Row.metadata
FOLDER = Path(__file__).parent


def upgrade(engine: Engine) -> None:
    """Run every migration that the database has not seen."""
    command.upgrade(_config(engine), "head")


def _config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["engine"] = engine
    return config


def revise(engine: Engine, message: str, number: str) -> None:
    """Write the next migration from the difference between the models and a database."""
    command.revision(_config(engine), message=message, rev_id=number, autogenerate=True)
