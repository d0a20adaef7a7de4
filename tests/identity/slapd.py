"""A real directory (slapd) on loopback, its people, and how they sign in at the desk."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from processes.access import directory
from processes.errors import DirectoryAway
from processes.rehearsal.stage import Stage
from processes.settings import Directory
from processes.storage.unit_of_work import current_instant
from tests.builders.desks import Person
from tests.builders.workers import free_port

OWN = "目录里的密码-2026"
READER = "cn=reader,dc=example,dc=cn"


@dataclass(frozen=True)
class Slapd:
    """A running directory, and the certificate that it shows."""

    safe: Directory
    turning: Directory


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate of its own for a host, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), current_instant()
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    folder.mkdir(exist_ok=True)
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return folder / "cert.pem", folder / "key.pem"


ENTRIES = f"""dn: dc=example,dc=cn
objectClass: dcObject
objectClass: organization
dc: example
o: example

dn: {READER}
objectClass: person
cn: reader
sn: reader
userPassword: reads

dn: ou=people,dc=example,dc=cn
objectClass: organizationalUnit
ou: people
""" + "".join(
    f"""
dn: cn={cn},ou=people,dc=example,dc=cn
objectClass: inetOrgPerson
cn: {cn}
sn: x
uid: {uid}
userPassword: {OWN}
"""
    for cn, uid in (
        ("one", "t1_clerk"),
        ("two", "t1_leader"),
        ("three", "twice"),
        ("four", "twice"),
        ("five", "admin"),
    )
)


@contextmanager
def running(folder: Path) -> Iterator[Slapd]:
    """Debian's slapd on loopback, with its files in a folder."""
    cert, key = certificate(folder / "tls", "localhost")
    (folder / "data").mkdir()
    (folder / "slapd.conf").write_text(
        f"""include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile {cert}
TLSCertificateKeyFile {key}
security simple_bind=128
pidfile {folder}/pid
database mdb
suffix "dc=example,dc=cn"
directory {folder}/data
rootdn "cn=root,dc=example,dc=cn"
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{READER}" read by * none
"""
    )
    (folder / "people.ldif").write_text(ENTRIES, encoding="utf-8")
    conf = str(folder / "slapd.conf")
    subprocess.run(
        ["/usr/sbin/slapadd", "-f", conf, "-l", str(folder / "people.ldif")], check=True, capture_output=True
    )
    plain, behind_tls = free_port(), free_port()
    addresses = f"ldap://127.0.0.1:{plain} ldaps://127.0.0.1:{behind_tls}"
    command = ["/usr/sbin/slapd", "-f", conf, "-h", addresses, "-d", "0"]
    safe = Directory(
        f"ldaps://localhost:{behind_tls}", "ou=people,dc=example,dc=cn", "uid", READER, "reads", str(cert)
    )
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                directory.knows(safe, "t1_clerk", "x")
                break
            except DirectoryAway:
                time.sleep(0.1)
        yield Slapd(safe, replace(safe, url=f"ldap://localhost:{plain}"))
        server.terminate()


def sign_in(office: Stage, username: str, password: str) -> tuple[Person, str]:
    person = Person(office)
    answer = person.post("/sign-in", {"username": username, "password": password})
    if answer.status_code == 302:
        person.csrf = person._token("/about")
    return person, answer.text
