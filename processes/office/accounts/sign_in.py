"""Sign in with name and password."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access import accounts, factors, sessions
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.errors import (
    DirectoryAway,
    LocalPasswordOff,
    YimenError,
)
from processes.office.command import Command, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SignInResult:
    """The result of `SignIn`."""

    account_id: int
    session: str
    browser: str
    awaits: str


@dataclass(frozen=True, slots=True)
class SignIn(Command[SignInResult]):
    """Open a session with name and password."""

    permission = Permission.SYSTEM_WORK

    username: str
    password: str
    address: str = ""
    device: str = ""
    browser: str = ""
    """The mark that this browser keeps; empty: it has none yet."""
    vouched: bool | None = None
    """What the directory says of the password, put in by the door; None: it is the office's own."""
    fits: str = ""
    """The stored hash that the own password was found to fit, put in by the door; empty: none."""
    is_away: bool = False
    """Whether the directory did not answer, put in by the door."""

    def refusal(self) -> YimenError:
        """Refused; while the directory is away, the same for every name."""
        return DirectoryAway() if self.is_away else accounts.refuse()


@handles(SignIn)
def sign_in(settings: Settings, uow: UnitOfWork, actor: Actor, command: SignIn) -> SignInResult | None:
    """Check name and password; None when refused, so that the failed attempt is counted."""
    account = accounts.authenticate(
        uow, command.username, command.address, command.browser, command.vouched, command.fits
    )
    if account is None:
        return None
    if command.vouched is None and accounts.signs_in_elsewhere(settings, account):
        raise LocalPasswordOff()
    way = sessions.PASSWORD if command.vouched is None else sessions.DIRECTORY
    awaits = factors.awaited(uow.session, account, settings.second_factor_roles)
    begun = sessions.begin(
        uow,
        account,
        command.address,
        command.device,
        command.browser,
        sessions.Proven(awaits=awaits, way=way),
    )
    return SignInResult(account_id=account.id, session=begun.mark, browser=begun.browser, awaits=awaits)  # fmt: skip
