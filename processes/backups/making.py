"""Makes a backup while people work: seals, then the database, then the files that it names, then the manifest."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from processes.backups import dumping, manifest
from processes.cases.anchors import volumes
from processes.errors import BackupFailed, YimenError
from processes.migrations import schema
from processes.office import Office
from processes.policy.calendar import SHANGHAI
from processes.texts import tr


def make(office: Office, target: Path) -> Path:
    """Write a backup into a new folder under `target` and return it; raises `BackupFailed`.

    This order loses nothing: seals are in the database before their file, and files are stored before the
    database names them. Keys are not included, so a backup alone cannot be read. Until it is complete the
    folder is called `….part`; it is deleted on failure.
    """
    _demand_apart(office, target)
    now = office.database.clock()
    name = f"yimen-{now.astimezone(SHANGHAI):%Y%m%d-%H%M%S}"
    finished, draft = target / name, target / f"{name}.part"
    if finished.exists() or draft.exists():
        raise BackupFailed(reason=tr("{finished} 已经存在", finished=finished))
    made = [place for place in (draft, target, *target.absolute().parents) if not place.exists()]
    try:
        draft.mkdir(mode=0o700, parents=True)
        _fill(office, draft, now)
        draft.rename(finished)
        os.sync()
    except (OSError, YimenError) as fault:
        _take_back(draft, made)
        if isinstance(fault, YimenError):
            raise
        raise BackupFailed(reason=fault.strerror or type(fault).__name__) from fault
    return finished


def _fill(office: Office, draft: Path, now: datetime) -> None:
    settings, engine = office.settings, office.database.engine
    for volume in volumes(settings.anchors):
        shutil.copyfile(volume, draft / volume.name)
    dumping.dump(engine, draft)
    for folder_name, folder in settings.file_stores.items():
        _copy_encrypted(folder, draft / folder_name)
    content = manifest.made(draft, now, schema.revision(engine) or "", engine.dialect.name)
    (draft / manifest.NAME).write_bytes(content.dumped())
    os.sync()


def _demand_apart(office: Office, target: Path) -> None:
    """Raise `BackupFailed` if backup and data are inside one another, also through links.

    A backup within the data folder is lost with it, and its files would be taken for papers; with the data
    folder inside the backups, deleting old backups would delete the office.
    """
    settings, at = office.settings, target.resolve()
    database = office.database.engine.url.database if office.database.is_sqlite else None
    places = [settings.var, settings.keys, *settings.file_stores.values()]
    for place in (*places, *([Path(database).parent] if database else [])):
        kept = place.resolve()
        if at == kept or kept in at.parents:
            raise BackupFailed(
                reason=tr(
                    "备份位置 {target} 在数据目录 {kept} 之内，请改存到数据目录以外，最好在另一台机器上",
                    target=target,
                    kept=kept,
                )
            )
        if at in kept.parents:
            raise BackupFailed(
                reason=tr(
                    "数据目录 {kept} 在备份位置 {target} 之内，请另选一个只放备份的文件夹",
                    kept=kept,
                    target=target,
                )
            )


def _take_back(draft: Path, made: list[Path]) -> None:
    """Delete what was begun, and the folders created for it, the innermost first."""
    shutil.rmtree(draft, ignore_errors=True)
    for folder in made:
        with suppress(OSError):
            folder.rmdir()


def _copy_encrypted(source: Path, target: Path) -> None:
    """Copy every file of a file store; one deleted meanwhile (destruction) is left out."""
    for path in sorted(source.glob("*/*.sealed")):
        place = target / path.parent.name / path.name
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(path, place)
        except FileNotFoundError:
            place.unlink(missing_ok=True)
