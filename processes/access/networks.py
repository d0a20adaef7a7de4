"""Normalises addresses for counting by address."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

_ONE_CONNECTION = 64
"""Bits of an IPv6 prefix given to a connection: its owner can choose the rest of the address freely."""
_LONGEST = 60


def network(address: str) -> str:
    """Return the address to count by: the /64 of an IPv6 address, or an IPv4 address also if mapped to IPv6."""
    try:
        there = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:_LONGEST]
    if not isinstance(there, IPv6Address):
        return str(there)
    if there.ipv4_mapped is not None:
        return str(there.ipv4_mapped)
    return str(ip_network((there, _ONE_CONNECTION), strict=False))
