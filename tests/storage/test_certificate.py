"""The office's certificate: made once however many ask at once; one that cannot be used is said."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from processes.errors import CertificateUnusable
from processes.storage.certificate import open_certificate

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_many_ask_at_once_and_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: open_certificate(tmp_path, "演示县民政局", NOW), range(16)))
    assert len({f.der for f in found}) == 1
    made = x509.load_der_x509_certificate(found[0].der)
    assert made.subject.rfc4514_string() == "CN=演示县民政局"
    assert made.not_valid_after_utc.year == 2031
    assert (tmp_path / "office.p12").stat().st_mode & 0o077 == 0


def test_a_wrong_password_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_certificate(tmp_path, "演示县民政局", NOW)
    monkeypatch.setenv("YIMEN_CERTIFICATE_PASSWORD", "wrong")
    with pytest.raises(CertificateUnusable, match="密码不对"):
        open_certificate(tmp_path, "演示县民政局", NOW)


def test_a_file_that_is_no_certificate_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.p12").write_bytes(b"nothing")
    monkeypatch.setenv("YIMEN_CERTIFICATE", str(tmp_path / "x.p12"))
    monkeypatch.setenv("YIMEN_CERTIFICATE_PASSWORD", "x")
    with pytest.raises(CertificateUnusable):
        open_certificate(tmp_path, "演示县民政局", NOW)
