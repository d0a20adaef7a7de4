"""Signatures of others than the office: an authority vouches for all its customers, the office for its own certificates."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

from documents import render
from processes.cli import main as cli
from processes.rehearsal.stage import Stage
from processes.storage.unit_of_work import current_instant
from tests.builders import files
from tests.builders.desks import Person

PASSWORD = "pw"


@dataclass(frozen=True)
class Holder:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def packed(self) -> bytes:
        """As a file of keys."""
        kept = BestAvailableEncryption(PASSWORD.encode())
        return pkcs12.serialize_key_and_certificates(b"x", self.key, self.certificate, None, kept)

    def pem(self) -> bytes:
        """The certificate alone."""
        return self.certificate.public_bytes(Encoding.PEM)


def _holder(name: str, by: Holder | None = None, *, issues: bool = False) -> Holder:
    """Somebody's certificate, by an authority or by themselves."""
    key, now = ec.generate_private_key(ec.SECP256R1()), current_instant()
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=issues, crl_sign=issues, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called if by is None else by.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=900))
        .not_valid_after(now + timedelta(days=900))
        .add_extension(x509.BasicConstraints(ca=issues, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key if by is None else by.key, hashes.SHA256())
    )
    return Holder(made, key)


def _signed(by: Holder) -> bytes:
    """A file that says 韩局长 signed it."""
    return render.renderer().sign(
        render.Signing(
            files.a_pdf(), render.Certificate(by.packed(), PASSWORD), "韩局长", "县民政局分管局长",
            current_instant().isoformat(), 1, False, ("签字：",),
        )
    )  # fmt: skip


def _told(stage: Stage, content: bytes) -> str:
    """What the public page says of the signatures of a file."""
    page = Person(stage).post("/verify", {"file": (io.BytesIO(content), "表.pdf")}).text
    return page[page.index("电子签名（") :]


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Holder:
    """A public authority that the office names as a root, and by which its own certificate is."""
    found = _holder("某公共机构", issues=True)
    own = _holder("演示县民政局", found)
    for name, content in {"roots.pem": found.pem(), "office.p12": own.packed()}.items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.setenv("YIMEN_ROOTS", str(tmp_path / "roots.pem"))
    monkeypatch.setenv("YIMEN_CERTIFICATE", str(tmp_path / "office.p12"))
    monkeypatch.setenv("YIMEN_CERTIFICATE_PASSWORD", PASSWORD)
    return found


@pytest.mark.parametrize("is_customer", [True, False])
def test_who_is_not_the_office_does_not_sign_for_it(
    stage: Stage, authority: Holder, is_customer: bool
) -> None:
    """Another customer of the same authority, and somebody who makes a certificate with the office's name."""
    forger = _holder("某某小卖部", authority) if is_customer else _holder("演示县民政局")
    told = _told(stage, _signed(forger))
    assert "alert-success" not in told
    assert "不能证明由该人或该单位签名" in told
    assert "<strong>韩局长</strong>" not in told
    assert ("证书持有人：Common Name: 某某小卖部" in told) == is_customer


def test_the_office_signs_for_itself__with_an_earlier_certificate_as_well(
    stage: Stage, authority: Holder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = _holder("演示县民政局", authority)
    content = _signed(earlier)
    assert "alert-success" not in _told(stage, content)
    (tmp_path / "former.pem").write_bytes(earlier.pem())
    monkeypatch.setenv("YIMEN_FORMER_CERTIFICATES", str(tmp_path / "former.pem"))
    told = _told(stage, content)
    assert "alert-success" in told
    assert "证书持有人：Common Name: 演示县民政局" in told


def test_the_command_line_says_so_too(
    stage: Stage, authority: Holder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "open_office", lambda: stage.office)
    file = tmp_path / "x.pdf"
    file.write_bytes(_signed(_holder("某某小卖部", authority)))
    answer = CliRunner().invoke(cli.main, ["verify", str(file)])
    assert answer.exit_code == 1
    assert "签名自称“韩局长”" in answer.output
    assert "不能证明由该人或该单位签名" in answer.output
