"""What goes to the press and what comes back; importable without loading the PDF libraries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page to make: templates by name, which one, its plain data, the verification address.

    `made_at` is an ISO instant: the same sheet gives the same bytes.
    """

    templates: dict[str, str]
    template: str
    data: dict[str, Any]
    address: str
    made_at: str


@dataclass(frozen=True, slots=True)
class Made:
    """A finished PDF."""

    content: bytes
    pages: int


@dataclass(frozen=True, slots=True)
class Scan:
    """An uploaded file: a PDF or one picture."""

    content: bytes
    is_pdf: bool


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """One page: a JPEG the right way up, and the texts of the codes on it."""

    picture: bytes
    codes: tuple[str, ...]
