"""The language of one's screens."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access import accounts
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.access.status import Language
from processes.errors import Invalid
from processes.office.command import Command, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr


@dataclass(frozen=True, slots=True)
class ChooseLanguage(Command[None]):
    """Choose the language of one's screens and mails."""

    permission = Permission.SESSION

    language: str


@handles(ChooseLanguage)
def choose(settings: Settings, uow: UnitOfWork, actor: Actor, command: ChooseLanguage) -> None:
    """Store the actor's language.

    Raises:
        Invalid: there is no such language.
    """
    if command.language not in Language.titles():
        raise Invalid(reason=tr("没有这种语言"))
    accounts.by_id(uow.session, actor.account_id).language = Language(command.language)
