"""Every command as a frozen value: the language between desk, worker, command line and tests.

`token` is a client-made UUID for once-only commands: the same token again gives the first result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Command:
    """Root of all commands."""


@dataclass(frozen=True, slots=True)
class SignIn(Command):
    """Open a session with name and password."""

    username: str
    password: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class UnlockAccount(Command):
    """Lift a lock-out."""

    username: str


@dataclass(frozen=True, slots=True)
class RevealIdNumber(Command):
    """Read a full ID number; the reading is logged."""

    person_id: int
    address: str = ""


@dataclass(frozen=True, slots=True)
class SaveHousehold(Command):
    """Register a household or save its changes, under the version that the person saw."""

    form: Mapping[str, Any]
    household: str | None = None
    version: int = 0
    token: str = ""


@dataclass(frozen=True, slots=True)
class IdentifyPerson(Command):
    """It is known now who a person without an ID number is (C34)."""

    person_id: int
    id_number: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class UndoIdentification(Command):
    """The identification was wrong."""

    person_id: int


@dataclass(frozen=True, slots=True)
class StartCase(Command):
    """Take an application: open a case of a programme for a household.

    `process` names one of the programme's processes; empty: its first.
    """

    programme: str
    household: str
    form: Mapping[str, Any]
    token: str = ""
    process: str = ""


@dataclass(frozen=True, slots=True)
class CaseCommand(Command):
    """Something done to a whole case, with a reason."""

    case_number: str
    reason: str


@dataclass(frozen=True, slots=True)
class SuspendCase(CaseCommand):
    """Let a case rest: nobody works on it, its clocks stand still."""


@dataclass(frozen=True, slots=True)
class ResumeCase(CaseCommand):
    """Let a resting case go on."""


@dataclass(frozen=True, slots=True)
class EndCase(CaseCommand):
    """End a case before its end: withdrawn by the applicant, opened by mistake, the applicant died."""


@dataclass(frozen=True, slots=True)
class OpenDraft(Command):
    """Begin to change a programme: a draft of the release in force."""

    programme: str


@dataclass(frozen=True, slots=True)
class DraftCommand(Command):
    """Something done to a draft."""

    draft_id: int


@dataclass(frozen=True, slots=True)
class SaveDraftFile(DraftCommand):
    """Keep a file of the draft, under the version that the person saw."""

    version: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class AskRehearsal(DraftCommand):
    """Have every scenario played with the draft."""


@dataclass(frozen=True, slots=True)
class AskSimulation(DraftCommand):
    """Compute what the draft changes for the cases of the register, as of a day."""

    on: date


@dataclass(frozen=True, slots=True)
class NoteSimulation(DraftCommand):
    """How far the simulation is (said by the worker)."""

    found: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NoteRehearsal(DraftCommand):
    """How far the scenarios are (said by the worker)."""

    found: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProposeDraft(DraftCommand):
    """Hand the draft to a second person."""

    note: str
    effective_from: date


@dataclass(frozen=True, slots=True)
class TakeBackDraft(DraftCommand):
    """Take a proposed draft back to change it."""


@dataclass(frozen=True, slots=True)
class ApproveDraft(DraftCommand):
    """Publish a proposed draft, as the second person."""


@dataclass(frozen=True, slots=True)
class DiscardDraft(DraftCommand):
    """Give a draft up."""


@dataclass(frozen=True, slots=True)
class EnterFundEntry(Command):
    """Write down a movement of a township's petty fund; it waits for a second person."""

    township: str
    kind: str
    amount: Decimal
    memo: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class ReverseFundEntry(Command):
    """Write down the reversal of a posted entry; it waits for a second person."""

    entry_id: int
    memo: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmFundEntry(Command):
    """Confirm somebody else's entry; from now on it counts."""

    entry_id: int


@dataclass(frozen=True, slots=True)
class RefuseFundEntry(Command):
    """Refuse an entry that waits, or take back one's own."""

    entry_id: int


@dataclass(frozen=True, slots=True)
class CloseFundMonth(Command):
    """Close a month of a petty fund; it cannot be changed any more."""

    township: str
    month: str


@dataclass(frozen=True, slots=True)
class AddOffer(Command):
    """Write down what an organisation offers to households in need (C25)."""

    organisation: str
    kind: str
    description: str
    until: date | None
    phone: str = ""


@dataclass(frozen=True, slots=True)
class CloseOffer(Command):
    """An offer is used up or withdrawn."""

    offer_id: int


@dataclass(frozen=True, slots=True)
class ItemCommand(Command):
    """Something done to one work item, under the version that the person saw."""

    item_id: int
    version: int


@dataclass(frozen=True, slots=True)
class ClaimTask(ItemCommand):
    """Take a work item out of the office's queue (签收)."""


@dataclass(frozen=True, slots=True)
class ReleaseTask(ItemCommand):
    """Put a claimed work item back (放回)."""


@dataclass(frozen=True, slots=True)
class SaveDraft(ItemCommand):
    """Keep what was typed; `draft_version` is the draft that the window loaded."""

    data: Mapping[str, Any] = field(default_factory=dict)
    draft_version: int = 0
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class CompleteTask(ItemCommand):
    """Finish a step with its form (办结本环节)."""

    data: Mapping[str, Any] = field(default_factory=dict)
    token: str = ""


@dataclass(frozen=True, slots=True)
class TransferTask(ItemCommand):
    """Hand a work item to a colleague, who finishes it (转办)."""

    to_account_id: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReturnTask(ItemCommand):
    """Send the case back to an earlier step (退回)."""

    to: str = ""
    reason: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class WatchCase(Command):
    """Follow a case, or stop following it (关注)."""

    case_number: str
    on: bool = True


@dataclass(frozen=True, slots=True)
class ExtendClock(Command):
    """Extend a statutory limit once, with a reason."""

    case_number: str
    clock: str
    reason: str


@dataclass(frozen=True, slots=True)
class AddAttachment(Command):
    """File an uploaded document with a case; the bytes are checked by content."""

    case_number: str
    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecordPrinting(Command):
    """A paper was opened for printing: who, when, which copy."""

    code: str


@dataclass(frozen=True, slots=True)
class PrintState(Command):
    """Make the approval form of a case as it stands; an undecided one says so."""

    case_number: str
    paper: str


@dataclass(frozen=True, slots=True)
class EnterHolidayNotice(Command):
    """Enter a year's holiday notice: it outranks what the program knows."""

    year: int
    days_off: tuple[date, ...]
    worked_weekends: tuple[date, ...]
    document_number: str


@dataclass(frozen=True, slots=True)
class FireDue(Command):
    """Fire the timers of a case that are due."""

    case_id: int


@dataclass(frozen=True, slots=True)
class WarnClock(Command):
    """Note that a clock has turned yellow, red or overdue."""

    clock_id: int


@dataclass(frozen=True, slots=True)
class RetryIncident(Command):
    """Try again what failed."""

    incident_id: int


@dataclass(frozen=True, slots=True)
class FinishPaper(Command):
    """The press has made a paper: hash, size and number of pages of the stored bytes."""

    code: str
    sha256: str
    size: int
    pages: int


@dataclass(frozen=True, slots=True)
class FailPaper(Command):
    """The press could not make a paper; it is tried again later."""

    code: str
    error_code: str
    message: str


@dataclass(frozen=True, slots=True)
class PublishRelease(Command):
    """Publish a programme folder whose scenarios passed as its next release."""

    programme: str
    passed: int
    failed: int
    effective_from: date
    note: str = ""
