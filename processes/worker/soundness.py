"""Whether the store is whole and has room: what no command that runs well would ever notice.

Once a day the worker has the database look at itself: SQLite reads its whole file, PostgreSQL tells how many pages had
a wrong checksum. What was found stands in the data folder, as the worker's own signs do, until a later look finds nothing.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import text

from processes.office import Office
from processes.policy.calendar import civil_date, in_chinese
from processes.settings import Settings
from processes.storage.unit_of_work import current_instant

LOOK_EVERY = timedelta(hours=24)
LITTLE = 1_000_000_000
"""Bytes: below that an administrator has to make room within days."""
NONE = 32_000_000
"""Bytes: below that papers and steps are about to be refused."""
_CHECKSUMS = (
    "SELECT coalesce(sum(checksum_failures), 0) FROM pg_stat_database WHERE datname = current_database()"
)
log = structlog.get_logger()


def look_daily(office: Office) -> None:
    """Have the database look at itself when the last look is a day old, and write down what it found."""
    said = _file(office.settings)
    if said.exists() and current_instant() - _changed(said) < LOOK_EVERY:
        return
    fault = look(office)
    if fault:
        log.error("database_damaged", fault=fault)
    said.write_text(fault, encoding="utf-8")


def look(office: Office) -> str:
    """What the database finds wrong with what it keeps, in a sentence; empty when nothing is."""
    engine = office.database.engine
    if engine.dialect.name == "sqlite":
        fault = _file_is_wrong(Path(engine.url.database or ""))
    else:
        with office.database.reading("") as session:
            failures = session.execute(text(_CHECKSUMS)).scalar_one()
        fault = f"数据库有 {failures} 个页面的校验值不符" if failures else ""
    return f"{in_chinese(civil_date(current_instant()))}检查：{fault}" if fault else ""


def damage(settings: Settings) -> str:
    """What the last look found; empty: nothing, or there was none yet."""
    try:
        return _file(settings).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def free(settings: Settings) -> int:
    """Bytes that the disk of the data folder still takes."""
    return shutil.disk_usage(settings.var).free


def room(settings: Settings) -> str:
    """`enough`, `little` or `none` on the disk of the data folder."""
    bytes_ = free(settings)
    return "none" if bytes_ < NONE else "little" if bytes_ < LITTLE else "enough"


def _file_is_wrong(file: Path) -> str:
    """Looked at beside whatever works on the file, by a connection that only reads."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as there:
            said = there.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError:
        said = "damaged"
    return "" if said == "ok" else "数据库文件有损坏的页面"


def _changed(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _file(settings: Settings) -> Path:
    return settings.var / "database.looked"
