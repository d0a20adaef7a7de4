"""Mail goes to a server whose certificate is trusted and names it, and to nobody else; pages behind TLS say so."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from processes.compound.sending import send_mail
from processes.rehearsal.stage import Stage
from processes.storage.unit_of_work import current_instant
from tests.builders.workers import free_port
from tests.web.test_sending import Box, _reach, _urged, replace
from web.app import create_app


def certificate(folder: Path, address: str) -> tuple[Path, Path]:
    """A certificate that signed itself, for an address, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = current_instant()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), False)
        .sign(key, hashes.SHA256())
    )
    cert, private = folder / "mail.pem", folder / "mail.key"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return cert, private


def _greeted(port: int) -> None:
    """Wait for the server's greeting, whatever its certificate says."""
    careless = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    careless.check_hostname, careless.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), 1) as plain, careless.wrap_socket(plain) as sealed:
        sealed.recv(1024)


@pytest.mark.parametrize(
    ("address", "known", "mails"), [("127.0.0.1", True, 1), ("127.0.0.1", False, 0), ("127.0.0.9", True, 0)]
)
def test_only_a_server_that_is_who_it_says_gets_a_mail(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, known: bool, mails: int
) -> None:
    cert, key = certificate(tmp_path, address)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    if known:
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    box, port = Box(), free_port()
    server = Controller(box, hostname="127.0.0.1", port=port, ssl_context=context)
    server._trigger_server = lambda: _greeted(port)  # type: ignore[method-assign]
    server.start()
    try:
        stage.office.settings = replace(
            stage.office.settings, smtp=f"smtps://127.0.0.1:{port}", mail_from="yimen@example.cn"
        )
        _reach(stage)
        _urged(stage, datetime(2026, 3, 3, 10, 0))
        send_mail(stage.office)
    finally:
        server.stop()
    assert len(box.mails) == mails


@pytest.mark.parametrize("behind_tls", [True, False])
def test_pages_behind_tls_are_asked_for_by_tls_alone(stage: Stage, behind_tls: bool) -> None:
    stage.office.settings = replace(stage.office.settings, secure_cookies=behind_tls)
    first = create_app(stage.office).test_client().get("/sign-in")
    header = first.headers.get("Strict-Transport-Security")
    assert header == ("max-age=31536000; includeSubDomains" if behind_tls else None)
    name = "__Host-yimen" if behind_tls else "yimen"
    cookies = [c for c in first.headers.getlist("Set-Cookie") if c.startswith(f"{name}=")]
    assert all(("Secure" in c) is behind_tls and "HttpOnly" in c and "Path=/" in c for c in cookies)
    assert cookies != []
