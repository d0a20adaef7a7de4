"""Passwords of a real directory (slapd): proven by a bind behind TLS, delayed like our own, never an account by itself."""

from __future__ import annotations

import gc
import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import ldap3
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from ldap3 import Connection
from ldap3.core.exceptions import LDAPStartTLSError
from sqlalchemy import select, update

from processes import commands as c
from processes.access import accounts, directory, passwords
from processes.access.models import Account, SignedIn
from processes.errors import DirectoryAway, SettingInvalid
from processes.office import Office
from processes.opening import open_office
from processes.rehearsal.county import PASSWORD
from processes.rehearsal.stage import Stage
from processes.settings import Directory
from processes.storage.unit_of_work import current_instant
from tests.builders import plans
from tests.builders.desks import Person
from tests.identity.conftest import free_port

pytestmark = [pytest.mark.identity, pytest.mark.xdist_group("identity")]
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


@pytest.fixture(scope="session")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    """Debian's slapd on loopback."""
    folder = tmp_path_factory.mktemp("slapd")
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


@pytest.fixture
def office(stage: Stage, slapd: Slapd) -> Stage:
    """The stage, whose people have their passwords in the directory."""
    stage.office = Office(replace(stage.office.settings, directory=slapd.safe), stage.office.database)
    return stage


def sign_in(office: Stage, username: str, password: str) -> tuple[Person, str]:
    person = Person(office)
    answer = person.post("/sign-in", {"username": username, "password": password})
    if answer.status_code == 302:
        person.csrf = person._token("/about")
    return person, answer.text


@pytest.mark.parametrize("way", ["safe", "turning"])
def test_who_is_there_with_the_right_password(slapd: Slapd, way: str) -> None:
    at: Directory = getattr(slapd, way)
    assert directory.knows(at, "t1_clerk", OWN)
    assert not directory.knows(at, "t1_clerk", "x")
    assert not directory.knows(at, "nobody", OWN)
    assert not directory.knows(at, "twice", OWN), "two entries of one name are nobody"


@pytest.mark.parametrize("password", ["", "\x00"])
def test_an_empty_password_is_none(slapd: Slapd, password: str) -> None:
    """A server takes a bind with it as nobody's and says yes."""
    assert not directory.knows(slapd.safe, "t1_clerk", password)


@pytest.mark.parametrize(
    "username", ["*", "t1_*", "t1_clerk)(uid=*", "*)(objectClass=*", "t1_clerk\x00", "\\2a", "x" * 300]
)
def test_a_name_is_no_filter(slapd: Slapd, username: str) -> None:
    assert not directory.knows(slapd.safe, username, OWN)


@pytest.mark.parametrize("way", ["safe", "turning"])
def test_a_certificate_that_does_not_hold(slapd: Slapd, way: str, tmp_path: Path) -> None:
    at: Directory = getattr(slapd, way)
    other, _ = certificate(tmp_path / "other", "localhost")
    gc.collect()
    gc.disable()  # which closes, some day, what was left open
    before = len(os.listdir("/proc/self/fd"))
    for wrong in (
        replace(at, roots=str(other)),
        replace(at, roots=""),
        replace(at, url=at.url.replace("localhost", "127.0.0.1")),
    ):
        with pytest.raises(DirectoryAway):
            directory.knows(wrong, "t1_clerk", OWN)
    left_open = len(os.listdir("/proc/self/fd")) - before
    gc.enable()
    assert left_open == 0


@pytest.mark.parametrize("fails", [False, LDAPStartTLSError("no")])
def test_a_server_that_does_not_turn_to_tls__no_connection_to_it_stays_open(
    slapd: Slapd, monkeypatch: pytest.MonkeyPatch, fails: bool | LDAPStartTLSError
) -> None:
    made: list[Connection] = []  # held on to, so that nothing but the program closes what they have open

    def connection(*args: Any, **told: Any) -> Connection:
        made.append(Connection(*args, **told))
        return made[-1]

    def start_tls(_: Connection) -> bool:
        if isinstance(fails, LDAPStartTLSError):
            raise fails
        return fails

    monkeypatch.setattr(directory, "Connection", connection)
    monkeypatch.setattr(Connection, "start_tls", start_tls)
    with pytest.raises(DirectoryAway):
        directory.knows(slapd.turning, "t1_clerk", OWN)
    assert [c.socket.fileno() for c in made] == [-1]


def test_away__or_a_reader_that_it_does_not_know(slapd: Slapd) -> None:
    for wrong in (replace(slapd.safe, url="ldaps://localhost:1"), replace(slapd.safe, reader_password="x")):
        with pytest.raises(DirectoryAway):
            directory.knows(wrong, "t1_clerk", OWN)


def test_at_the_desk(office: Stage) -> None:
    person, _ = sign_in(office, "t1_clerk", OWN)
    assert person.get("/worklist").status_code == 200
    with office.database.reading("") as session:
        assert session.scalars(select(SignedIn.way)).one() == "ldap"
    assert "用户名或密码不正确" in sign_in(office, "t1_clerk", PASSWORD)[1], (
        "its own password here counts no more"
    )
    changed = person.post("/password", {"old": OWN, "new": "x" * 12, "again": "x" * 12})
    assert changed.status_code == 422


def test_local_administrators_stay__and_their_password_goes_nowhere(office: Stage) -> None:
    assert sign_in(office, "admin", PASSWORD)[0].get("/accounts").status_code == 200
    assert "用户名或密码不正确" in sign_in(office, "admin", OWN)[1]
    away = replace(office.office.settings, directory=Directory("ldaps://localhost:1", "dc=x"))
    office.office = Office(away, office.database)
    assert sign_in(office, "admin", PASSWORD)[0].get("/accounts").status_code == 200
    assert "目录服务暂时不可用" in sign_in(office, "t1_clerk", OWN)[1]


def test_nobody_gets_an_account_by_it(office: Stage) -> None:
    with office.database.unit_of_work() as uow:
        uow.session.execute(update(Account).where(Account.username == "t1_clerk").values(is_active=False))
        uow.session.execute(update(Account).where(Account.username == "t1_leader").values(username="other"))
        uow.commit()
    for username in ("t1_clerk", "t1_leader"):
        assert "用户名或密码不正确" in sign_in(office, username, OWN)[1]


def test_a_one_time_password_is_asked_of_nobody(office: Stage) -> None:
    with office.database.unit_of_work() as uow:
        told = {"must_change_password": True, "password_expires_at": uow.now - passwords.ONE_TIME_VALID}
        uow.session.execute(update(Account).where(Account.username == "t1_clerk").values(told))
        uow.commit()
    assert sign_in(office, "t1_clerk", OWN)[0].get("/worklist").status_code == 200


def test_guesses_are_delayed_before_the_directory_hears_of_them(
    office: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = []
    known = directory.knows

    def knows(at: Directory, username: str, password: str) -> bool:
        heard.append(username)
        return known(at, username, password)

    monkeypatch.setattr(directory, "knows", knows)
    for _ in range(5):
        assert "用户名或密码不正确" in sign_in(office, "t1_clerk", "x")[1]
    for _ in range(3):
        assert "登录失败次数过多" in sign_in(office, "t1_clerk", OWN)[1]
    assert len(heard) == 5


@dataclass
class Work:
    """What a sign-in made others do: connections, binds and searches at the directory, and hashes here."""

    done: list[str]

    @property
    def told(self) -> list[str]:
        """In the order in which it was done, and begun anew."""
        found, self.done[:] = list(self.done), []
        return found


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Every piece of work is noted; the names and passwords that go to the directory as well."""
    made = Work([])

    def noted(whose: Any, name: str, said: str) -> None:
        real = getattr(whose, name)

        def do(*args: Any, **kwargs: Any) -> Any:
            made.done.append(said)
            return real(*args, **kwargs)

        monkeypatch.setattr(whose, name, do)

    for name in ("bind", "search"):
        noted(ldap3.Connection, name, name)
    noted(directory, "_opened", "open")
    noted(accounts, "_verify", "hash")
    return made


ALIKE = ["open", "bind", "search", "open", "bind", "hash"]
"""The reader's connection and question, the person's connection and bind, the own hash."""
SORTS = {
    "t1_clerk": "an account whose password the directory has",
    "admin": "an account whose own password counts",
    "auditor": "an account that the directory does not know",
    "twice": "two entries of the directory, no account",
    "nobody-at-all": "neither here nor there",
    "t1_village1": "an account that was closed",
}


@pytest.fixture
def closed(office: Stage) -> Stage:
    """One account is closed."""
    with office.database.unit_of_work() as uow:
        uow.session.execute(update(Account).where(Account.username == "t1_village1").values(is_active=False))
        uow.commit()
    return office


def test_every_sort_of_name_makes_the_same_work_and_gets_the_same_answer(closed: Stage, work: Work) -> None:
    said = {}
    for username in [*SORTS, *SORTS]:  # the first of all begins the log of an account; what is said counts
        person = Person(closed)
        work.done.clear()
        with plans.sent(closed) as statements:
            answer = person.post("/sign-in", {"username": username, "password": "falsch-2026"})
        page = re.sub(r'(name="csrf[-_]token" \w+=)"[^"]*"', r"\1", answer.text.replace(f'"{username}"', ""))
        said[username] = (answer.status_code, work.told, [s for s, _ in statements], page)
    assert set(map(repr, said.values())) == {repr(said["t1_clerk"])}, said
    assert said["t1_clerk"][:2] == (403, ALIKE)
    assert "用户名或密码不正确" in said["t1_clerk"][3]


@pytest.mark.parametrize(("username", "password"), [("admin", PASSWORD), ("t1_clerk", OWN)])
def test_the_right_password_makes_that_work_too(
    office: Stage, work: Work, username: str, password: str
) -> None:
    person = Person(office)
    work.done.clear()
    assert person.post("/sign-in", {"username": username, "password": password}).status_code == 302
    assert work.told == ALIKE


def test_of_an_administrator_nothing_goes_to_the_directory(
    office: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []
    real = directory._proves

    def proves(at: Directory, username: str, password: str) -> bool:
        asked.append((username, password))
        return real(at, username, password)

    monkeypatch.setattr(directory, "_proves", proves)
    sign_in(office, "admin", PASSWORD)
    [(name, password)] = asked
    assert name not in (PASSWORD, "admin")
    assert password not in (PASSWORD, "admin")


def test_while_the_directory_is_away__every_name_is_told_so_and_waits_after_five(closed: Stage) -> None:
    away = replace(closed.office.settings, directory=Directory("ldaps://localhost:1", "dc=x"))
    closed.office = Office(away, closed.database)
    for username in SORTS:
        for _ in range(5):
            assert "目录服务暂时不可用" in sign_in(closed, username, "falsch-2026")[1], username
        assert "登录失败次数过多" in sign_in(closed, username, "falsch-2026")[1], username


@pytest.mark.parametrize("code", [49, 19, 32, 48, 50, 53])
def test_what_a_server_says_of_an_entry__is_the_answer_of_a_wrong_password(
    slapd: Slapd, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """An entry that is locked or may not bind would else be told from one that is not there."""
    answering(monkeypatch, code)
    assert not directory.knows(slapd.safe, "t1_clerk", OWN)


@pytest.mark.parametrize("code", [1, 51, 52, 80])
def test_a_server_that_cannot_say_it__is_away(
    slapd: Slapd, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    answering(monkeypatch, code)
    with pytest.raises(DirectoryAway):
        directory.knows(slapd.safe, "t1_clerk", OWN)


def answering(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """Binds of people end with a result; the reader's is as it is."""
    real = ldap3.Connection.bind

    def bind(self: Any, *args: Any, **kwargs: Any) -> bool:
        if self.user == READER:
            return bool(real(self, *args, **kwargs))
        self.result = {"result": code}
        return False

    monkeypatch.setattr(ldap3.Connection, "bind", bind)


def test_exactly_one_entry(slapd: Slapd, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two entries of a name none is bound, not even the first, whose password it is; a referral is no entry."""
    bound: list[str] = []
    real = directory._binds

    def binds(at: Directory, name: str, password: str) -> bool:
        bound.append(name)
        return real(at, name, password)

    monkeypatch.setattr(directory, "_binds", binds)
    assert not directory.knows(slapd.safe, "twice", OWN)
    assert not directory.knows(slapd.safe, "nobody", OWN)
    assert directory.knows(slapd.safe, "t1_clerk", OWN)
    assert [name for name in bound if name.startswith("cn=")] == ["cn=one,ou=people,dc=example,dc=cn"]


def test_verifying_again_and_enrolling_ask_the_directory(office: Stage) -> None:
    person, _ = sign_in(office, "t1_clerk", OWN)
    assert person.send("/identity/verify", {"password": PASSWORD}).status_code == 403
    assert person.send("/identity/verify", {"password": OWN}).status_code == 200
    assert person.post("/factors/totp", {"password": PASSWORD}).status_code == 403
    assert 'id="secret"' in person.post("/factors/totp", {"password": OWN}).text


def test_what_a_command_brings_along_does_not_count(office: Stage) -> None:
    """`vouched` is the door's word alone."""
    from processes.access.scope import system_actor
    from processes.errors import SignInRefused

    for username in ("t1_clerk", "admin", "nobody"):
        with pytest.raises(SignInRefused):
            office.office.perform(c.SignIn(username, "x", vouched=True), system_actor())
    office.office = Office(replace(office.office.settings, directory=None), office.database)
    with pytest.raises(SignInRefused):
        office.office.perform(c.SignIn("t1_clerk", "x", vouched=True), system_actor())


def test_an_address_without_tls_stops_the_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIMEN_LDAP_URL", "http://directory.example")
    with pytest.raises(SettingInvalid, match="YIMEN_LDAP_URL"):
        open_office()
