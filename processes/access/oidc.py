"""Sign-in through a provider (统一身份认证, OpenID Connect): authorization code with PKCE, state and nonce.

Authlib implements the protocol, joserfc verifies the token. Issuer and algorithms are fixed; no account is
created.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from processes.access import sessions
from processes.errors import ProviderAway, ProviderRefused
from processes.settings import Provider
from processes.texts import tr

_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Asymmetric algorithms only."""
_SLACK = 60
_TIMEOUT = 10
_LARGEST = 1_000_000
_VERIFIER = 48
_LOCAL = ("localhost", "127.0.0.1", "::1")
_FRESH = timedelta(minutes=2)
ANSWERED_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Asked:
    """Kept in the browser's signed cookie until the provider responds."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Vouched:
    """The person identified by the provider, and whether a second factor that counts here was used."""

    username: str
    has_factor: bool


def begin(provider: Provider, back: str, again: bool) -> tuple[str, Asked]:
    """Return the provider's address to redirect to; `again` demands the password there once more."""
    metadata = _metadata(provider)
    verifier, nonce = generate_token(_VERIFIER), generate_token(_VERIFIER)
    more = {"prompt": "login", "max_age": "0"} if again else {}
    with _client(provider, back) as client:
        address, state = client.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce, **more
        )
    return address, Asked(state, nonce, verifier)


def finish(provider: Provider, back: str, asked: Asked, answer: Mapping[str, str], again: bool) -> Vouched:
    """Return the person identified by the provider's response; raises `ProviderRefused`, `ProviderAway`."""
    if not compare_digest(answer.get("state", ""), asked.state):
        raise ProviderRefused(reason=tr("回答与请求不符，请重新登录"))
    # RFC 9207: a response of another provider (mix-up attack).
    if answer.get("iss", provider.issuer) != provider.issuer:
        raise ProviderRefused(reason=tr("回答不是来自本单位的认证系统"))
    if "error" in answer or not answer.get("code"):
        raise ProviderRefused(reason=tr("认证系统没有同意登录"))
    metadata = _metadata(provider)
    try:
        with _client(provider, back) as client:
            token = client.fetch_token(
                metadata["token_endpoint"], code=answer["code"], code_verifier=asked.verifier, timeout=_TIMEOUT,
                allow_redirects=False,
            )  # fmt: skip
    except requests.RequestException:
        raise ProviderAway() from None
    except (AuthlibBaseError, ValueError):
        raise ProviderRefused(reason=tr("认证系统不认可这次登录")) from None
    claims = claims_of(provider, str(token.get("id_token", "")), _read(metadata["jwks_uri"]), asked.nonce)
    if again and not _is_fresh(claims, sessions.wall()):
        raise ProviderRefused(reason=tr("认证系统没有重新验证密码"))
    username = claims.get(provider.claim)
    if not isinstance(username, str) or not username:
        raise ProviderRefused(reason=tr("认证系统没有说明账号（{claim}）", claim=provider.claim))
    return Vouched(username, _has_factor(provider, claims))


def claims_of(provider: Provider, token: str, keys: Any, nonce: str) -> dict[str, Any]:
    """Return the claims of an ID token after checking signature, issuer, audience, time and nonce.

    Raises `ProviderRefused`.
    """
    now = int(sessions.wall().timestamp())
    rules = jwt.JWTClaimsRegistry(
        now=now, leeway=_SLACK,
        iss={"essential": True, "value": provider.issuer}, aud={"essential": True, "value": provider.client},
        sub={"essential": True}, exp={"essential": True}, iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )  # fmt: skip
    try:
        claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=_ALGORITHMS).claims
        rules.validate(claims)
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        raise ProviderRefused(reason=tr("认证系统的凭据无效或者已经过期")) from None
    # A token for several audiences is accepted only if it was issued to us.
    audience = claims["aud"]
    if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != provider.client:
        raise ProviderRefused(reason=tr("认证系统的凭据不是发给本系统的"))
    return claims


def leaving(provider: Provider, back: str) -> str:
    """Return the provider's logout address; "" if it has none."""
    address = _metadata(provider).get("end_session_endpoint", "")
    if not address:
        return ""
    return f"{address}?{urlencode({'client_id': provider.client, 'post_logout_redirect_uri': back})}"


def _has_factor(provider: Provider, claims: Mapping[str, Any]) -> bool:
    """Whether the authentication method reported by the provider counts as a second factor, by the office's
    setting."""
    methods = claims.get("amr")
    ways = {w for w in methods if isinstance(w, str)} if isinstance(methods, list) else set()
    return bool(provider.factors & (ways | {str(claims.get("acr", ""))}))


def _is_fresh(claims: Mapping[str, Any], now: datetime) -> bool:
    at = claims.get("auth_time")
    return isinstance(at, int) and now.timestamp() - at < _FRESH.total_seconds()


def _client(provider: Provider, back: str) -> Any:
    return OAuth2Session(
        provider.client, provider.secret, scope="openid profile", redirect_uri=back,
        code_challenge_method="S256",
    )  # fmt: skip


def _metadata(provider: Provider) -> dict[str, str]:
    """The provider's metadata; only values of the fixed issuer and with TLS addresses are used."""
    metadata = _read(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    addresses = {k: v for k, v in metadata.items() if isinstance(v, str)}
    if addresses.get("issuer") != provider.issuer or not all(is_safe(addresses.get(n, "")) for n in needed):
        raise ProviderAway()
    return addresses


def is_safe(address: str) -> bool:
    """Return whether secrets may be sent to an address: over TLS, or on this machine."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
    )


def _read(address: str) -> Any:
    """Read a JSON object from the provider, limited in size; raises `ProviderAway`."""
    try:
        with requests.get(address, timeout=_TIMEOUT, allow_redirects=False, stream=True) as answer:
            answer.raise_for_status()
            content = answer.raw.read(_LARGEST, decode_content=True)
        parsed = json.loads(content)
    except (requests.RequestException, ValueError, OSError, RecursionError):
        raise ProviderAway() from None
    if not isinstance(parsed, dict):
        raise ProviderAway()
    return parsed
