"""Every command is defined with its handler, declares its permission, and returns the result that it names."""

from __future__ import annotations

import dataclasses
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from processes.access.permissions import MAY, Permission, Role
from processes.access.scope import Actor
from processes.errors import PermissionMissing
from processes.office.command import Command, handles, required
from processes.office.door import HANDLERS
from processes.rehearsal.stage import Stage

KINDS = sorted(HANDLERS, key=lambda kind: kind.__name__)
BASES = {"Weighty", "WithPassword", "CaseCommand", "ItemCommand", "DraftCommand", "MigrationCommand"}


def named(kind: type[Command[Any]]) -> object:
    """The result that a command's bases name."""
    found = [base for base in getattr(kind, "__orig_bases__", ()) if get_origin(base) is not None]
    assert found, f"{kind.__name__}: say what its result is, Command[…]"
    return get_args(found[0])[0]


def blank(kind: type[Command[Any]]) -> Command[Any]:
    """A command of a kind with nothing in it that counts."""
    return kind(**{f.name: None for f in dataclasses.fields(kind) if f.default is dataclasses.MISSING})


def below(kind: type[Command[Any]]) -> set[type[Command[Any]]]:
    """Everything that was derived from a kind; `slots` makes each class twice, the one in use is in its module."""
    found = {
        k
        for k in kind.__subclasses__()
        if getattr(__import__(k.__module__, fromlist=["_"]), k.__name__, None) is k
    }
    return found.union(*(below(k) for k in kind.__subclasses__()))


def test_every_command_has_a_handler__in_its_own_file() -> None:
    kinds = {k for k in below(Command) if k.__name__ not in BASES and k.__module__.startswith("processes.")}
    assert kinds == set(HANDLERS)
    assert len({k.__name__ for k in kinds}) == len(kinds), "one meaning a name"
    for kind, handler in HANDLERS.items():
        assert handler.__module__ == kind.__module__, kind.__name__


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
def test_a_handler_takes_its_command_and_gives_the_result_that_it_names(kind: type[Command[Any]]) -> None:
    hints = get_type_hints(HANDLERS[kind])
    assert hints["command"] is kind
    given = [t for t in (get_args(hints["return"]) or (hints["return"],)) if t not in (NoneType, None)]
    wanted = named(kind)
    assert given == ([] if wanted in (NoneType, None) else [wanted])
    can_be_none = NoneType in get_args(hints["return"])
    assert can_be_none is (kind.refusal is not Command.refusal), "None is a failure that was counted"
    assert wanted in (NoneType, None) or dataclasses.is_dataclass(wanted)


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
def test_nobody_without_the_permission_comes_as_far_as_the_handler(
    stage: Stage, kind: type[Command[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A handler may ask more (a place, a role); nobody reaches it who lacks what the command names."""
    monkeypatch.setitem(HANDLERS, kind, lambda *_: pytest.fail("carried out"))
    wanted = required(kind)
    without = [role for role in Role if any(role not in MAY[p] for p in wanted)]
    for role in ([], *[[role] for role in without]):
        actor = Actor(None, "无权的人", frozenset(role), "340199")
        with pytest.raises(PermissionMissing):
            stage.office.perform(blank(kind), actor)


def test_a_command_without_a_permission_does_not_import() -> None:
    @dataclasses.dataclass(frozen=True, slots=True)
    class Anything(Command[None]):
        pass

    with pytest.raises(TypeError, match="Anything"):
        handles(Anything)


def test_a_command_has_one_handler() -> None:
    with pytest.raises(TypeError, match="already"):
        handles(KINDS[0])


def test_what_anybody_signed_in_may_do__is_said_one_by_one() -> None:
    """What is open to every role asks in its handler whose it is; a new one is named here with its reason."""
    assert {k.__name__ for k in KINDS if required(k) == (Permission.SESSION,)} == {
        # one's own session, factors and proofs
        "TouchSession", "EndSession", "ChangePassword", "VerifyPassword", "VerifyCode", "AskPasskey", "VerifyPasskey",
        "BeginTotp", "ConfirmTotp", "BeginPasskey", "ConfirmPasskey", "RemoveFactor", "MakeRecoveryCodes",
        # one's own notices, settings, drafts and absences
        "ReadNotices", "SetNotificationPreferences", "ChooseLanguage", "SaveFormDraft", "OpenFormDraft", "DiscardFormDraft", "EndAbsence",
        # what one was asked for by name
        "RespondToRequest",
        # the log of what one reads
        "NoteRead", "NoteListExport",
        # by what the row is: a payment list or papers; the worker or who prints
        "RetryRun", "TakeRun", "RemakePaper",
    }  # fmt: skip
