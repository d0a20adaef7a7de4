"""Random tokens in browser cookies; rows hold their hashes, so that reading the database gives no access."""

from __future__ import annotations

import hashlib
import secrets

_BYTES = 32
LENGTH = 43
"""Characters of a token: 32 bytes in base64 without padding."""


def new() -> str:
    """Return a new random token."""
    return secrets.token_urlsafe(_BYTES)


def hashed(mark: str) -> str:
    """Return the hash under which a token is stored; "" if there is none."""
    return hashlib.sha256(mark.encode()).hexdigest() if mark else ""
