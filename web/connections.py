"""Connections of the desk: so many for one address, and so long for a request to come in.

A connection that nobody finishes costs whoever opened it nothing, and there is a most that the desk can hold.
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
"""Browsers keep six each: more than eighty of an office behind one address, and a quarter of all that the desk holds."""
HEAD_SECONDS = 20
"""A browser sends the head of a request at once; whoever sends a byte now and then is cut off."""
REQUEST_SECONDS = 900
"""The largest request over a line of 256 kbit/s, and a little more."""


class LimitedChannel(HTTPChannel):  # type: ignore[misc]
    """A connection that is given up when its request does not come in, or another one of its address needs its place."""

    def __init__(
        self, is_exempt: Callable[[str], bool], server: Any, sock: Any, addr: Any, *args: Any, **named: Any
    ) -> None:
        whence = str(addr[0])
        self.whose = "" if is_exempt(whence) else network(whence)
        self.begun: float | None = None
        self.since = time.monotonic()
        if self.whose:
            _make_room(server, self.whose)
        super().__init__(server, sock, addr, *args, **named)

    def received(self, data: bytes) -> Any:
        """Take in what came; the time of a request runs from its first byte."""
        if self.request is None:
            self.begun = self.since = time.monotonic()
        return super().received(data)

    def readable(self) -> bool:
        """Asked at least once a second for every connection."""
        request = self.request
        if request is not None and self.begun is not None and not self.requests:
            most = REQUEST_SECONDS if request.headers_finished else HEAD_SECONDS
            if time.monotonic() - self.begun > most:
                self.will_close = True
        return bool(super().readable())

    def is_replaceable(self) -> bool:
        """Whether nobody loses anything with it: it lies open, or the head of its request has not come in."""
        is_asking = self.request is not None and self.request.headers_finished
        return not (is_asking or self.requests or self.total_outbufs_len)


def limit(server: Any, is_exempt: Callable[[str], bool]) -> None:
    """Let a waitress server count connections by address; `is_exempt` names proxies, which bring those of others."""
    several = getattr(server, "map", None)  # one for each address that a name stands for
    for one in [server] if several is None else list(several.values()):
        if isinstance(one, BaseWSGIServer):
            one.channel_class = partial(LimitedChannel, is_exempt)


def _make_room(server: Any, whose: str) -> None:
    """Give up the connection of an address that has its fill which began its request, or was opened, the longest ago.

    The newest is that of a person who waits, and a browser makes an idle one anew.  Where all are at work the oldest goes.
    """
    held = [one for one in list(server.active_channels.values()) if one.whose == whose and not one.will_close]
    if len(held) < OF_ONE_ADDRESS:
        return
    oldest = min(held, key=lambda one: (not one.is_replaceable(), one.since))
    oldest.will_close = True
