"""Commands of papers."""

from __future__ import annotations

from dataclasses import dataclass

from processes.commands.base import Command


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
