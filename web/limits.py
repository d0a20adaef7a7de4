"""Rate limits by address for public pages."""

from __future__ import annotations

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from processes.access.networks import network


def counting_key() -> str:
    """Return the key for counting a request: the address, or the network of one visitor."""
    return network(get_remote_address())


limiter = Limiter(counting_key, default_limits=[])
