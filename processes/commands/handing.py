"""Commands that give a step from hand to hand, or ask for somebody's word at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from processes.commands.base import Command, ItemCommand, Weighty


@dataclass(frozen=True, slots=True)
class DelegateTask(ItemCommand):
    """Have a colleague prepare a step; it comes back (委派)."""

    to_account_id: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HandBackTask(ItemCommand):
    """Give a delegated step back to whoever delegated it (交回)."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class RecallTask(ItemCommand):
    """Take a delegated step back before it is handed back (收回委派)."""


@dataclass(frozen=True, slots=True)
class TakeOverTask(ItemCommand):
    """Take a step from a colleague who cannot go on with it (接管)."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class TakeBackTask(ItemCommand):
    """Take back what one has just finished, while the next person has not acted (取回)."""

    token: str = ""


@dataclass(frozen=True, slots=True)
class UrgeTask(Command):
    """Urge a step (催办)."""

    item_id: int
    word: str = ""


@dataclass(frozen=True, slots=True)
class CosignTask(ItemCommand):
    """Ask people to sign with one before the step is finished (会签、前加签); again: more of them."""

    signers: tuple[int, ...] = ()
    mode: str = "all"
    quorum: int = 0
    question: str = ""


@dataclass(frozen=True, slots=True)
class RemoveCosigner(ItemCommand):
    """Take a signer out who has not spoken yet (减签)."""

    involvement_id: int = 0
    undone: str = ""
    """Set by the door: why what was submitted cannot be carried out, found at the first try."""


@dataclass(frozen=True, slots=True)
class AskColleague(ItemCommand):
    """Ask somebody something without giving the step away (沟通)."""

    to_account_id: int = 0
    question: str = ""


@dataclass(frozen=True, slots=True)
class CopyTask(ItemCommand):
    """Let people know of a step (抄送)."""

    to: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class AnswerInvolvement(Command):
    """Say what one was asked for: an answer, a reading, or agreement or objection."""

    involvement_id: int
    said: str = ""
    verdict: str = ""
    undone: str = ""
    """Set by the door, as for `RemoveCosigner`."""


@dataclass(frozen=True, slots=True)
class BeginAbsence(Command):
    """Say who acts for one while one is away (代办)."""

    substitute_id: int
    from_on: date
    until_on: date
    programmes: tuple[str, ...] = ()
    place: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmAbsence(Command):
    """As the office: let somebody act for an absent person, or not."""

    absence_id: int
    accept: bool

    def needs_verification(self) -> bool:
        """To confirm it: from then on somebody acts for another one."""
        return self.accept


@dataclass(frozen=True, slots=True)
class EndAbsence(Command):
    """One is back, or cannot act for the other any longer."""

    absence_id: int


@dataclass(frozen=True, slots=True)
class NameSubstitute(Weighty):
    """As the office: let somebody of another rank be chosen as the substitute of a person."""

    account_id: int
    substitute_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class EndNamedSubstitute(Command):
    """As the office: take somebody off the list of substitutes."""

    named_id: int


@dataclass(frozen=True, slots=True)
class ReadNotices(Command):
    """One has read these notices."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AddComment(Command):
    """Leave a remark on a case; people named with @ are told."""

    case_number: str
    text: str
