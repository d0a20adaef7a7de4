"""The office's certificate: from a PKCS#12 file, a device (PKCS#11), or self-signed by this program.

A self-signed certificate proves that nothing changed; it is no legal 电子签章, and every page that shows it
says so.
"""

from __future__ import annotations

import os
import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

from processes.errors import CertificateUnusable
from processes.texts import tr

_YEARS = 5
_PATIENCE = 10
_FILE, _PASSWORD = "office.p12", "office.password"


@dataclass(frozen=True, slots=True)
class OfficeCertificate:
    """The certificate (DER), the location of its key, the time-stamp service, and the known roots.

    `signers` are this certificate and the office's earlier ones: other certificates of a known root are not
    the office's.
    """

    der: bytes
    key: KeyFile | KeyDevice
    time_stamps: str
    roots: tuple[bytes, ...]
    signers: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A PKCS#12 file's bytes and password."""

    pkcs12: bytes = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyDevice:
    """A device: its PKCS#11 library, the labels of token and key, the PIN."""

    library: str
    token: str
    key: str
    pin: str = field(repr=False)


def open_certificate(folder: Path, office: str, now: datetime) -> OfficeCertificate:
    """Return the certificate named by `YIMEN_CERTIFICATE`, else the self-signed one in the folder, created if
    missing.

    With `YIMEN_PKCS11` the key is in a device and `YIMEN_CERTIFICATE` is the certificate alone (PEM or DER).
    Raises `CertificateUnusable` if a file cannot be read or the password is wrong.
    """
    library = os.environ.get("YIMEN_PKCS11")
    if library:
        der = _der(Path(os.environ.get("YIMEN_CERTIFICATE", "")))
        device = KeyDevice(
            library, os.environ.get("YIMEN_PKCS11_TOKEN", ""), os.environ.get("YIMEN_PKCS11_KEY", ""),
            os.environ.get("YIMEN_PKCS11_PIN", ""),
        )  # fmt: skip
        return _with_roots(der, device)
    return _from_file(folder, office, now)


def _with_roots(der: bytes, key: KeyFile | KeyDevice) -> OfficeCertificate:
    """Add `YIMEN_ROOTS`: a PEM file of roots, for the office's certificate and the time-stamp service.

    An office that changed its certificate names earlier ones in `YIMEN_FORMER_CERTIFICATES`, because papers
    remain.
    """
    roots = (der, *_listed("YIMEN_ROOTS", tr("根证书文件")))
    signers = (der, *_listed("YIMEN_FORMER_CERTIFICATES", tr("以前的证书文件")))
    return OfficeCertificate(
        der, key, os.environ.get("YIMEN_TIME_STAMPS", ""), (*roots, *signers[1:]), signers
    )


def _listed(setting: str, what: str) -> tuple[bytes, ...]:
    """The certificates (DER) of a PEM file named by a setting; none if it is not set."""
    given = os.environ.get(setting)
    try:
        certificates = x509.load_pem_x509_certificates(Path(given).read_bytes()) if given else []
    except (OSError, ValueError) as fault:
        raise CertificateUnusable(
            reason=tr("{what}（{setting}）不能读取", what=what, setting=setting)
        ) from fault
    return tuple(c.public_bytes(Encoding.DER) for c in certificates)


def _der(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        load = x509.load_pem_x509_certificate if b"-----BEGIN" in content else x509.load_der_x509_certificate
        return load(content).public_bytes(Encoding.DER)
    except (OSError, ValueError) as fault:
        raise CertificateUnusable(reason=tr("证书文件（YIMEN_CERTIFICATE）不能读取")) from fault


def _from_file(folder: Path, office: str, now: datetime) -> OfficeCertificate:
    given = os.environ.get("YIMEN_CERTIFICATE")
    path = Path(given) if given else folder / _FILE
    if not given and not path.exists():
        _make(folder, office, now)
    try:
        password = os.environ.get("YIMEN_CERTIFICATE_PASSWORD") or (folder / _PASSWORD).read_text()
        content = path.read_bytes()
        _, certificate, _ = pkcs12.load_key_and_certificates(content, password.encode())
    except (OSError, ValueError) as fault:
        raise CertificateUnusable(reason=tr("文件不能读取，或者密码不对")) from fault
    if certificate is None:
        raise CertificateUnusable(reason=tr("文件里没有证书"))
    der = certificate.public_bytes(Encoding.DER)
    return _with_roots(der, KeyFile(content, password))


def _make(folder: Path, office: str, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, office)])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=366 * _YEARS))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    password = secrets.token_urlsafe(24)
    content = pkcs12.serialize_key_and_certificates(
        office.encode(), key, certificate, None, BestAvailableEncryption(password.encode())
    )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(folder / _PASSWORD, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        _await(folder / _FILE)  # another process is creating it
        return
    with os.fdopen(handle, "wb") as file:
        file.write(password.encode())
    draft = folder / f"{_FILE}.new"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    draft.replace(folder / _FILE)


def _await(path: Path) -> None:
    for _ in range(_PATIENCE):
        if path.exists():
            return
        time.sleep(1)
    raise CertificateUnusable(
        reason=tr("{name} 没有制成；请删除 {password} 后重试", name=path.name, password=_PASSWORD)
    )
