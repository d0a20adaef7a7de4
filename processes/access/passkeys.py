"""Passkeys (通行密钥, WebAuthn): challenges for browsers and checks of their responses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from processes.access.factor_models import SecondFactor

_LOCAL = "localhost"
_LONGEST = 20_000
"""Maximum characters of a browser's response."""


@dataclass(frozen=True, slots=True)
class Site:
    """Relying party of passkeys: the host and the full address of the office, as browsers see it."""

    host: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class Made:
    """A passkey created by a browser."""

    credential: str
    public_key: str
    sign_count: int


def site(public_address: str, name: str) -> Site | None:
    """Return the relying party for an address; None if browsers allow no passkeys there (no TLS, or an IP
    address)."""
    parts = urlsplit(public_address)
    host = parts.hostname or ""
    is_name = any(ch.isalpha() for ch in host) and ":" not in host
    if not is_name or (parts.scheme != "https" and host != _LOCAL):
        return None
    return Site(host, f"{parts.scheme}://{parts.netloc}", name)


def ask_new(
    here: Site, account_id: int, username: str, name: str, known: Sequence[SecondFactor]
) -> tuple[str, dict[str, Any]]:
    """Return the options for creating a passkey, and the challenge to be kept."""
    options = webauthn.generate_registration_options(
        rp_id=here.host, rp_name=here.name, user_id=f"yimen {account_id}".encode(), user_name=username,
        user_display_name=name, exclude_credentials=_descriptors(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )  # fmt: skip
    return bytes_to_base64url(options.challenge), json.loads(webauthn.options_to_json(options))


def made(here: Site, challenge: str, answer: str) -> Made | None:
    """Return the passkey in a browser's response to the challenge; None if it is not valid."""
    if len(answer) > _LONGEST:
        return None
    try:
        found = webauthn.verify_registration_response(
            credential=answer, expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=here.host, expected_origin=here.origin,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return None
    return Made(
        bytes_to_base64url(found.credential_id), bytes_to_base64url(found.credential_public_key),
        found.sign_count,
    )  # fmt: skip


def ask_proof(here: Site, known: Sequence[SecondFactor]) -> tuple[str, dict[str, Any]]:
    """Return the options for signing with one of these passkeys, and the challenge to be kept."""
    options = webauthn.generate_authentication_options(
        rp_id=here.host, allow_credentials=_descriptors(known),
        user_verification=UserVerificationRequirement.PREFERRED,
    )  # fmt: skip
    return bytes_to_base64url(options.challenge), json.loads(webauthn.options_to_json(options))


def proven(
    here: Site, challenge: str, answer: str, known: Sequence[SecondFactor]
) -> tuple[SecondFactor, int] | None:
    """Return the passkey that signed the challenge, and its new counter; None if none of them did."""
    if len(answer) > _LONGEST:
        return None
    try:
        which = str(json.loads(answer)["id"])
        factor = next(f for f in known if f.credential == which)
        found = webauthn.verify_authentication_response(
            credential=answer, expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=here.host, expected_origin=here.origin,
            credential_public_key=base64url_to_bytes(factor.public_key),
            credential_current_sign_count=factor.sign_count,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError, StopIteration, RecursionError):
        return None
    return factor, found.new_sign_count


def _descriptors(known: Sequence[SecondFactor]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(f.credential)) for f in known if f.credential]
