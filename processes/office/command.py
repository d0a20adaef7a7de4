"""Base classes of commands, and the registry of their handlers.

A command is an immutable value, used by desk, worker, command line and tests. It is defined in one file with
its handler, and declares who may give it. `token` is a UUID created by the client: the same token again
returns the first result.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar, cast, get_args, get_type_hints

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.errors import YimenError
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork

R = TypeVar("R", covariant=True)
"""The result of a command: a frozen dataclass of plain values, or None."""
Handler = Callable[[Settings, UnitOfWork, Actor, Any], Any]


class Missing(StrEnum):
    """What a session or account may still lack; some commands are allowed while it does."""

    FACTOR = "factor"
    """The second factor was not shown yet."""
    ENROLMENT = "enrolment"
    """The role asks for a second factor, and the account has none."""
    ONE_TIME = "one_time"
    """The password is a one-time password that was not changed yet."""


@dataclass(frozen=True, slots=True)
class Command(Generic[R]):
    """Root of all commands."""

    permission: ClassVar[Permission | tuple[Permission, ...]]
    """What the actor must be allowed to do; of several, all of them.  The office demands it before the handler runs."""
    allowed_without: ClassVar[frozenset[Missing]] = frozenset()
    """What the session may lack when this command is given."""
    carries_out_held_step: ClassVar[bool] = False
    """Whether a step that waited for signatures may be carried out by it; it has a field `undone` then."""

    batched_flush: ClassVar[bool] = False
    """Whether its rows are written in one trip (`storage.batched_flush`): for the few that people wait for all day."""

    def needs_verification(self) -> bool:
        """Whether a person at the desk must have proved their identity recently (再次验证身份).

        The door checks it for every command, so that no other route avoids it (docs/adr/0050). If it depends
        on data (whether a step decides), the handler calls `verifying.demand`.
        """
        return False

    def refusal(self) -> YimenError | None:
        """The error of an empty result: a failure that was counted in the same transaction, so that it stays counted."""
        return None

    def numbers_typed(self, today: date) -> tuple[str, ...]:
        """The document numbers newly typed in it that it would search for: counted as look-ups."""
        return ()

    def as_incident(self, code: str) -> tuple[int, R] | None:
        """For commands of the program: the case whose incident a failure becomes, and the result; None: it is
        raised."""
        return None


@dataclass(frozen=True, slots=True)
class Weighty(Command[R]):
    """A command that always needs verification: it signs, approves, reveals, exports or grants rights."""

    def needs_verification(self) -> bool:
        """Always."""
        return True


@dataclass(frozen=True, slots=True)
class CaseCommand(Command[R]):
    """A command on a whole case, with a reason."""

    case_number: str
    reason: str


@dataclass(frozen=True, slots=True)
class ItemCommand(Command[R]):
    """A command on one work item, with the version that the person saw."""

    item_id: int
    version: int


S = TypeVar("S")
H = TypeVar("H", bound=Handler)
_HANDLERS: dict[type[Command[Any]], Handler] = {}


def handles(kind: type[Command[Any]]) -> Callable[[H], H]:
    """Register a function as the handler of a command; raises `TypeError` for a command without `permission`.

    It takes the command and returns its result; if the command has a `refusal`, None for a failure that was
    counted.
    """
    if not hasattr(kind, "permission"):
        raise TypeError(f"{kind.__name__} names no permission")
    if kind in _HANDLERS:
        raise TypeError(f"{kind.__name__} has a handler already")

    def registered(handler: H) -> H:
        _HANDLERS[kind] = handler
        return handler

    return registered


def handlers(package: str) -> dict[type[Command[Any]], Handler]:
    """Return the handlers of every command of a package; imports its modules."""
    found = importlib.import_module(package)
    for module in pkgutil.walk_packages(found.__path__, f"{package}."):
        importlib.import_module(module.name)
    return _HANDLERS


def required(kind: type[Command[Any]]) -> tuple[Permission, ...]:
    """Return the permissions that a kind of command needs."""
    return kind.permission if isinstance(kind.permission, tuple) else (kind.permission,)


def stored(result: object) -> dict[str, Any]:
    """Serialise a result for its command's token."""
    return {} if result is None else asdict(result)  # type: ignore[call-overload]


def restored(kind: type[Command[S]], kept: dict[str, Any]) -> S:
    """Restore a stored result as the handler returned it."""
    hints = get_type_hints(_HANDLERS[kind])["return"]
    made = next((t for t in (get_args(hints) or (hints,)) if t is not type(None)), None)
    return cast(S, None if made is None or not kept else made(**kept))
