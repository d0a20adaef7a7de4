"""How often an address may ask what anyone may ask."""

from __future__ import annotations

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from processes.access.networks import network


def whence() -> str:
    """Whom a request is counted for: the address, or the network of it that is one visitor's."""
    return network(get_remote_address())


limiter = Limiter(whence, default_limits=[])
