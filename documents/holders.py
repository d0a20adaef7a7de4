"""Access to the signing key: a PKCS#12 file, or a device that never reveals it (PKCS#11)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from asn1crypto import x509
from pyhanko.sign import signers

from documents import sentences
from documents.errors import SigningFailed
from documents.sheets import Certificate, Token


@contextmanager
def signer_of(holder: Certificate | Token) -> Iterator[signers.Signer]:
    """Provide a signer for one signature; raises `SigningFailed`."""
    if isinstance(holder, Certificate):
        yield _from_file(holder)
    else:
        with _device(holder) as signer:
            yield signer


def _from_file(holder: Certificate) -> signers.Signer:
    try:
        signer: signers.Signer | None = signers.SimpleSigner.load_pkcs12_data(
            holder.pkcs12, other_certs=[], passphrase=holder.password.encode()
        )
    except (ValueError, TypeError, OSError) as fault:
        raise SigningFailed(sentences.CERTIFICATE_UNREADABLE) from fault
    if signer is None:
        raise SigningFailed(sentences.CERTIFICATE_OR_PASSWORD)
    return signer


@contextmanager
def _device(token: Token) -> Iterator[signers.Signer]:
    # Loaded only by an office that has such a device.
    import pkcs11
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

    try:
        session = open_pkcs11_session(
            token.library, token_criteria=TokenCriteria(label=token.label), user_pin=token.pin
        )
    except (pkcs11.PKCS11Error, OSError, RuntimeError) as fault:
        raise SigningFailed(sentences.DEVICE_CLOSED) from fault
    try:
        with session:
            yield PKCS11Signer(
                session, key_label=token.key, signing_cert=x509.Certificate.load(token.certificate)
            )
    except pkcs11.PKCS11Error as fault:
        raise SigningFailed(sentences.DEVICE_FAILED) from fault
