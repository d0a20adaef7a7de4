"""Daily checks of database integrity and disk space, which normal commands would not notice.

SQLite reads its whole file, PostgreSQL reports pages with wrong checksums. The result is a file in the data
folder, like the worker's heartbeat, until a later check finds nothing.
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
from processes.texts import tr

LOOK_EVERY = timedelta(hours=24)
LITTLE = 1_000_000_000
"""Bytes: below that an administrator must free space within days."""
NONE = 32_000_000
"""Bytes: below that papers and steps are about to fail."""
_CHECKSUMS = (
    "SELECT coalesce(sum(checksum_failures), 0) FROM pg_stat_database WHERE datname = current_database()"
)
log = structlog.get_logger()


def look_daily(office: Office) -> None:
    """Check the database if the last check is a day old, and record the result."""
    result_file = _file(office.settings)
    if result_file.exists() and current_instant() - _changed(result_file) < LOOK_EVERY:
        return
    fault = look(office)
    if fault:
        log.error("database_damaged", fault=fault)
    result_file.write_text(fault, encoding="utf-8")


def look(office: Office) -> str:
    """Return what is wrong with the database, in a sentence; "" if nothing is."""
    engine = office.database.engine
    if engine.dialect.name == "sqlite":
        fault = _file_is_wrong(Path(engine.url.database or ""))
    else:
        with office.database.reading("") as session:
            failures = session.execute(text(_CHECKSUMS)).scalar_one()
        fault = tr("数据库有 {failures} 个页面的校验值不符", failures=failures) if failures else ""
    return (
        tr(
            "{current_instant}检查：{fault}",
            current_instant=in_chinese(civil_date(current_instant())),
            fault=fault,
        )
        if fault
        else ""
    )


def damage(settings: Settings) -> str:
    """Return the result of the last check; "" if it found nothing, or there was none."""
    try:
        return _file(settings).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def free(settings: Settings) -> int:
    """Return the free bytes on the disk of the data folder."""
    return shutil.disk_usage(settings.var).free


def room(settings: Settings) -> str:
    """Return `enough`, `little` or `none` for the disk of the data folder."""
    bytes_ = free(settings)
    return "none" if bytes_ < NONE else "little" if bytes_ < LITTLE else "enough"


def _file_is_wrong(file: Path) -> str:
    """Checked over a read-only connection, while others use the file."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as there:
            check_result = there.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError:
        check_result = "damaged"
    return "" if check_result == "ok" else tr("数据库文件有损坏的页面")


def _changed(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _file(settings: Settings) -> Path:
    return settings.var / "database.looked"
