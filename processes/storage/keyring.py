"""Keys: files with mode 0600 under `var/keys`, made at first run, or taken from the environment."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of this installation."""

    encryption: bytes
    index: bytes
    session: bytes

    def seal(self, content: bytes) -> bytes:
        """AES-256-GCM with a fresh nonce in front."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + AESGCM(self.encryption).encrypt(nonce, content, None)

    def unseal(self, sealed: bytes) -> bytes:
        """What `seal` sealed; raises InvalidTag when it was altered."""
        return AESGCM(self.encryption).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)

    def encrypt(self, plain: str) -> bytes:
        """Text, sealed."""
        return self.seal(plain.encode())

    def decrypt(self, sealed: bytes) -> str:
        """The text that `encrypt` sealed."""
        return self.unseal(sealed).decode()

    def blind_index(self, plain: str) -> str:
        """A keyed fingerprint for equality look-up without revealing the value."""
        return hmac.new(self.index, plain.encode(), hashlib.sha256).hexdigest()


def open_keyring(folder: Path) -> Keyring:
    """The keys in a folder, made now if missing; the environment outranks the files."""
    return Keyring(*(_key(folder, name) for name in ("encryption", "index", "session")))


def _key(folder: Path, name: str) -> bytes:
    given = os.environ.get(f"YIMEN_KEY_{name.upper()}")
    if given:
        return bytes.fromhex(given)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{name}.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return bytes.fromhex(path.read_text().strip())
    with os.fdopen(handle, "w") as file:
        key = secrets.token_bytes(_KEY_BYTES)
        file.write(key.hex())
    return key


_current: Keyring | None = None


def use(keyring: Keyring) -> None:
    """Make these the keys of the process; column types read them."""
    global _current
    _current = keyring


def current() -> Keyring:
    """The keys of the process; a program that forgot `use` fails loudly."""
    if _current is None:
        raise RuntimeError("no keyring in use: call storage.keyring.use() first")
    return _current
