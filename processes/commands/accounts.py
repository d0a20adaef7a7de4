"""Commands of accounts and of what they may see."""

from __future__ import annotations

from dataclasses import dataclass

from processes.commands.base import Command, Weighty


@dataclass(frozen=True, slots=True)
class SignIn(Command):
    """Open a session with name and password."""

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


@dataclass(frozen=True, slots=True)
class TouchSession(Command):
    """A session is in use."""

    session: int


@dataclass(frozen=True, slots=True)
class EndSession(Command):
    """End one of one's own sessions; with `others`, every one but this."""

    session: int
    others: bool = False


@dataclass(frozen=True, slots=True)
class EndSessionsOf(Command):
    """An administrator ends every session of an account."""

    username: str


@dataclass(frozen=True, slots=True)
class UnlockAccount(Command):
    """Lift a lock-out."""

    username: str


@dataclass(frozen=True, slots=True)
class RevealIdNumber(Weighty):
    """Read a full ID number; the reading is logged."""

    person_id: int
    address: str = ""


@dataclass(frozen=True, slots=True)
class FoundOffice(Command):
    """Make a real office in an empty database: its divisions and its first administrator."""

    divisions: tuple[tuple[str, str], ...]
    """Code and name of each place, checked by `access.division_file`."""
    bureau: str
    username: str
    name: str
    one_time: str = ""
    """The administrator's password, made by the door."""
    one_time_hash: str = ""
    """Its hash, made by the door."""


@dataclass(frozen=True, slots=True)
class AddDivisions(Command):
    """Add places and take over changed names; no place is ever taken away."""

    divisions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RecordContact(Command):
    """Say how the office of a county or township is reached, and who hears appeals against its decisions."""

    division: str
    phone: str
    address: str
    review_body: str
    court: str


@dataclass(frozen=True, slots=True)
class AddAccount(Weighty):
    """Add an account with a one-time password."""

    username: str
    name: str
    role: str
    division: str
    department: str = ""
    one_time: str = ""
    """The password, made by the door."""
    one_time_hash: str = ""
    """Its hash, made by the door."""


@dataclass(frozen=True, slots=True)
class ChangeAccount(Command):
    """Ask, as an administrator, that an account gets other roles or another place of work."""

    username: str
    roles: tuple[str, ...]
    division: str
    department: str
    reason: str


@dataclass(frozen=True, slots=True)
class DecideAccountChange(Command):
    """Confirm or refuse, as a second administrator, a change of an account; the first one takes it back."""

    change_id: int
    accept: bool

    def needs_verification(self) -> bool:
        """To confirm it; to refuse or to take back asks nothing."""
        return self.accept


@dataclass(frozen=True, slots=True)
class CloseAccount(Weighty):
    """Let somebody go: the account signs in no more, what it has in hand goes back."""

    username: str
    reason: str


@dataclass(frozen=True, slots=True)
class DeclarePerson(Weighty):
    """Ask that an account is held to be of the natural person of another one."""

    username: str
    same_as: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class UntiePerson(Weighty):
    """Ask that an account is no longer held to be of the natural person of others: it was a mistake."""

    username: str
    reason: str


@dataclass(frozen=True, slots=True)
class ConfirmAccount(Weighty):
    """Confirm, as a second administrator, an account that was added."""

    username: str


@dataclass(frozen=True, slots=True)
class ReissuePassword(Weighty):
    """Give an account another one-time password, when the one before was lost or has expired.

    While somebody can sign in with the account it waits for the second administrator, and the one before opens.
    """

    username: str
    one_time: str = ""
    """The password, made by the door."""
    one_time_hash: str = ""
    """Its hash, made by the door."""


@dataclass(frozen=True, slots=True)
class ChangePassword(Command):
    """Change one's own password; every session of the account ends."""

    old: str
    new: str
    address: str = ""
    device: str = ""
    browser: str = ""
    fits: str = ""
    """The stored hash that the old one was found to fit, put in by the door."""
    new_hash: str = ""
    """The hash of the new one, put in by the door."""


@dataclass(frozen=True, slots=True)
class CloseDemoAccounts(Command):
    """Close the accounts with a published password that stand in a real office."""
