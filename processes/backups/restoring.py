"""Restores an office from a backup: verify, load, upgrade the schema, and skip numbers."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from processes.access.scope import system_actor
from processes.backups import dumping, manifest
from processes.cases.anchors import volumes
from processes.compound import row_backlog
from processes.errors import (
    BackupDamaged,
    BackupFailed,
    Invalid,
    OfficeNotEmpty,
    SchemaNewer,
    YimenError,
)
from processes.migrations import schema
from processes.office import Office
from processes.office.system.restoring import NoteRestoration, NoteRestorationResult
from processes.papers import series
from processes.policy.calendar import civil_date
from processes.settings import Settings
from processes.storage import keyring
from processes.texts import tr


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the operator states beside the backup."""

    until: date | None = None
    """The last day on which the office worked after the backup; None: today."""
    numbers: Sequence[str] = ()
    """Numbers known to have been issued, the highest of each series."""
    anchors: Path | None = None
    """A later `anchors.txt`, from the old folder or an off-site copy."""


def restore(office: Office, backup: Path, wanted: Wanted) -> NoteRestorationResult:
    """Restore a backup to an empty installation; return the numbers skipped in each series.

    Before changing anything it raises `BackupDamaged`, `Invalid` for an impossible day or number,
    `OfficeNotEmpty`, `KeysForeign` or `SchemaNewer`; `BackupFailed` after removing what it had restored.
    After an interruption it continues when called again with the same backup; the office does not open until
    it is finished.
    """
    settings, engine = office.settings, office.database.engine
    content = manifest.read(backup)
    if content.database != engine.dialect.name:
        raise BackupDamaged(
            reason=tr(
                "由 {database} 制作，现在的数据库是 {name}",
                database=content.database,
                name=engine.dialect.name,
            )
        )
    if not schema.is_known(engine, content.schema):
        raise SchemaNewer()
    manifest.demand_fitting(content, keyring.current(), settings.keys)
    _demand_possible(wanted, content, backup, office)
    mark = settings.restoring
    _demand_readable(wanted.anchors)
    begun = mark.read_text(encoding="utf-8").split() if mark.exists() else []
    if begun[:1] != [content.digest]:
        _demand_empty(office)
        begun = [content.digest, office.database.clock().isoformat()]
        mark.write_text(" ".join(begun), encoding="utf-8")
    if dumping.is_empty(engine):
        try:
            _put_files(backup, content, settings)
            dumping.load(engine, backup)
        except YimenError:
            _take_back(content, settings)
            raise
    schema.upgrade(engine)
    row_backlog.note_every_row(office)
    made = office.perform(
        NoteRestoration(" ".join(begun), content.instant, wanted.until, tuple(wanted.numbers)), system_actor()
    )
    _close_volume(settings, int(made.restoration), wanted.anchors)
    mark.unlink()
    return made


def _demand_possible(wanted: Wanted, content: manifest.Manifest, backup: Path, office: Office) -> None:
    """Raise `Invalid` for statements that would issue numbers twice or lose them.

    These are a last day of work before the backup or after today, and a number of no series or below the
    backup's. The command checks them again with everything else, but only after data were restored.
    """
    made, today = civil_date(content.instant), civil_date(office.database.clock())
    if wanted.until is not None and not made <= wanted.until <= max(made, today):
        raise Invalid(
            reason=tr("备份之后最后工作的日期应在 {made} 至 {today} 之间", made=made, today=max(made, today))
        )
    lasts = dumping.numbers(office.database.engine, backup)
    series.demand_possible(lasts, content.instant, wanted.until or today, wanted.numbers)


def _demand_readable(anchors: Path | None) -> None:
    try:
        if anchors is not None:
            with anchors.open("rb") as file:
                file.read(1)
    except OSError as fault:
        raise Invalid(reason=tr("{anchors} 不能读取", anchors=anchors)) from fault


def _demand_empty(office: Office) -> None:
    settings = office.settings
    kept = [f for f in settings.file_stores.values() if next(f.glob("*/*.sealed"), None)]
    for place in (*volumes(settings.anchors), *kept):
        raise OfficeNotEmpty(place=place)
    if not dumping.is_empty(office.database.engine):
        raise OfficeNotEmpty(place=office.database.engine.url.render_as_string(hide_password=True))


def _put_files(backup: Path, content: manifest.Manifest, settings: Settings) -> None:
    for name in _files(content):
        place = settings.var / name
        try:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copyfile(backup / name, place)
        except OSError as fault:
            raise BackupFailed(
                reason=tr("{place} 不能写入（{strerror}）", place=place, strerror=fault.strerror)
            ) from fault


def _take_back(content: manifest.Manifest, settings: Settings) -> None:
    """Reset the folder to its former state: it contained no office when this began."""
    folders = set()
    for name in _files(content):
        (settings.var / name).unlink(missing_ok=True)
        folders |= {settings.var / parent for parent in Path(name).parents} - {settings.var}
    for folder in sorted(folders, reverse=True):
        with suppress(OSError):
            folder.rmdir()
    settings.restoring.unlink()


def _files(content: manifest.Manifest) -> list[str]:
    return [name for name in content.files if name != dumping.FILES[content.database]]


def _close_volume(settings: Settings, number: int, later: Path | None) -> None:
    """Earlier seals are closed as a volume of their own; the next seal begins a new file."""
    closed = settings.anchors.with_name(f"{settings.anchors.stem}.{number}{settings.anchors.suffix}")
    if later is not None:
        shutil.copyfile(later, closed)
        settings.anchors.unlink(missing_ok=True)
    elif settings.anchors.exists():
        settings.anchors.rename(closed)
    elif not closed.exists():
        closed.touch()
