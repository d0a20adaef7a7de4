"""Commands by which people prove who they are: second factors, recovery codes, verifying again.

`vouched` is what the directory says of the password, put in by the door; None: it is the office's own.  `fits` is the
stored hash that the own password was found to fit, put in by the door as well.
"""

from __future__ import annotations

from dataclasses import dataclass

from processes.commands.base import Command, Weighty


@dataclass(frozen=True, slots=True)
class VerifyPassword(Command):
    """Prove again who one is, by the password; for accounts without a second factor."""

    password: str
    address: str = ""
    browser: str = ""
    vouched: bool | None = None
    fits: str = ""


@dataclass(frozen=True, slots=True)
class VerifyCode(Command):
    """Prove who one is by a code of one's app, or by a recovery code."""

    code: str
    address: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True)
class AskPasskey(Command):
    """Ask what one's passkey is to sign."""


@dataclass(frozen=True, slots=True)
class VerifyPasskey(Command):
    """Prove who one is by a passkey: the browser's answer, as it stands."""

    answer: str
    address: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True)
class BeginTotp(Weighty):
    """Ask for the secret of an app; the password is given again."""

    password: str
    address: str = ""
    browser: str = ""
    vouched: bool | None = None
    fits: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmTotp(Command):
    """The app works: its first code."""

    code: str
    label: str = ""
    address: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True)
class BeginPasskey(Weighty):
    """Ask what a new passkey is to be made with; the password is given again."""

    password: str
    address: str = ""
    browser: str = ""
    vouched: bool | None = None
    fits: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmPasskey(Command):
    """The browser made a passkey: its answer, as it stands."""

    answer: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class RemoveFactor(Weighty):
    """Give one of one's own factors up; the password is given again."""

    factor: int
    password: str
    address: str = ""
    browser: str = ""
    vouched: bool | None = None
    fits: str = ""


@dataclass(frozen=True, slots=True)
class MakeRecoveryCodes(Weighty):
    """Ten new recovery codes instead of those of before; the password is given again."""

    password: str
    address: str = ""
    browser: str = ""
    vouched: bool | None = None
    fits: str = ""


@dataclass(frozen=True, slots=True)
class AskFactorReset(Command):
    """Ask, as an administrator, that the second factors of an account are taken away; another one decides."""

    username: str
    reason: str


@dataclass(frozen=True, slots=True)
class ResetFactors(Command):
    """Whoever runs the machine takes the second factors of an account away: nobody is there who could confirm it."""

    username: str


@dataclass(frozen=True, slots=True)
class TakeProviderAnswer(Command):
    """An answer of the provider of sign-ins has come for a request; given by the program alone, and taken once."""

    state: str


@dataclass(frozen=True, slots=True)
class SignInVouched(Command):
    """Open a session for somebody for whom the provider of sign-ins vouched; given by the program alone."""

    username: str
    has_factor: bool
    address: str = ""
    device: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True)
class ProveVouched(Command):
    """The provider vouched once more for whoever has this session; given by the program alone."""

    session: int
    username: str
