"""Passwords checked by the county's directory (LDAP): search with an escaped filter, then bind as the person.

Only over TLS with a verified certificate; nothing of the directory is stored, and it creates no accounts.
"""

from __future__ import annotations

import ssl
from secrets import token_hex
from urllib.parse import urlsplit

from ldap3 import AUTO_BIND_NONE, NONE, SUBTREE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars

from processes.errors import DirectoryAway
from processes.settings import Directory

_TIMEOUT = 5
_PORTS = {"ldaps": 636, "ldap": 389}
_REFUSED = (49, 19, 32, 48, 50, 53)
"""invalidCredentials, and the codes of servers for entries that are locked, gone or may not bind (RFC 4511):
treated like a wrong password, so that the response reveals nothing about the account."""
_LONGEST = 200
_MADE_UP = 8


def is_safe(url: str) -> bool:
    """Return whether an address is secure: `ldaps://` begins with TLS, `ldap://` switches to it before
    anything is sent."""
    parts = urlsplit(url)
    return parts.scheme in _PORTS and bool(parts.hostname)


def knows(directory: Directory, username: str, password: str) -> bool:
    """Return whether the directory has exactly one person of this name, with this password; raises
    `DirectoryAway`.

    An empty password never matches: servers accept a bind with it as anonymous (RFC 4513, 5.1.2).
    """
    return _can_be_asked(username, password) and _proves(directory, username, password)


def check_nobody(directory: Directory, username: str, password: str) -> None:
    """Do the same exchange for a non-existent name, so that a sign-in without directory takes as long.

    The name and password of the sign-in are not sent. Raises `DirectoryAway`.
    """
    if _can_be_asked(username, password):
        _proves(directory, token_hex(_MADE_UP), token_hex(_MADE_UP))


def _can_be_asked(username: str, password: str) -> bool:
    is_text = username.isprintable() and password.isprintable()
    return bool(username and password) and is_text and max(len(username), len(password)) <= _LONGEST


def _proves(directory: Directory, username: str, password: str) -> bool:
    """One search and one bind in every case: if nobody is found, bind as an entry that cannot exist."""
    try:
        name = _found(directory, username)
        if name is not None:
            return _binds(directory, name, password)
        _binds(
            directory, f"{directory.attribute}={token_hex(_MADE_UP)},{directory.base}", token_hex(_MADE_UP)
        )
    except (LDAPException, OSError):
        raise DirectoryAway() from None
    return False


def _found(directory: Directory, username: str) -> str | None:
    """The distinguished name of the only match; None if there is none, or several."""
    connection = _opened(directory, directory.reader, directory.reader_password)
    try:
        if not connection.bind():
            raise DirectoryAway()
        wanted = f"({directory.attribute}={escape_filter_chars(username)})"
        connection.search(directory.base, wanted, SUBTREE, attributes=[], size_limit=2, time_limit=_TIMEOUT)
        names = [e["dn"] for e in connection.response or [] if e.get("type") == "searchResEntry"]
        return names[0] if len(names) == 1 and names[0] else None
    finally:
        connection.unbind()


def _binds(directory: Directory, name: str, password: str) -> bool:
    connection = _opened(directory, name, password)
    try:
        if connection.bind():
            return True
        if connection.result["result"] in _REFUSED:
            return False
        raise DirectoryAway()
    finally:
        connection.unbind()


def _opened(directory: Directory, name: str, password: str) -> Connection:
    """A TLS connection without a bound user."""
    parts = urlsplit(directory.url)
    tls = Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=directory.roots or None)
    server = Server(
        parts.hostname, port=parts.port or _PORTS[parts.scheme], use_ssl=parts.scheme == "ldaps", tls=tls,
        get_info=NONE, connect_timeout=_TIMEOUT, allowed_referral_hosts=[],
    )  # fmt: skip
    connection = Connection(
        server, user=name or None, password=password or None, auto_bind=AUTO_BIND_NONE, read_only=True,
        receive_timeout=_TIMEOUT, auto_referrals=False, raise_exceptions=False,
    )  # fmt: skip
    try:
        connection.open()
        if parts.scheme == "ldap" and not connection.start_tls():
            raise DirectoryAway()
    except (LDAPException, OSError, DirectoryAway):
        if connection.socket is not None:  # the library leaves it open if the certificate is not valid
            connection.socket.close()
        raise
    return connection
