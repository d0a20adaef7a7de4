"""Commands of papers."""

from __future__ import annotations

from dataclasses import dataclass, field

from processes.commands.base import Command, Weighty


@dataclass(frozen=True, slots=True)
class RecordPrinting(Command):
    """A paper was opened for printing: who, when, which copy."""

    code: str


@dataclass(frozen=True, slots=True)
class NoteListExport(Weighty):
    """Write down that somebody took a list of cases or of steps out of the office, and by which conditions."""

    target: str


@dataclass(frozen=True, slots=True)
class NotePaperRead(Command):
    """Write down that somebody read a paper or a scanned sheet, which show full ID numbers, without printing it."""

    target: str


@dataclass(frozen=True, slots=True)
class PrintState(Command):
    """Make the approval form of a case as it stands; an undecided one says so."""

    case_number: str
    paper: str


@dataclass(frozen=True, slots=True)
class MakePaper(Command):
    """Make a paper that people ask for when they need it; one of the kind made before holds no longer."""

    case_number: str
    paper: str


@dataclass(frozen=True, slots=True)
class ExportFile(Weighty):
    """Note that the files of a case, or of every case of a household, leave the system."""

    case_number: str = ""
    household: str = ""


@dataclass(frozen=True, slots=True)
class PrintBatch(Command):
    """Print several papers at once as one file: each printing is noted, the worker binds them."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MakePaymentList(Command):
    """Make the list of who is paid in a month (发放清册) under a programme, in a place."""

    programme: str
    month: str
    place: str


@dataclass(frozen=True, slots=True)
class NotePart(Command):
    """The worker has made a part of a long print."""

    code: str
    title: str
    sha256: str
    pages: int


@dataclass(frozen=True, slots=True)
class FinishRun(Command):
    """The worker has made a long print; or, with an error, could not."""

    code: str
    sha256: str = ""
    pages: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class DropRun(Command):
    """Take a batch of papers away that was bound for printing days ago; the papers themselves stay."""

    code: str


@dataclass(frozen=True, slots=True)
class RetryRun(Command):
    """Try a long print that failed once more, from where it stopped."""

    code: str


@dataclass(frozen=True, slots=True)
class TakeRun(Command):
    """Note that a finished long print, or its whole list for the bank, was taken out."""

    code: str
    for_bank: bool = False

    def needs_verification(self) -> bool:
        """The file for the bank holds whole numbers."""
        return self.for_bank


@dataclass(frozen=True, slots=True)
class SignPaper(Weighty):
    """Take in a paper with one's signature, or the office's seal, on it when it is one's turn.

    `signed` is how many signatures there were before, `sha256` the signed file that the press has put into the vault.
    """

    code: str
    signed: int
    sha256: str


@dataclass(frozen=True, slots=True)
class WithdrawPaper(Weighty):
    """Say that a paper holds no longer; with `again` it is issued anew from what is known now."""

    code: str
    reason: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class FileScan(Command):
    """File the pages of a scan with the papers that their codes name."""

    name: str
    pages: tuple[ScanPage, ...]


@dataclass(frozen=True, slots=True)
class ScanPage:
    """A scanned page: its picture and the texts of the codes on it."""

    picture: bytes = field(repr=False)
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlaceScan(Command):
    """Say by hand which page of which paper a scanned picture is; `scan` is the ticket of whoever brought it.

    With a reason it takes the place of the page that was filed before.
    """

    scan: str
    code: str
    page: int
    name: str
    reason: str = ""


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
