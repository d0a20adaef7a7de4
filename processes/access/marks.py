"""Random marks that browsers keep in cookies; rows hold their hashes, so that who reads the database acts as nobody."""

from __future__ import annotations

import hashlib
import secrets

_BYTES = 32
LENGTH = 43
"""Characters of a mark: 32 bytes in base64 without padding."""


def new() -> str:
    """A mark that nobody can guess."""
    return secrets.token_urlsafe(_BYTES)


def hashed(mark: str) -> str:
    """The hash under which a mark is stored; empty where there is none."""
    return hashlib.sha256(mark.encode()).hexdigest() if mark else ""
