"""The only entry for uploaded files: checked by the virus scanner before anything reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from werkzeug.datastructures import FileStorage

from processes.access.scope import Actor, system_actor
from processes.errors import FileInfected
from processes.office.system.reads import NoteInfected
from processes.storage import scanner
from processes.storage.file_names import file_name
from web import auth

_SAID = 60


@dataclass(frozen=True, slots=True)
class Brought:
    """A file that passed the check."""

    name: str
    content: bytes


def one(actor: Actor | None) -> Brought | None:
    """Return the uploaded file of a form, if there is one; raises as `let_in`."""
    sent = request.files.get("file")
    return None if sent is None or not sent.filename else _read(actor, sent)


def several(actor: Actor) -> Sequence[FileStorage]:
    """Return the uploads without checking them; `read` checks each when needed."""
    return [sent for sent in request.files.getlist("file") if sent.filename]


def read(actor: Actor, sent: FileStorage) -> Brought:
    """Check and read one of several; raises as `let_in`."""
    return _read(actor, sent)


def let_in(actor: Actor | None, name: str, content: bytes) -> None:
    """Check a file, if the office has a scanner.

    Raises `FileInfected` if malware was found, which is logged and notified to the auditors, and
    `FileUnscanned` if the scanner does not answer: then nothing is accepted.
    """
    office = auth.office()
    if not office.settings.clamd:
        return
    found = scanner.found_in(office.settings.clamd, content)
    if found:
        account = None if actor is None else actor.account_id
        note = NoteInfected(request.path[:_SAID], found[:_SAID], account, request.remote_addr or "")
        office.perform(note, system_actor())
        raise FileInfected(name=name, found=found[:_SAID])


def _read(actor: Actor | None, sent: FileStorage) -> Brought:
    name, content = sent.filename or "", sent.read()
    let_in(actor, file_name(name), content)
    return Brought(name, content)
