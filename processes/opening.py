"""Opens the office of this installation: settings, logging, database, and the keys of its data."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from itertools import chain
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidTag
from sqlalchemy import ColumnElement, inspect, literal_column, select

from processes.access import directory, founding, oidc
from processes.access.models import Account
from processes.access.permissions import Role
from processes.access.scope import system_actor
from processes.errors import (
    FolderUnwritable,
    KeysForeign,
    KeysMissing,
    OfficeMissing,
    OfficeMixed,
    RestoreUnfinished,
    RestoreWithoutKeys,
    SchemaNewer,
    SchemaOlder,
    SettingInvalid,
)
from processes.migrations import schema
from processes.office import Office
from processes.office.system.keys import NoteSessionKey
from processes.people import fingerprints
from processes.people.models import Person
from processes.relief.actions import fingerprints_of
from processes.settings import OFFICE_NAME, Settings, from_environment
from processes.storage import key_proof, keyring, scanner, sealing
from processes.storage.engines import is_absent, translate_errors
from processes.storage.unit_of_work import Database
from processes.texts import tr

log = structlog.get_logger()
_LONGEST_PROOF = 60
_FOUND_BY = (
    ("household", "phone", "phone_index", fingerprints.of_phones),
    ("award", "account", "account_index", fingerprints_of),
)


def open_office(*, unchecked: bool = False, is_restored: bool = False) -> Office:
    """Open the office, select its keys, and configure JSON logging.

    Nothing is created before all checks pass: a refusal leaves no folder, key or database. Raises
    `FolderUnwritable`; `KeysMissing`, `KeyUnreadable` and `KeysForeign` for keys that do not open the stored
    data; `DatabaseUnreachable`; `RestoreUnfinished`; `OfficeMissing` if nothing is founded; `SchemaOlder` and
    `SchemaNewer` for a database of another version; `OfficeMixed` if a real office has accounts with a
    published password. `unchecked` is for commands that found, upgrade and repair an office: keys only. With
    `is_restored` a backup is about to be restored, whose keys must exist before anything is created
    (`RestoreWithoutKeys`); nothing is created here then. If a founded office has lost its session key, a new
    one is created and logged, also in the access log: no stored data depend on it, so people only have to
    sign in again.
    """
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    settings = from_environment()
    _demand_roles(settings)
    scanner.demand_valid(settings.clamd)
    if is_restored:
        _demand_keys(settings)
    _demand_writable(settings)
    office = Office(settings, Database(settings.database_url))
    is_lost = not unchecked and not keyring.holds(settings.keys, keyring.SESSION)
    if not unchecked:
        office = checked_office(office)
    with translate_errors():
        keyring.use(_fitting_keys(office, may_make=not is_restored))
        if not is_absent(office.database.engine):
            _demand_index(office)
    if not is_restored:
        _make_folders(settings)
    if is_lost:
        office.perform(NoteSessionKey(), system_actor())
        keyring.make_session_key(settings.keys)
        log.warning(
            "session_key_made", said=tr("登录会话密钥不在，已重新生成：所有人须重新登录，其他数据不受影响。")
        )
    return office


def demand_begun() -> None:
    """Raise `OfficeMissing` if there is no schema, for commands that repair an office of any version."""
    settings = from_environment()
    engine = Database(settings.database_url).engine
    with translate_errors():
        if is_absent(engine) or schema.position(engine) is schema.Position.EMPTY:
            raise OfficeMissing(folder=settings.var)


def checked_office(office: Office) -> Office:
    """Return the office with its name; raises as `open_office` does."""
    if office.settings.restoring.exists():
        raise RestoreUnfinished()
    if is_absent(office.database.engine):
        raise OfficeMissing(folder=office.settings.var)
    with translate_errors():
        _demand_schema(office)
    with office.database.reading("") as session:
        here = founding.installation(session)
        if here is None:
            raise OfficeMissing(folder=office.settings.var)
        if founding.is_mixed(session):
            demo = session.scalars(
                select(Account.username).where(Account.is_demo, Account.is_active).limit(5)
            )
            raise OfficeMixed(usernames=tr("、").join(demo))
    if OFFICE_NAME in os.environ:
        return office
    return Office(replace(office.settings, office_name=here.bureau), office.database)


def _demand_schema(office: Office) -> None:
    found = schema.position(office.database.engine)
    if found is schema.Position.EMPTY:
        raise OfficeMissing(folder=office.settings.var)
    if found is schema.Position.OLDER:
        raise SchemaOlder()
    if found is schema.Position.NEWER:
        raise SchemaNewer()


def _fitting_keys(office: Office, may_make: bool) -> keyring.Keyring:
    """The keys of the data folder; new ones are created only if nothing is encrypted yet.

    A registered person proves both keys. If nobody is registered, one value of each encrypted kind (account
    settings, second factors, form drafts, papers) must open; the index key is then checked by fingerprints of
    a telephone number or a bank account.
    """
    settings, database = office.settings, office.database
    if is_absent(database.engine):
        return keyring.open_keyring(settings.keys, may_make=may_make)
    person = _person(database)
    with database.reading("") as session:
        others = key_proof.samples(session, settings.file_stores.values()) if person is None else iter(())
        first = next(others, None)
        is_empty = person is None and first is None
        keys = keyring.open_keyring(settings.keys, may_make=may_make and is_empty)
        if first is not None and not key_proof.opens_any(keys, chain([first], others)):
            raise KeysForeign(folder=settings.keys)
    if person is not None:
        _demand_fitting(keys, *person, settings.keys)
    return keys


def _demand_fitting(
    keys: keyring.Keyring, sealed: bytes, belongs: bytes | None, fingerprint: str, folder: Path
) -> None:
    try:
        number = keys.unseal(sealed, belongs).decode()
    except InvalidTag as fault:
        raise KeysForeign(folder=folder) from fault
    if fingerprint not in keys.blind_indexes(number):
        # Under another index key everybody registered would be unknown, and registered a second time.
        raise KeysForeign(folder=folder)


def _demand_keys(settings: Settings) -> None:
    try:
        keyring.open_keyring(settings.keys, may_make=False)
    except KeysMissing as fault:
        raise RestoreWithoutKeys(folder=settings.keys) from fault


def _demand_index(office: Office) -> None:
    """Raise `KeysForeign` if a stored fingerprint of a telephone number or bank account does not match these keys."""
    with office.database.reading("") as session:
        found = [
            (sample, under(sample[0]))
            for table, column, index, under in _FOUND_BY
            if (sample := key_proof.indexed(session, table, column, index)) is not None
        ]
    if any(kept not in under for (_, kept), under in found):
        raise KeysForeign(folder=office.settings.keys)


def _person(database: Database) -> tuple[bytes, bytes | None, str] | None:
    """A person's encrypted number, its binding (none before migration 0053), and its fingerprint if any."""
    with database.reading("") as session:
        known = inspect(session.connection())
        if not known.has_table(Person.__tablename__):
            return None
        is_bound = any(c["name"] == sealing.MARK for c in known.get_columns(Person.__tablename__))
        mark: ColumnElement[str] = literal_column(sealing.MARK if is_bound else "''")
        query = select(Person.id_number, mark, Person.id_index).where(
            Person.id_number.is_not(None), Person.id_index.is_not(None)
        )
        found = session.execute(query.order_by(Person.id.desc()).limit(1)).first()
    if found is None:
        return None
    belongs = sealing.bound_to(Person.__tablename__, "id_number", [found[1]]) if is_bound else None
    return bytes(found[0] or b""), belongs, str(found[2])


def _demand_roles(settings: Settings) -> None:
    """A misspelt role would silently need no second factor."""
    for name, roles in (
        ("YIMEN_SECOND_FACTOR_ROLES", settings.second_factor_roles),
        ("YIMEN_LOCAL_PASSWORD_ROLES", settings.local_password_roles),
    ):
        unknown = sorted(roles - set(Role))
        if unknown:
            raise SettingInvalid(name=name, reason=tr("没有岗位 {unknown}", unknown=tr("、").join(unknown)))
    if settings.provider is not None and not oidc.is_safe(settings.provider.issuer):
        raise SettingInvalid(name="YIMEN_OIDC_ISSUER", reason=tr("应为 https:// 开头的地址"))
    if settings.directory is not None and not directory.is_safe(settings.directory.url):
        raise SettingInvalid(name="YIMEN_LDAP_URL", reason=tr("应为 ldaps:// 或者 ldap:// 开头的地址"))
    if not 1 <= settings.verify_minutes <= _LONGEST_PROOF:
        raise SettingInvalid(
            name="YIMEN_VERIFY_MINUTES",
            reason=tr("应为 1 至 {longest_proof} 分钟", longest_proof=_LONGEST_PROOF),
        )


def _folders(settings: Settings) -> tuple[Path, ...]:
    return (settings.var, settings.keys, *settings.file_stores.values())


def _demand_writable(settings: Settings) -> None:
    """Raise `FolderUnwritable` before an upload, paper or seal is lost in a folder that is not writable.

    For a folder that does not exist yet, its parent must be writable.
    """
    for folder in _folders(settings):
        there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        try:
            with tempfile.TemporaryFile(dir=there) as file:
                file.write(b".")
        except OSError as fault:
            raise FolderUnwritable(folder=folder, reason=fault.strerror or type(fault).__name__) from fault


def _make_folders(settings: Settings) -> None:
    for folder in _folders(settings):
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as fault:
            raise FolderUnwritable(folder=folder, reason=fault.strerror or type(fault).__name__) from fault
