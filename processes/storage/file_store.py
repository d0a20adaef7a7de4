"""The file store: papers, scans and attachments as files, encrypted with the office's key and named by their hash."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag

from processes.errors import FileDamaged, FileLost, FileUnwritable, NotFound
from processes.storage import keyring
from processes.storage.replacing import settle, settled
from processes.texts import tr

_DIGEST = re.compile("[0-9a-f]{64}")
_FULL = (errno.ENOSPC, errno.EDQUOT)


def put(folder: Path, content: bytes) -> str:
    """Store bytes and return their SHA-256; equal bytes are stored once, atomically.

    Raises `FileUnwritable` if the disk does not accept them.
    """
    digest = hashlib.sha256(content).hexdigest()
    target = _place(folder, digest)
    if not target.exists():
        try:
            is_new = not target.parent.exists()
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            settled(_written(target.parent, keyring.current().seal(content)), target)
            if is_new:
                settle(folder)
        except OSError as fault:
            reason = tr("存放文件的磁盘已满") if fault.errno in _FULL else tr("存放文件的磁盘不能写入")
            raise FileUnwritable(reason=reason) from fault
    return digest


def get(folder: Path, digest: str) -> bytes:
    """Return the bytes of a hash; raises `FileLost` and `FileDamaged`."""
    try:
        content = keyring.current().unseal(_place(folder, digest).read_bytes())
    except FileNotFoundError:
        raise FileLost(digest=digest[:12]) from None
    except (InvalidTag, OSError) as fault:
        raise FileDamaged(digest=digest[:12]) from fault
    if hashlib.sha256(content).hexdigest() != digest:
        raise FileDamaged(digest=digest[:12])
    return content


def holds(folder: Path, digest: str) -> bool:
    """Return whether a file exists under a hash, intact or not."""
    return _place(folder, digest).exists()


def remove(folder: Path, digest: str) -> None:
    """Delete a file; no error if it does not exist."""
    _place(folder, digest).unlink(missing_ok=True)


def reseal(folder: Path) -> Iterator[bool]:
    """Re-encrypt each file of a folder under the newest key, atomically; yield whether it was necessary."""
    for path in sorted(folder.glob("*/*.sealed")):
        keys = keyring.current()
        try:
            sealed = path.read_bytes()
        except FileNotFoundError:
            continue  # deleted meanwhile
        if keys.is_newest(sealed):
            yield False
            continue
        draft = _written(path.parent, keys.seal(keys.unseal(sealed)))
        if path.exists():
            settled(draft, path)
        else:
            draft.unlink()
        yield True


def _written(folder: Path, sealed: bytes) -> Path:
    """A temporary file flushed to disk, to be renamed at once."""
    handle, draft = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise
    return Path(draft)


def _place(folder: Path, digest: str) -> Path:
    if not _DIGEST.fullmatch(digest):
        raise NotFound()  # whatever a request contains: only a hash may name a file
    return folder / digest[:2] / f"{digest}.sealed"
