"""`perform`: one command, one transaction, the only place that commits."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import replace
from socket import gethostname
from typing import Any

from sqlalchemy.exc import IntegrityError

import processes.access.row_states
import processes.cases.told_rows
import processes.verbs  # noqa: F401  (registers the service operations)
from processes import commands as c
from processes import defects
from processes.access import factors
from processes.access.models import CommandToken
from processes.access.permissions import Permission
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
from processes.office import (
    account_changes,
    accounts,
    archive,
    calls,
    cases,
    colleagues,
    computing,
    contacts,
    control,
    cosigning,
    draws,
    enrolling,
    errands,
    founding,
    funds,
    handing,
    handwriting,
    holidays,
    incidents,
    items,
    keys,
    leaving,
    migrating,
    moving,
    papers,
    parameters,
    password_work,
    phrases,
    printing,
    queues,
    reading,
    register,
    restoring,
    same_person,
    sessions,
    studio,
    tokens,
    transfers,
    unsaved,
    verifying,
    vouching,
)
from processes.policy.calendar import civil_date
from processes.settings import Settings
from processes.storage.unit_of_work import Database, UnitOfWork

_ATTEMPTS = 3
Handler = Callable[[Settings, UnitOfWork, Actor, Any], dict[str, Any]]

HANDLERS: dict[type[c.Command], Handler] = {
    c.SignIn: register.sign_in,
    c.TakeProviderAnswer: vouching.take_answer,
    c.SignInVouched: vouching.sign_in,
    c.ProveVouched: vouching.prove,
    c.TouchSession: sessions.touch,
    c.EndSession: sessions.end,
    c.EndSessionsOf: sessions.end_all,
    c.UnlockAccount: register.unlock_account,
    c.FoundOffice: founding.found,
    c.AddDivisions: founding.add_divisions,
    c.CloseDemoAccounts: founding.close_demo_accounts,
    c.AddAccount: accounts.add,
    c.RecordContact: contacts.record,
    c.ConfirmAccount: accounts.confirm,
    c.ChangeAccount: account_changes.ask,
    c.DecideAccountChange: account_changes.decide,
    c.CloseAccount: leaving.close,
    c.DeclarePerson: same_person.declare,
    c.UntiePerson: same_person.ask_untie,
    c.ReissuePassword: accounts.reissue,
    c.ChangePassword: accounts.change_password,
    c.VerifyPassword: verifying.verify_password,
    c.VerifyCode: verifying.verify_code,
    c.AskPasskey: verifying.ask_passkey,
    c.VerifyPasskey: verifying.verify_passkey,
    c.BeginTotp: enrolling.begin_totp,
    c.ConfirmTotp: enrolling.confirm_totp,
    c.BeginPasskey: enrolling.begin_passkey,
    c.ConfirmPasskey: enrolling.confirm_passkey,
    c.RemoveFactor: enrolling.remove,
    c.MakeRecoveryCodes: enrolling.make_codes,
    c.AskFactorReset: account_changes.ask_factor_reset,
    c.ResetFactors: enrolling.reset,
    c.NoteRead: reading.note,
    c.NoteInfected: reading.note_infected,
    c.LookUpPerson: reading.look_up,
    c.SearchNumber: reading.search_number,
    c.RevealIdNumber: register.reveal_id_number,
    c.KeepPhrase: phrases.keep,
    c.DropPhrase: phrases.drop,
    c.KeepUnsaved: unsaved.keep,
    c.OpenUnsaved: unsaved.go_on,
    c.DropUnsaved: unsaved.drop,
    c.SweepTokens: tokens.sweep,
    c.SweepUnsaved: unsaved.sweep,
    c.SaveHousehold: register.save_household,
    c.ResolveDifference: register.resolve_difference,
    c.AskTransfer: transfers.ask,
    c.WithdrawTransfer: transfers.withdraw,
    c.DecideTransfer: transfers.decide,
    c.IdentifyPerson: register.identify_person,
    c.UndoIdentification: register.undo_identification,
    c.ProposeParameter: parameters.propose,
    c.AdoptParameter: parameters.adopt,
    c.ConfirmParameter: parameters.confirm,
    c.RejectParameter: parameters.reject,
    c.WithdrawParameter: parameters.withdraw,
    c.ProposeHolidays: holidays.propose,
    c.ConfirmHolidays: holidays.confirm,
    c.RejectHolidays: holidays.reject,
    c.AskUndoHolidays: holidays.ask_undo,
    c.DecideUndoHolidays: holidays.decide_undo,
    c.PublishRelease: register.publish_release,
    c.StartCase: cases.start_case,
    c.NoteCall: calls.note,
    c.AttachCall: calls.attach,
    c.WatchCase: cases.watch_case,
    c.SuspendCase: control.suspend_case,
    c.ResumeCase: control.resume_case,
    c.EndCase: control.end_case,
    c.MoveCase: moving.ask,
    c.DecideMove: moving.decide,
    c.ExtendClock: cases.extend_clock,
    c.AddAttachment: cases.add_attachment,
    c.FireDue: cases.fire_due,
    c.WarnClock: cases.warn_clock,
    c.RetryIncident: incidents.retry,
    c.ClaimTask: items.claim_task,
    c.ReleaseTask: items.release_task,
    c.SaveDraft: items.save_draft,
    c.CompleteTask: items.complete_task,
    c.TransferTask: items.transfer_task,
    c.ReturnTask: items.return_task,
    c.Recompute: computing.recompute,
    c.DelegateTask: handing.delegate,
    c.HandBackTask: handing.hand_back,
    c.RecallTask: handing.recall,
    c.TakeOverTask: handing.take_over,
    c.TakeBackTask: handing.take_back,
    c.UrgeTask: handing.urge,
    c.CosignTask: cosigning.cosign,
    c.RemoveCosigner: cosigning.remove,
    c.AskColleague: handing.ask,
    c.CopyTask: handing.copy,
    c.AnswerInvolvement: cosigning.answer,
    c.BeginAbsence: colleagues.begin_absence,
    c.ConfirmAbsence: colleagues.confirm_absence,
    c.EndAbsence: colleagues.end_absence,
    c.NameSubstitute: colleagues.name_substitute,
    c.EndNamedSubstitute: colleagues.end_named_substitute,
    c.ReadNotices: colleagues.read_notices,
    c.AddComment: colleagues.add_comment,
    c.NoteBatch: queues.note_batch,
    c.UndoBatch: queues.undo_batch,
    c.SaveFilter: queues.save_filter,
    c.DropFilter: queues.drop_filter,
    c.SetReach: colleagues.set_reach,
    c.ClaimJob: errands.claim_job,
    c.RenewJob: errands.renew_job,
    c.FinishJob: errands.finish_job,
    c.PostponeJob: errands.postpone_job,
    c.AnchorChains: errands.anchor_chains,
    c.WriteByHand: handwriting.write_by_hand,
    c.OpenDraft: studio.open_draft,
    c.BeginProgramme: studio.begin_programme,
    c.SaveDraftFile: studio.save_file,
    c.AddDraftFile: studio.add_file,
    c.ReplaceDraftFiles: studio.replace_files,
    c.DropDraftFile: studio.drop_file,
    c.AskRehearsal: studio.ask_rehearsal,
    c.NoteRehearsal: studio.note_rehearsal,
    c.AskSimulation: studio.ask_simulation,
    c.NoteSimulation: studio.note_simulation,
    c.ProposeDraft: studio.propose,
    c.TakeBackDraft: studio.take_back,
    c.ApproveDraft: studio.approve,
    c.DiscardDraft: studio.discard,
    c.PlanMigration: migrating.plan,
    c.JudgeNext: migrating.judge_next,
    c.ChooseMigration: migrating.choose,
    c.RunMigration: migrating.run,
    c.UndoMigration: migrating.undo,
    c.DropMigration: migrating.drop,
    c.MigrateNext: migrating.migrate_next,
    c.NoteMigration: migrating.note,
    c.EnterFundEntry: funds.enter,
    c.ReverseFundEntry: funds.reverse,
    c.ConfirmFundEntry: funds.confirm,
    c.RefuseFundEntry: funds.refuse,
    c.CloseFundMonth: funds.close_month,
    c.CommitDrawNumber: draws.commit,
    c.RevealDrawRound: draws.reveal,
    c.AddOffer: funds.add_offer,
    c.CloseOffer: funds.close_offer,
    c.TakeInOldFile: archive.take_in_old_file,
    c.AddOldSheet: archive.add_old_sheet,
    c.DropOldSheet: archive.drop_old_sheet,
    c.ProposeDestruction: archive.propose,
    c.DecideDestruction: archive.decide,
    c.MakePaper: papers.make_paper,
    c.PrintState: papers.print_state,
    c.RecordPrinting: papers.record_printing,
    c.ExportFile: papers.export_file,
    c.PrintBatch: printing.print_batch,
    c.MakePaymentList: printing.make_payment_list,
    c.NotePart: printing.note_part,
    c.FinishRun: printing.finish_run,
    c.DropRun: printing.drop_run,
    c.RetryRun: printing.retry_run,
    c.TakeRun: printing.take_run,
    c.NoteRestoration: restoring.note,
    c.RemakePaper: restoring.remake_paper,
    c.SignPaper: papers.sign_paper,
    c.WithdrawPaper: papers.withdraw_paper,
    c.NoteListExport: papers.note_list,
    c.NotePaperRead: papers.note_read,
    c.FileScan: papers.file_scan,
    c.PlaceScan: papers.place_scan,
    c.FinishPaper: papers.finish_paper,
    c.FailPaper: papers.fail_paper,
    c.ResealRows: keys.reseal_rows,
    c.NoteRowStates: keys.note_row_states,
    c.NoteSessionKey: keys.note_session_key,
    c.ReindexRows: keys.reindex_rows,
}


_ENDS_SIGNING = (c.AnswerInvolvement, c.RemoveCosigner)
"""After what a step that waited for signatures may be carried out."""
_OF_SESSIONS = (c.TouchSession, c.EndSession)
_PROOFS = (c.VerifyPassword, c.VerifyCode, c.AskPasskey, c.VerifyPasskey)
_ENROLMENT = (c.BeginTotp, c.ConfirmTotp, c.BeginPasskey, c.ConfirmPasskey)
_BEFORE_A_FACTOR = (*_OF_SESSIONS, *_PROOFS, *_ENROLMENT, c.ChangePassword)
"""What somebody may do whose role asks for a second factor and who has none yet."""
_WITHOUT_THE_FACTOR = (*_OF_SESSIONS, *_PROOFS)
"""What somebody may do who has not shown the second factor yet."""
_BEFORE_A_PASSWORD = (c.ChangePassword, *_OF_SESSIONS, *_PROOFS)
"""What somebody with a one-time password may do."""
_COUNTED: dict[type[c.Command], Callable[[c.Command], YimenError]] = {
    c.SignIn: register.sign_in_refusal,
    c.ChangePassword: lambda _: accounts.wrong_password(),
    **dict.fromkeys((c.VerifyPassword, c.VerifyCode, c.VerifyPasskey, c.ConfirmTotp), verifying.failed),
    **dict.fromkeys((c.BeginTotp, c.BeginPasskey, c.RemoveFactor, c.MakeRecoveryCodes), verifying.failed),
}
"""Commands whose empty result is a failure that was counted: what is told after it was written."""


class Office:
    """The office with its settings and its store."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.holder = f"{gethostname()[:30]}/{os.getpid()}/{secrets.token_hex(4)}"
        """In whose name this office takes jobs: no other process, and none before it, has the same."""

    def perform(self, command: c.Command, actor: Actor) -> dict[str, Any]:
        """Carry out a command; raises an error of one of the seven families, and then nothing changed.

        A token that was used before gives the first result again (a double click, a retry after
        a lost answer).  What fails for a timer becomes an incident of its case.
        """
        token = str(getattr(command, "token", ""))
        if isinstance(command, _ENDS_SIGNING):
            command = replace(command, undone="")
        try:
            return self._perform_once(command, actor, token)
        except HeldUndone as fault:
            # The signature stays, and the step is left open: nothing of what was begun with it is kept.
            assert isinstance(command, _ENDS_SIGNING)
            return self._perform_once(replace(command, undone=fault.params["reason"]), actor, token)
        except (YimenError, IntegrityError) as fault:
            kept = self._kept_result(actor, token) if token else None
            if kept is not None:
                return kept
            if isinstance(fault, IntegrityError):
                return self._perform_again(command, actor, token)
            if isinstance(command, c.FireDue) and not isinstance(fault, Unavailable):
                return self._note_incident(command, fault.code, fault.message)
            raise
        except Exception as fault:
            if not isinstance(command, c.FireDue):
                raise
            # A defect of ours in one case must not keep the others waiting behind it.
            return self._note_incident(command, *defects.said(fault, timer=True))

    def _perform_again(self, command: c.Command, actor: Actor, token: str) -> dict[str, Any]:
        """After two transactions made the same row at the same time: the other one is committed by now and is seen.

        Raises `DatabaseBusy` when it happens again and again, so that nobody is shown a fault of the database.
        """
        for _ in range(_ATTEMPTS):
            try:
                return self._perform_once(command, actor, token)
            except IntegrityError:
                kept = self._kept_result(actor, token) if token else None
                if kept is not None:
                    return kept
        raise DatabaseBusy()

    def _perform_once(self, command: c.Command, actor: Actor, token: str) -> dict[str, Any]:
        self._demand_proofs(command, actor)
        command = self._with_password(command, actor)
        self._count_numbers(command, actor)
        batched = command.batched_flush and not self.settings.plain_flush
        with self.database.unit_of_work(batched=batched) as uow:
            uow.account_id = actor.account_id
            result = HANDLERS[type(command)](self.settings, uow, actor, command)
            if token:
                # Written with the rest: a repetition fails here or earlier, at what the first one
                # changed, and then finds the first result.
                uow.add(CommandToken(token=token, account_id=actor.account_id, at=uow.now, result=result))
            uow.commit()
        refusal = None if result else _COUNTED.get(type(command))
        if refusal is not None:
            raise refusal(command)
        return result

    def _count_numbers(self, command: c.Command, actor: Actor) -> None:
        """Count what a person types as look-ups, in a transaction that stays when the command itself is refused."""
        if actor.at_desk is None:
            return
        numbers = reading.typed(command, civil_date(self.database.clock()))
        if numbers:
            with self.database.unit_of_work() as uow:
                uow.account_id = actor.account_id
                actor.demand(Permission.HOUSEHOLD_WRITE)
                reading.count(uow, actor, numbers)
                uow.commit()

    def _with_password(self, command: c.Command, actor: Actor) -> c.Command:
        """The command with what was found of its password; who has to wait and tries is noted in a transaction of its own."""
        try:
            return password_work.prepared(self.settings, self.database, command, actor)
        except SignInDelayed:
            if not password_work.is_delay_noted(self.database, command):
                with self.database.unit_of_work() as uow:
                    password_work.note_delay(uow, command, actor)
                    uow.commit()
            raise

    def _demand_proofs(self, command: c.Command, actor: Actor) -> None:
        """Raise unless the actor has shown what the session asks for, and lately where the command is weighty."""
        awaits = "" if actor.at_desk is None else actor.at_desk.awaits
        may_before = _WITHOUT_THE_FACTOR if awaits == factors.FACTOR else _BEFORE_A_FACTOR
        if awaits and not isinstance(command, may_before):
            verifying.demand_whole(actor)
        if actor.must_change_password and not isinstance(command, _BEFORE_A_PASSWORD):
            raise PasswordChangeDue()
        if command.needs_verification():
            verifying.demand(self.settings, actor)

    def _kept_result(self, actor: Actor, token: str) -> dict[str, Any] | None:
        """What the first command with a token answered; another person's token gives nothing away."""
        with self.database.reading("") as session:
            kept = session.get(CommandToken, token)
        if kept is None:
            return None
        if kept.account_id != actor.account_id:
            raise NotAllowed()
        return kept.result

    def _note_incident(self, command: c.FireDue, code: str, message: str) -> dict[str, Any]:
        """Write down why a case's timer failed, in a transaction of its own."""
        with self.database.unit_of_work() as uow:
            incidents.note_timer(uow, command.case_id, code, message)
            uow.commit()
        return {"incident": code}
