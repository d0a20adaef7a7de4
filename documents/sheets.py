"""What goes to the press and what comes back; importable without loading the PDF libraries."""

from __future__ import annotations

from dataclasses import dataclass, field
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
    marked: bool = True
    """Whether every page bears the mark that brings a scan of it back to its paper."""


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


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the office signs with, when it has its key in a file: a PKCS#12 file's bytes and password."""

    pkcs12: bytes = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """What the office signs with, when its key never leaves a device: the device's PKCS#11 library, token and key."""

    library: str
    label: str
    key: str
    certificate: bytes = field(repr=False)
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LongTerm:
    """What makes a signature hold when its certificate has run out: a time-stamp service (RFC 3161) and known roots.

    `roots` are certificates (DER) that the signer's and the service's chains end in.
    """

    address: str = ""
    roots: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Signing:
    """A PDF to sign: by whom, as what, with a name or with the office's seal, at which of its places."""

    content: bytes
    holder: Certificate | Token
    name: str
    role: str
    at: str
    position: int
    is_seal: bool
    anchors: tuple[str, ...]
    """Words beside which it goes: the first of them that the paper has."""
    over: bool = False
    """Whether it lies over the words (the last time that they stand there), not beside them."""
    long_term: LongTerm = LongTerm()


@dataclass(frozen=True, slots=True)
class Counting:
    """A file whose pages are to be counted: a PDF or one picture."""

    content: bytes
    is_pdf: bool


@dataclass(frozen=True, slots=True)
class Workbook:
    """A spreadsheet of which the first sheet is to be read, `most_rows` rows of it at most."""

    content: bytes
    most_rows: int


@dataclass(frozen=True, slots=True)
class Previewing:
    """A file of whose first page a picture is wanted, `side` pixels long: a PDF or one picture."""

    content: bytes
    is_pdf: bool
    side: int = 240


@dataclass(frozen=True, slots=True)
class Checking:
    """A PDF whose signatures are to be checked (certificates in DER).

    `roots` vouch for time stamps and chains; `signers` are the office's own certificates, present and former.
    """

    content: bytes
    roots: tuple[bytes, ...] = ()
    signers: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class SignatureSeen:
    """What one signature of a file says and whether it holds.

    `intact`: the signed bytes are unchanged; `whole`: nothing but later signatures was added since;
    `trusted`: it is by a certificate of the office's own that leads to a known root; `name` and `role` are what the
    signature says of itself, `subject` whom the certificate is for; `self_made`: the certificate is its own root;
    `stamped`: when a time-stamp service saw it, if one did.
    """

    name: str
    role: str
    at: str
    issuer: str
    intact: bool
    whole: bool
    trusted: bool
    self_made: bool
    stamped: str = ""
    subject: str = ""
