"""Commands of somebody signed in who types the password again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from processes.access.permissions import Permission
from processes.errors import VerificationFailed, YimenError
from processes.office.command import Command
from processes.texts import tr

R = TypeVar("R", covariant=True)


@dataclass(frozen=True, slots=True)
class WithPassword(Command[R]):
    """The root of these commands; the handler gives None when the password is wrong, so that the failure is counted.

    `vouched` is the directory's answer, `fits` the hash that the password fits: `password_hashing.prepared` fills
    both before the transaction, whatever the caller put there.
    """

    permission = Permission.SESSION

    password: str
    address: str = ""
    browser: str = ""
    vouched: bool | None = None
    fits: str = ""

    def refusal(self) -> YimenError:
        """The password was wrong."""
        return VerificationFailed(reason=tr("密码不正确"))
