"""Limits connections: number for each address, and time for a request to arrive.

Unfinished connections cost their client nothing, and the desk can hold only a limited number.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer

from processes.access.networks import network

OF_ONE_ADDRESS = 500
"""A browser keeps six: enough for more than eighty browsers of an office behind one address, and a quarter of
the desk's total."""
HEAD_SECONDS = 20
"""A browser sends the header of a request at once; slower clients are disconnected."""
REQUEST_SECONDS = 900
"""The largest request over a line of 256 kbit/s, with a margin."""


class LimitedChannel(HTTPChannel):  # type: ignore[misc]
    """A connection that is closed if its request does not arrive in time, or if its place is needed."""

    def __init__(
        self, is_exempt: Callable[[str], bool], server: Any, sock: Any, addr: Any, *args: Any, **named: Any
    ) -> None:
        counting_key = str(addr[0])
        self.whose = "" if is_exempt(counting_key) else network(counting_key)
        self.begun: float | None = None
        self.since = time.monotonic()
        if self.whose:
            _make_room(server, self.whose)
        super().__init__(server, sock, addr, *args, **named)

    def received(self, data: bytes) -> Any:
        """Process received data; the time of a request starts with its first byte."""
        if self.request is None:
            self.begun = self.since = time.monotonic()
        return super().received(data)

    def readable(self) -> bool:
        """Return whether to read; called at least once a second for every connection."""
        request = self.request
        if request is not None and self.begun is not None and not self.requests:
            most = REQUEST_SECONDS if request.headers_finished else HEAD_SECONDS
            if time.monotonic() - self.begun > most:
                self.will_close = True
        return bool(super().readable())

    def is_replaceable(self) -> bool:
        """Whether closing it loses nothing: it is idle, or the header of its request is incomplete."""
        is_asking = self.request is not None and self.request.headers_finished
        return not (is_asking or self.requests or self.total_outbufs_len)


def limit(server: Any, is_exempt: Callable[[str], bool]) -> None:
    """Make a waitress server count connections by address; `is_exempt` names proxies, which forward others'."""
    several = getattr(server, "map", None)  # one for each address of the host name
    for one in [server] if several is None else list(several.values()):
        if isinstance(one, BaseWSGIServer):
            one.channel_class = partial(LimitedChannel, is_exempt)


def _make_room(server: Any, whose: str) -> None:
    """Close the oldest replaceable connection of an address that has reached its limit.

    The newest belongs to a person who waits, and a browser reopens idle ones. If all are busy, the oldest is
    closed.
    """
    held = [one for one in list(server.active_channels.values()) if one.whose == whose and not one.will_close]
    if len(held) < OF_ONE_ADDRESS:
        return
    oldest = min(held, key=lambda one: (not one.is_replaceable(), one.since))
    oldest.will_close = True
