"""The manifest of a backup: every file with its hash, so that damage is found before anything is restored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from processes.errors import BackupDamaged, KeysForeign
from processes.storage import keyring
from processes.texts import tr

NAME = "manifest.json"
FORM = 1
"""Version of the folder's format."""
_PROBE = "yimen"
_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """The content of a backup."""

    form: int
    made_at: str
    schema: str
    database: str
    """`sqlite` or `postgresql`: a backup can only be restored to the same kind of database."""
    sealed: str
    """A text encrypted with the encryption key, and its `fingerprint` under the index key: to check the keys."""
    fingerprint: str
    files: dict[str, tuple[str, int]]
    """Path inside the folder: SHA-256 and size."""

    @property
    def instant(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.made_at)

    @property
    def digest(self) -> str:
        """Return the hash of the whole manifest."""
        return hashlib.sha256(self.dumped()).hexdigest()

    def dumped(self) -> bytes:
        """Return the text of its file."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True).encode()


def made(folder: Path, at: datetime, schema: str, database: str) -> Manifest:
    """Return the manifest of a folder's current content, under the keys in use."""
    keys = keyring.current()
    files = {name: _weighed(folder / name) for name in found(folder)}
    return Manifest(
        FORM, at.isoformat(), schema, database, keys.encrypt(_PROBE).hex(), keys.blind_index(_PROBE), files
    )


def read(folder: Path) -> Manifest:
    """Read the manifest of a backup and verify every file; raises `BackupDamaged`."""
    try:
        raw = json.loads((folder / NAME).read_bytes())
        raw["files"] = {name: (str(sha256), int(size)) for name, (sha256, size) in raw["files"].items()}
        manifest = Manifest(**raw)
        if manifest.instant.tzinfo is None:
            raise ValueError(manifest.made_at)
    except FileNotFoundError as fault:
        raise BackupDamaged(reason=tr("没有 {name}，不是完整的备份", name=NAME)) from fault
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        raise BackupDamaged(reason=tr("{name} 不能读取", name=NAME)) from fault
    if manifest.form != FORM:
        raise BackupDamaged(reason=tr("由更新的版本制作，请改用更新的程序"))
    here = set(found(folder))
    for name, told_of in sorted(manifest.files.items()):
        if name not in here:
            raise BackupDamaged(reason=tr("缺少 {name}", name=name))
        if _weighed(folder / name) != told_of:
            raise BackupDamaged(reason=tr("{name} 不完整或被改动", name=name))
    if strange := sorted(here - set(manifest.files)):
        raise BackupDamaged(reason=tr("多出 {strange}", strange=strange[0]))
    return manifest


def demand_fitting(manifest: Manifest, keys: keyring.Keyring, folder: Path) -> None:
    """Raise `KeysForeign` if these keys do not open the backup."""
    try:
        fits = keys.decrypt(bytes.fromhex(manifest.sealed)) == _PROBE
    except Exception as fault:
        raise KeysForeign(folder=folder) from fault
    if not fits or manifest.fingerprint not in keys.blind_indexes(_PROBE):
        raise KeysForeign(folder=folder)


def found(folder: Path) -> Iterator[str]:
    """Return every file of a backup except the manifest, by its path inside."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != NAME:
            yield path.relative_to(folder).as_posix()


def _weighed(path: Path) -> tuple[str, int]:
    sum_, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while part := file.read(_AT_ONCE):
            sum_.update(part)
            size += len(part)
    return sum_.hexdigest(), size
