"""Scanned pages belong to whoever brought them: their ticket opens the picture and places it, for that account alone.

A hash names what a picture is, not who may see it.  The ticket is the hash with a keyed mark over it and the account.
"""

from __future__ import annotations

import hmac

from processes.access.scope import Actor
from processes.errors import NotFound
from processes.storage import keyring

_HASH = 64
_MARK = 32


def ticket(actor: Actor, sha256: str) -> str:
    """What whoever brought a page is given for it."""
    return f"{sha256}-{keyring.current().blind_index(_said(actor, sha256))[:_MARK]}"


def opened(actor: Actor, given: str) -> str:
    """The hash of the page that a ticket is for; raises `NotFound` for anybody but who brought it."""
    sha256, _, mark = given.partition("-")
    if len(sha256) != _HASH or not (sha256.isascii() and sha256.isalnum()) or not mark.isascii():
        raise NotFound()
    known = keyring.current().blind_indexes(_said(actor, sha256))
    if not any(hmac.compare_digest(index[:_MARK], mark) for index in known):
        raise NotFound()
    return sha256


def _said(actor: Actor, sha256: str) -> str:
    return f"scan {actor.account_id} {actor.division} {sha256}"
