"""Key rotation from beginning to end; after an interruption it continues when called again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from processes.access.scope import system_actor
from processes.errors import RuleBroken
from processes.office.command import Command
from processes.office.door import Office
from processes.office.system import keys
from processes.office.system.keys import PartResult, ReindexRows, ResealRows
from processes.policy.calendar import civil_date
from processes.storage import file_store, keyring, resealing
from processes.texts import tr

TITLES = {
    keyring.ENCRYPTION: tr("加密密钥"),
    keyring.INDEX: tr("索引密钥（身份证号、电话、账号）"),
    keyring.SESSION: tr("登录会话密钥"),
}


def rotate(office: Office, kind: str, tell: Callable[[str, int], None]) -> Path | None:
    """Rotate the key of a kind while the office works; `tell` receives each part and the number of changes.

    The new key is used at once; the old one reads what is not yet re-encrypted. When a complete round finds
    nothing left, the old key is moved to a file, whose path is returned (None: the operator set the keys in a
    variable and removes the old one there). Raises `RuleBroken` if there is no new key.
    """
    folder = office.settings.keys
    held = keyring.current()
    given = keyring.is_from_environment(kind)
    if len(_of_kind(held, kind)) == 1:
        if given:
            name = f"YIMEN_KEY_{kind.upper()}"
            raise RuleBroken(
                reason=tr(
                    "{kind}由环境变量 {name} 给出：请写成“新密钥,旧密钥”，重启后再执行",
                    kind=TITLES[kind],
                    name=name,
                )
            )
        keyring.add_key(folder, kind)
    if kind != keyring.SESSION:
        while _round(office, kind, tell):
            pass
    if given:
        return None
    return keyring.retire_keys(folder, kind, f"{civil_date(office.database.clock()):%Y%m%d}")


def _of_kind(held: keyring.Keyring, kind: str) -> tuple[bytes, ...]:
    keys: tuple[bytes, ...] = getattr(held, kind)
    return keys


def _round(office: Office, kind: str, tell: Callable[[str, int], None]) -> int:
    """Process everything once; return how much was under an old key."""
    total = 0
    for title, changed in _files(office) if kind == keyring.ENCRYPTION else ():
        total += changed
        tell(title, changed)
    for title, changed in _rows(office) if kind == keyring.ENCRYPTION else _fingerprints(office):
        total += changed
        tell(title, changed)
    return total


def _files(office: Office) -> Iterator[tuple[str, int]]:
    settings = office.settings
    for folder in (settings.papers, settings.scans, settings.attachments):
        yield folder.name, sum(file_store.reseal(folder))


def _rows(office: Office) -> Iterator[tuple[str, int]]:
    for table in resealing.sealed_columns():
        yield from _parts(office, table, partial(ResealRows, table))


def _fingerprints(office: Office) -> Iterator[tuple[str, int]]:
    for table in keys.FINGERPRINTED:
        yield from _parts(office, table, partial(ReindexRows, table))


def _parts(
    office: Office,
    title: str,
    command: Callable[[int | str], Command[PartResult]],
) -> Iterator[tuple[str, int]]:
    after: int | str | None = 0
    while after is not None:
        answer = office.perform(command(after), system_actor())
        after = answer.after
        yield title, answer.changed
