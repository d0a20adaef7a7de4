"""Proxies in front of the desk: what they say of the visitor counts from named addresses only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address, ip_network
from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

from processes.errors import SettingInvalid

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class TrustedProxies:
    """Takes `X-Forwarded-For` and `X-Forwarded-Proto` from whoever connects from one of these addresses, one hop deep.

    Raises `SettingInvalid` for what is no address.  From anybody else the headers are as if they were not there: whoever
    could write them would be somebody new with every request, for the limits and for the log.
    """

    def __init__(self, app: Wsgi, addresses: Sequence[str]) -> None:
        self._app = app
        self._behind = ProxyFix(app, x_for=1, x_proto=1, x_host=0, x_port=0, x_prefix=0)
        self._is_trusted = named(addresses)

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        """Answer a request."""
        return (self._behind if self._is_trusted(environ.get("REMOTE_ADDR", "")) else self._app)(
            environ, start
        )


def named(addresses: Sequence[str]) -> Callable[[str], bool]:
    """Whether an address is one of a named proxy; raises `SettingInvalid` for names that are no addresses."""
    try:
        networks = [ip_network(address) for address in addresses]
    except ValueError as fault:
        raise SettingInvalid(
            name="YIMEN_TRUSTED_PROXY", reason="应为地址或网段，如 127.0.0.1 10.1.0.0/16"
        ) from fault

    def is_named(address: str) -> bool:
        try:
            there = ip_address(address)
        except ValueError:
            return False
        return any(there in network for network in networks)

    return is_named
