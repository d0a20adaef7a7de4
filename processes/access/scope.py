"""The actor: who acts, in which roles, for which divisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from processes.access.permissions import Permission, Role, demand, may
from processes.texts import tr

COUNTY_DIGITS = 6
TOWNSHIP_DIGITS = 9


@dataclass(frozen=True, slots=True)
class StandIn:
    """An absent person for whom the actor acts today (代办): their roles, divisions and programmes."""

    account_id: int
    name: str
    roles: frozenset[str]
    division: str
    programmes: frozenset[str] = frozenset()

    def covers(self, role: str, division: str, programme: str) -> bool:
        """Return whether a step of this role, division and programme would be theirs."""
        return role in self.roles and self.reaches(division, programme)

    def reaches(self, division: str, programme: str) -> bool:
        """Return whether the absence applies to this division and programme."""
        return division.startswith(self.division) and (not self.programmes or programme in self.programmes)


@dataclass(frozen=True, slots=True)
class AtDesk:
    """The session of the actor: when they last proved their identity, and what is still missing."""

    session: int
    verified_at: datetime
    proof: str
    awaits: str = ""
    way: str = "password"
    """How the session began; people who signed in elsewhere have no local password."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, or the program itself."""

    account_id: int | None
    name: str
    roles: frozenset[str]
    division: str
    department: str | None = None
    """A department's officer sees only what was referred to this department."""
    stands_in: tuple[StandIn, ...] = ()
    """For whom this person acts today."""
    must_change_password: bool = False
    """Signed in with a one-time password: only the page that changes it is available."""
    username: str = ""
    """The user name; None for the program itself."""
    language: str = ""
    """The language chosen for the screens; empty: that of the browser."""
    at_desk: AtDesk | None = None
    """The session at the desk; None for worker, command line and rehearsals, where nobody can be asked."""

    def may(self, permission: Permission) -> bool:
        """Return whether this person has a permission."""
        return may(self.roles, permission)

    def demand(self, permission: Permission) -> None:
        """Raise `PermissionMissing` unless this person has the permission."""
        demand(self.roles, permission)

    def covers(self, division: str) -> bool:
        """Return whether a division lies within this person's data scope."""
        return division.startswith(self.division)


def system_actor(division: str = "") -> Actor:
    """Return the actor for actions of the program itself: timers and jobs."""
    return Actor(None, tr("系统"), frozenset({Role.SYSTEM}), division)


def in_name_of(name: str, absent: str | None) -> str:
    """Return the actor's name with that of the absent person they acted for: 李窗口（代王受理）."""
    return tr("{name}（代{absent}）", name=name, absent=absent) if absent else name


def township_of(division: str) -> str:
    """Return the township part of a code (the county's own code if there is none)."""
    return division[:TOWNSHIP_DIGITS]
