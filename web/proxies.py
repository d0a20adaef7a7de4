"""Proxies in front of the desk: forwarded headers are accepted from configured addresses only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address, ip_network
from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

from processes.errors import SettingInvalid
from processes.texts import tr

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class TrustedProxies:
    """Accepts `X-Forwarded-For` and `X-Forwarded-Proto` from these addresses, one hop deep.

    Raises `SettingInvalid` for an invalid address. From others the headers are ignored: otherwise a client
    could use a new address with every request, for limits and log.
    """

    def __init__(self, app: Wsgi, addresses: Sequence[str]) -> None:
        self._app = app
        self._behind = ProxyFix(app, x_for=1, x_proto=1, x_host=0, x_port=0, x_prefix=0)
        self._is_trusted = named(addresses)

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        """Handle a request."""
        return (self._behind if self._is_trusted(environ.get("REMOTE_ADDR", "")) else self._app)(
            environ, start
        )


def named(addresses: Sequence[str]) -> Callable[[str], bool]:
    """Return a predicate for configured proxies; raises `SettingInvalid` for invalid addresses."""
    try:
        networks = [ip_network(address) for address in addresses]
    except ValueError as fault:
        raise SettingInvalid(
            name="YIMEN_TRUSTED_PROXY", reason=tr("应为地址或网段，如 127.0.0.1 10.1.0.0/16")
        ) from fault

    def is_named(address: str) -> bool:
        try:
            there = ip_address(address)
        except ValueError:
            return False
        return any(there in network for network in networks)

    return is_named
