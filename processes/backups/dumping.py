"""Dumps the database to a file and loads it: SQLite's backup interface, or `pg_dump` and `pg_restore`.

Both copy a consistent state while people work.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, inspect

from processes.errors import BackupFailed
from processes.storage.engines import is_absent
from processes.texts import tr

SQLITE, POSTGRESQL = "sqlite", "postgresql"
FILES = {SQLITE: "database.sqlite", POSTGRESQL: "database.pgdump"}
_PROGRAMS = Path("/usr/lib/postgresql")
"""Where Debian installs the programs of each version."""


def dump(engine: Engine, folder: Path) -> None:
    """Dump the database into a folder; raises `BackupFailed`."""
    target = folder / FILES[engine.dialect.name]
    if engine.dialect.name == SQLITE:
        _copy(Path(str(engine.url.database)), target)
        return
    _run(engine, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def load(engine: Engine, folder: Path) -> None:
    """Load a dump into an empty database, completely or not at all; raises `BackupFailed`."""
    source = folder / FILES[engine.dialect.name]
    engine.dispose()
    if engine.dialect.name == SQLITE:
        target = Path(str(engine.url.database))
        draft = target.with_name(f"{target.name}.restoring")
        try:
            shutil.copyfile(source, draft)
            for leftover in ("-wal", "-shm"):  # left by somebody who opened an empty file
                target.with_name(target.name + leftover).unlink(missing_ok=True)
            draft.replace(target)
        except OSError as fault:
            draft.unlink(missing_ok=True)
            raise BackupFailed(
                reason=tr("数据库文件不能写入（{strerror}）", strerror=fault.strerror)
            ) from fault
        return
    _run(
        engine, "pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
        str(source), into=True,
    )  # fmt: skip


def is_empty(engine: Engine) -> bool:
    """Return whether a database is empty; does not create a SQLite file."""
    return is_absent(engine) or not inspect(engine).get_table_names()


def numbers(engine: Engine, folder: Path) -> dict[str, int]:
    """Return the last number of every series in a dump, without loading it; raises `BackupFailed`."""
    source = folder / FILES[engine.dialect.name]
    if engine.dialect.name == SQLITE:
        try:
            with closing(
                sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
            ) as kept:
                return {str(s): int(n) for s, n in kept.execute("SELECT series, last FROM number_series")}
        except sqlite3.Error as fault:
            raise BackupFailed(
                reason=tr("备份里的数据库不能读取（{name}）", name=type(fault).__name__)
            ) from fault
    dump_text = _said(engine, "pg_restore", "--data-only", "--table=number_series", "--file=-", str(source))
    rows = dump_text.partition("COPY ")[2]
    columns = rows.partition("(")[2].partition(")")[0].replace(" ", "").split(",")
    if not {"series", "last"} <= set(columns):
        raise BackupFailed(reason=tr("备份里没有编号记录"))
    last_numbers = {}
    for line in rows.partition("\n")[2].partition("\n\\.")[0].splitlines():
        row = dict(zip(columns, line.split("\t"), strict=True))
        last_numbers[row["series"]] = int(row["last"])
    return last_numbers


def _copy(source: Path, target: Path) -> None:
    try:
        with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
            here.backup(there)
            check_result = there.execute("PRAGMA quick_check(1)").fetchone()[0]
    except (sqlite3.Error, OSError) as fault:
        raise BackupFailed(reason=tr("数据库文件不能读取（{name}）", name=type(fault).__name__)) from fault
    if check_result != "ok":
        raise BackupFailed(reason=tr("数据库文件已损坏，请用此前的备份"))


def _run(engine: Engine, program: str, *arguments: str, into: bool = False) -> None:
    """Run one of PostgreSQL's programs on our database; the password is passed in the environment, which
    others cannot read."""
    address = engine.url.set(drivername="postgresql", password=None).render_as_string()
    _said(engine, program, *(("--dbname", address) if into else (address,)), *arguments)


def _said(engine: Engine, program: str, *arguments: str) -> str:
    environment = {**os.environ, "PGPASSWORD": engine.url.password or ""}
    command = [_found(program), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        error_line = (done.stderr.strip().splitlines() or [tr("没有说明原因")])[-1]
        raise BackupFailed(
            reason=tr("{program} 没有成功：{error_line}", program=program, error_line=error_line)
        )
    return done.stdout


def _found(program: str) -> str:
    there = [str(p) for p in _PROGRAMS.glob(f"*/bin/{program}")]
    newest = max(there, key=lambda p: float(Path(p).parts[-3]), default=None)
    path = newest or shutil.which(program)
    if path is None:
        raise BackupFailed(
            reason=tr("没有安装 {program}（Debian 软件包 postgresql-client）", program=program)
        )
    return path
