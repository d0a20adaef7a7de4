"""Jobs and results of the renderer; importable without loading the PDF libraries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class RenderJob:
    """A page to render: templates by name, the one to use, its plain data, the verification address.

    `made_at` is an ISO instant: the same sheet gives the same bytes.
    """

    templates: dict[str, str]
    template: str
    data: dict[str, Any]
    address: str
    made_at: str
    marked: bool = True
    """Whether every page has the mark by which a scan of it is filed."""


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
    """One page: an upright JPEG, and the texts of the codes on it."""

    picture: bytes
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """The office's certificate with its key in a PKCS#12 file: bytes and password."""

    pkcs12: bytes = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """The office's certificate with its key in a device: PKCS#11 library, token and key."""

    library: str
    label: str
    key: str
    certificate: bytes = field(repr=False)
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LongTerm:
    """Long-term validation after the certificate has expired: a time-stamp service (RFC 3161) and known
    roots.

    `roots` are certificates (DER) at the end of the signer's and the service's chains.
    """

    address: str = ""
    roots: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Signing:
    """A PDF to sign: by whom, in which role, with a name or with the office's seal, at which position."""

    content: bytes
    holder: Certificate | Token
    name: str
    role: str
    at: str
    position: int
    is_seal: bool
    anchors: tuple[str, ...]
    """Texts beside which it is placed: the first of them that the paper contains."""
    over: bool = False
    """Whether it is placed over the text (its last occurrence), not beside it."""
    long_term: LongTerm = LongTerm()


@dataclass(frozen=True, slots=True)
class Counting:
    """A file whose pages are to be counted: a PDF or one picture."""

    content: bytes
    is_pdf: bool


@dataclass(frozen=True, slots=True)
class Workbook:
    """A spreadsheet whose first sheet is to be read, up to `most_rows` rows."""

    content: bytes
    most_rows: int


@dataclass(frozen=True, slots=True)
class Previewing:
    """A file for a thumbnail of its first page, `side` pixels long: a PDF or one picture."""

    content: bytes
    is_pdf: bool
    side: int = 240


@dataclass(frozen=True, slots=True)
class Checking:
    """A PDF whose signatures are to be checked (certificates in DER).

    `roots` verify time stamps and chains; `signers` are the office's own certificates, current and former.
    """

    content: bytes
    roots: tuple[bytes, ...] = ()
    signers: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class SignatureSeen:
    """One signature of a file and its validity.

    `intact`: the signed bytes are unchanged; `whole`: only later signatures were added since; `trusted`: it
    is by a certificate of the office that leads to a known root; `name` and `role` are stated by the
    signature, `subject` is the owner of the certificate; `self_made`: the certificate is self-signed;
    `stamped`: the instant confirmed by a time-stamp service, if any.
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
