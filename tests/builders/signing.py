"""What signs and stamps outside the office: a device for keys (SoftHSM) and a time-stamp service (OpenSSL)."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "135790"

_CONFIGURATION = """
[tsa]
default_tsa = tsa1
[tsa1]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
[req]
distinguished_name = name
x509_extensions = ext
prompt = no
[name]
CN = Time stamps for tests
[ext]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
"""


def _run(*command: str | Path, stdin: bytes = b"", **environment: str) -> bytes:
    done = subprocess.run(
        [str(c) for c in command], input=stdin, capture_output=True, check=False, env=environment or None
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@dataclass(frozen=True)
class Device:
    """A token with a key in it, its configuration, and the certificate of the key."""

    configuration: Path
    certificate: Path


def a_device(folder: Path) -> Device:
    """A new token "office" with the key "seal", whose certificate it signs itself."""
    tokens, configuration = folder / "tokens", folder / "softhsm2.conf"
    tokens.mkdir()
    configuration.write_text(f"directories.tokendir = {tokens}\n")
    key, certificate = folder / "key.pem", folder / "office.pem"
    _run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key)
    _run(
        "openssl", "req", "-x509", "-new", "-key", key, "-days", "3650", "-subj", "/CN=Device office",
        "-addext", "keyUsage=critical,digitalSignature,nonRepudiation", "-out", certificate,
    )  # fmt: skip
    tool = ("softhsm2-util", "--module", LIBRARY)
    where = {"SOFTHSM2_CONF": str(configuration), "PATH": "/usr/bin:/bin"}
    _run(*tool, "--init-token", "--free", "--label", "office", "--so-pin", "24680", "--pin", PIN, **where)
    _run(*tool, "--import", key, "--token", "office", "--label", "seal", "--id", "01", "--pin", PIN, **where)
    return Device(configuration, certificate)


@dataclass(frozen=True)
class StampService:
    """Where time stamps are asked for, and the certificate of the service."""

    address: str
    certificate: Path


@contextmanager
def a_stamp_service(folder: Path) -> Iterator[StampService]:
    """A time-stamp service (RFC 3161) on loopback, as long as the block lasts."""
    configuration = folder / "tsa.cnf"
    configuration.write_text(_CONFIGURATION.format(folder=folder))
    (folder / "serial").write_text("01\n")
    _run(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-config", configuration,
        "-keyout", folder / "tsa.key", "-out", folder / "tsa.pem",
    )  # fmt: skip

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = folder / f"query-{threading.get_ident()}.tsq"
            query.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            reply = _run("openssl", "ts", "-reply", "-config", configuration, "-queryfile", query)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield StampService(f"http://127.0.0.1:{server.server_port}/", folder / "tsa.pem")
    finally:
        server.shutdown()
        server.server_close()
