"""Tickets for scanned pages: the account that uploaded a page may view and file it, nobody else.

A hash identifies a picture but does not say who may see it. The ticket is the hash with a MAC over it and the
account.
"""

from __future__ import annotations

import hmac

from processes.access.scope import Actor
from processes.errors import NotFound
from processes.storage import keyring

_HASH = 64
_MARK = 32


def ticket(actor: Actor, sha256: str) -> str:
    """Return a ticket for the account that uploaded a page."""
    return f"{sha256}-{keyring.current().blind_index(_said(actor, sha256))[:_MARK]}"


def opened(actor: Actor, given: str) -> str:
    """Return the hash of a ticket's page; raises `NotFound` for any other account."""
    sha256, _, mark = given.partition("-")
    if len(sha256) != _HASH or not (sha256.isascii() and sha256.isalnum()) or not mark.isascii():
        raise NotFound()
    known = keyring.current().blind_indexes(_said(actor, sha256))
    if not any(hmac.compare_digest(index[:_MARK], mark) for index in known):
        raise NotFound()
    return sha256


def _said(actor: Actor, sha256: str) -> str:
    return f"scan {actor.account_id} {actor.division} {sha256}"
