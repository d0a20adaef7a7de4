"""Keys: files with mode 0600 under `var/keys`, created at first run, or taken from the environment.

A rotated key stays beside the new one until no data depend on it (docs/adr/0028): a file, like its variable,
holds the newest key first.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from processes.errors import KeysMissing, KeyUnreadable
from processes.storage.replacing import settled

ENCRYPTION, INDEX, SESSION = "encryption", "index", "session"
KINDS = (ENCRYPTION, INDEX, SESSION)
_NONCE_BYTES = 12
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of this installation, the newest of each kind first."""

    encryption: tuple[bytes, ...]
    index: tuple[bytes, ...]
    session: tuple[bytes, ...]
    folder: Path | None = None
    stamp: int = 0

    def seal(self, content: bytes, bound: bytes | None = None) -> bytes:
        """Encrypt with AES-256-GCM under the newest key, the random nonce in front, bound to its context."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + _cipher(self.encryption[0]).encrypt(nonce, content, bound)

    def unseal(self, sealed: bytes, bound: bytes | None = None) -> bytes:
        """Decrypt what `seal` encrypted under any of the keys; raises InvalidTag if altered or bound to
        another context."""
        for key in self.encryption[:-1]:
            try:
                return _opened(key, sealed, bound)
            except InvalidTag:
                continue
        return _opened(self.encryption[-1], sealed, bound)

    def is_newest(self, sealed: bytes, bound: bytes | None = None) -> bool:
        """Return whether data are encrypted under the newest key."""
        try:
            _opened(self.encryption[0], sealed, bound)
        except InvalidTag:
            return False
        return True

    def encrypt(self, plain: str) -> bytes:
        """Encrypt text without a context, for values outside rows."""
        return self.seal(plain.encode())

    def decrypt(self, sealed: bytes) -> str:
        """Decrypt what `encrypt` encrypted."""
        return self.unseal(sealed).decode()

    def blind_index(self, plain: str) -> str:
        """Return a keyed fingerprint under the newest key, for equality look-up without revealing the value."""
        return self.blind_indexes(plain)[0]

    def blind_indexes(self, plain: str) -> tuple[str, ...]:
        """Return all fingerprints that may be stored while the key is being rotated."""
        return tuple(hmac.new(key, plain.encode(), hashlib.sha256).hexdigest() for key in self.index)


def open_keyring(folder: Path, may_make: bool = True) -> Keyring:
    """Return the keys of a folder, created if missing; the environment takes precedence.

    Raises `KeysMissing` if they are missing and must not be created, `KeyUnreadable` for an invalid key. A
    session key that is missing and must not be created is left empty: no stored data depend on it.
    """
    stamp = _stamp(folder)  # taken before reading: a change meanwhile causes another read
    encryption, index, session = (_keys(folder, kind, may_make) for kind in KINDS)
    return Keyring(encryption, index, session, folder, stamp)


def holds(folder: Path, kind: str) -> bool:
    """Return whether there is a key of a kind."""
    return is_from_environment(kind) or (folder / f"{kind}.key").exists()


def make_session_key(folder: Path) -> Keyring:
    """Return the keys in use, with a session key created if missing: everybody has to sign in again."""
    _keys(folder, SESSION)
    use(open_keyring(folder, may_make=False))
    return current()


def is_from_environment(kind: str) -> bool:
    """Return whether the operator sets the keys of a kind in a variable, and so must rotate them there."""
    return bool(_given(kind))


def add_key(folder: Path, kind: str) -> None:
    """Add a new key in front; every process that uses the folder loads it at its next use of the keys."""
    _write(folder, kind, [secrets.token_bytes(_KEY_BYTES), *_keys(folder, kind)])


def retire_keys(folder: Path, kind: str, mark: str) -> Path:
    """Keep only the newest key; older ones are moved to a file beside it, which old backups need."""
    newest, *older = _keys(folder, kind)
    retired = folder / f"{kind}.retired-{mark}.key"
    before = [bytes.fromhex(word) for word in retired.read_text().split()] if retired.exists() else []
    _write(folder, retired.stem, [*older, *before])
    _write(folder, kind, [newest])
    return retired


def _opened(key: bytes, sealed: bytes, bound: bytes | None) -> bytes:
    if len(sealed) < _NONCE_BYTES:
        raise InvalidTag
    return _cipher(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    """Cached for each key: creating it takes longer than encrypting a line."""
    return AESGCM(key)


def _given(kind: str) -> str:
    return os.environ.get(f"YIMEN_KEY_{kind.upper()}", "")


def _keys(folder: Path, kind: str, may_make: bool = True) -> tuple[bytes, ...]:
    """Keys from the environment (hexadecimal, comma-separated), from the file, or a new one."""
    if given := _given(kind):
        return _parsed(given.split(","), f"YIMEN_KEY_{kind.upper()}")
    path = folder / f"{kind}.key"
    if not may_make and not path.exists():
        if kind == SESSION:
            return ()
        raise KeysMissing(folder=folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _parsed(path.read_bytes().decode("ascii", "replace").split(), str(path))
    key = secrets.token_bytes(_KEY_BYTES)
    with os.fdopen(handle, "w") as file:
        file.write(key.hex())
    return (key,)


def _parsed(words: Sequence[str], place: str) -> tuple[bytes, ...]:
    """Keys in hexadecimal; raises `KeyUnreadable`."""
    try:
        keys = tuple(bytes.fromhex(word.strip()) for word in words)
    except ValueError as fault:
        raise KeyUnreadable(file=place) from fault
    if not keys or any(len(key) != _KEY_BYTES for key in keys):
        raise KeyUnreadable(file=place)
    return keys


def _write(folder: Path, name: str, keys: list[bytes]) -> None:
    handle, draft = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "w") as file:
        file.write("\n".join(key.hex() for key in keys))
        file.flush()
        os.fsync(file.fileno())
    settled(Path(draft), folder / f"{name}.key")


def _stamp(folder: Path) -> int:
    return folder.stat().st_mtime_ns if folder.is_dir() else 0


_current: Keyring | None = None


def use(keyring: Keyring) -> None:
    """Set the keys of the process; column types use them."""
    global _current
    _current = keyring


def current() -> Keyring:
    """Return the keys of the process, read again if their folder changed; raises if `use` was not called.

    If the folder is removed while the process runs, the loaded keys stay in use.
    """
    global _current
    if _current is None:
        raise RuntimeError("no keyring in use: call storage.keyring.use() first")
    if _current.folder is not None and _stamp(_current.folder) != _current.stamp:
        with suppress(KeysMissing, KeyUnreadable):
            _current = open_keyring(_current.folder, may_make=False)
    return _current
