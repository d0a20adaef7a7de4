"""`perform`: executes one command in one transaction; the only place that commits."""

from __future__ import annotations

import os
import secrets
from dataclasses import replace
from socket import gethostname
from typing import Any

from sqlalchemy.exc import IntegrityError

import processes.access.row_states
import processes.cases.recorded_rows
import processes.verbs  # noqa: F401  (registers the service operations)
from processes import defects
from processes.access import factors
from processes.access.models import CommandToken
from processes.access.scope import Actor
from processes.errors import (
    DatabaseBusy,
    HeldUndone,
    NotAllowed,
    PasswordChangeDue,
    SignInDelayed,
    Unavailable,
    YimenError,
)
from processes.office.accounts import password_hashing, verifying
from processes.office.cases import incidents
from processes.office.command import Command, Missing, R, handlers, required, restored, stored
from processes.office.people import look_up
from processes.policy.calendar import civil_date
from processes.settings import Settings
from processes.storage.unit_of_work import Database

_ATTEMPTS = 3
HANDLERS = handlers("processes.office")
"""Every command of the office with its handler."""


class Office:
    """The office with its settings and its database."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.holder = f"{gethostname()[:30]}/{os.getpid()}/{secrets.token_hex(4)}"
        """In whose name this office takes jobs: no other process, and none before it, has the same."""

    def perform(self, command: Command[R], actor: Actor) -> R:
        """Execute a command; raises an error of one of the seven families, and then nothing has changed.

        A token used before returns the first result again (a double click, a retry after a lost response). A
        failure of a timer becomes an incident of its case.
        """
        token = str(getattr(command, "token", ""))
        if command.carries_out_held_step:
            command = _with_undone(command, "")
        try:
            return self._perform_once(command, actor, token)
        except HeldUndone as fault:
            # The signature is kept and the step left open: nothing of its execution is stored.
            return self._perform_once(_with_undone(command, fault.params["reason"]), actor, token)
        except (YimenError, IntegrityError) as fault:
            kept = self._kept(actor, token)
            if kept is not None:
                return restored(type(command), kept.result)
            if isinstance(fault, IntegrityError):
                return self._perform_again(command, actor, token)
            if command.as_incident(fault.code) is None or isinstance(fault, Unavailable | NotAllowed):
                raise  # an actor without permission leaves no trace in the case
            return self._note_incident(command, fault.code, fault.message)
        except Exception as fault:
            if command.as_incident("") is None:
                raise
            # An unexpected error in one case must not block the others.
            return self._note_incident(command, *defects.said(fault, timer=True))

    def _perform_again(self, command: Command[R], actor: Actor, token: str) -> R:
        """Retry after two transactions inserted the same row: the other one is committed by now and visible.

        Raises `DatabaseBusy` if it happens repeatedly, so that nobody sees a database error.
        """
        for _ in range(_ATTEMPTS):
            try:
                return self._perform_once(command, actor, token)
            except IntegrityError:
                kept = self._kept(actor, token)
                if kept is not None:
                    return restored(type(command), kept.result)
        raise DatabaseBusy()

    def _perform_once(self, command: Command[R], actor: Actor, token: str) -> R:
        self._demand_proofs(command, actor)
        for permission in required(type(command)):
            actor.demand(permission)
        command = self._with_password(command, actor)
        self._count_numbers(command, actor)
        batched = command.batched_flush and not self.settings.plain_flush
        with self.database.unit_of_work(batched=batched) as uow:
            uow.account_id = actor.account_id
            result: R = HANDLERS[type(command)](self.settings, uow, actor, command)
            if token:
                # Written with the rest: a repetition fails here or earlier, and then finds the first result.
                uow.add(
                    CommandToken(token=token, account_id=actor.account_id, at=uow.now, result=stored(result))
                )
            uow.commit()
        refusal = command.refusal() if result is None else None
        if refusal is not None:
            raise refusal
        return result

    def _count_numbers(self, command: Command[Any], actor: Actor) -> None:
        """Count look-ups in a transaction of its own, which stays even if the command is refused."""
        if actor.at_desk is None:
            return
        numbers = command.numbers_typed(civil_date(self.database.clock()))
        if numbers:
            with self.database.unit_of_work() as uow:
                uow.account_id = actor.account_id
                look_up.count(uow, actor, numbers)
                uow.commit()

    def _with_password(self, command: Command[R], actor: Actor) -> Command[R]:
        """The command with the results of its password check; attempts during a delay are logged in a
        separate transaction."""
        try:
            return password_hashing.prepared(self.settings, self.database, command, actor)
        except SignInDelayed:
            if not password_hashing.is_delay_noted(self.database, command):
                with self.database.unit_of_work() as uow:
                    password_hashing.note_delay(uow, command, actor)
                    uow.commit()
            raise

    def _demand_proofs(self, command: Command[Any], actor: Actor) -> None:
        """Raise unless the session is complete, and recently verified if the command is sensitive."""
        awaits = "" if actor.at_desk is None else actor.at_desk.awaits
        lacks = Missing.FACTOR if awaits == factors.FACTOR else Missing.ENROLMENT
        if awaits and lacks not in command.allowed_without:
            verifying.demand_complete_session(actor)
        if actor.must_change_password and Missing.ONE_TIME not in command.allowed_without:
            raise PasswordChangeDue()
        if command.needs_verification():
            verifying.demand(self.settings, actor)

    def _kept(self, actor: Actor, token: str) -> CommandToken | None:
        """The row of the command's token, if it was given before; another person's token reveals nothing."""
        if not token:
            return None
        with self.database.reading("") as session:
            kept = session.get(CommandToken, token)
        if kept is not None and kept.account_id != actor.account_id:
            raise NotAllowed()
        return kept

    def _note_incident(self, command: Command[R], code: str, message: str) -> R:
        """Record why a case's timer failed, in a transaction of its own."""
        found = command.as_incident(code)
        assert found is not None
        case_id, result = found
        with self.database.unit_of_work() as uow:
            incidents.note_timer(uow, case_id, code, message)
            uow.commit()
        return result


def _with_undone(command: Command[R], reason: str) -> Command[R]:
    """The command with the reason why a held step cannot be executed ("": try it)."""
    return replace(command, **{"undone": reason})  # noqa: PIE804  (a field of these kinds only)
