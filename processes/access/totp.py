"""Time-based one-time codes (RFC 6238, 动态口令): secrets, and the period of a code."""

from __future__ import annotations

from datetime import datetime
from hmac import compare_digest

import pyotp

_SECRET = 32
"""Characters of base32: 160 bits, as RFC 4226 requires."""
_PERIOD, _DIGITS = 30, 6
_WINDOW = 1
"""Periods by which the telephone's clock may differ, either way."""


def new_secret() -> str:
    """Return a new secret for an app, in base32."""
    return pyotp.random_base32(_SECRET)


def address(secret: str, username: str, office: str) -> str:
    """Return the address in the QR code that an app reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=office)


def step_of(secret: str, code: str, at: datetime, after: int) -> int | None:
    """Return the period of a code, later than `after`; None if it belongs to no period that is valid now."""
    digits = "".join(code.split())
    if len(digits) != _DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    codes, now = pyotp.HOTP(secret), int(at.timestamp()) // _PERIOD
    for step in range(now - _WINDOW, now + _WINDOW + 1):
        if step > after and compare_digest(codes.at(step), digits):
            return step
    return None
