"""Checks a PDF: who signed what, and whether anything changed since. Runs in a child process of the renderer."""

from __future__ import annotations

import io
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import DocumentSecurityStore, SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko_certvalidator import ValidationContext

from documents import sentences
from documents.errors import ScanUnreadable
from documents.sheets import Checking, SignatureSeen

_UNCHANGED = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)


def check(job: Checking) -> tuple[SignatureSeen, ...]:
    """Return every signature of a file, the first one first; raises `ScanUnreadable` if it is no PDF.

    The content of each signed revision is compared with what follows: other signatures may be added, anything
    else is a change.
    """
    roots = [x509.Certificate.load(raw) for raw in job.roots]
    try:
        reader = PdfFileReader(io.BytesIO(job.content))
        return tuple(_seen(embedded, roots, job.signers) for embedded in reader.embedded_regular_signatures)
    except Exception as fault:  # untrusted files make the reader raise any exception
        raise ScanUnreadable(sentences.DAMAGED_FILE) from fault


def _seen(embedded: Any, roots: list[x509.Certificate], signers: tuple[bytes, ...]) -> SignatureSeen:
    certificate = embedded.signer_cert
    signature = embedded.sig_object
    reported = embedded.self_reported_timestamp
    intact = unextended = trusted = False
    stamped = ""
    try:
        context = ValidationContext(
            trust_roots=roots, allow_fetching=False, revocation_mode="soft-fail",
            other_certs=_kept_certificates(embedded),
        )  # fmt: skip
        status = validate_pdf_signature(embedded, context)
        intact = bool(status.intact and status.valid)
        covered = status.coverage in (
            SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION,
        )  # fmt: skip
        unextended = intact and covered and status.modification_level in _UNCHANGED
        # A root certifies all its customers; only the office's own certificates are accepted.
        trusted = bool(status.trusted) and certificate.dump() in signers
        if status.timestamp_validity is not None and status.timestamp_validity.valid:
            stamped = status.timestamp_validity.timestamp.isoformat()
    except Exception:  # noqa: BLE001  (whatever the reader stumbles over in a changed file: it does not hold)
        intact = unextended = trusted = False
    return SignatureSeen(
        name=str(signature.get("/Name", "")),
        role=str(signature.get("/Reason", "")),
        at="" if reported is None else reported.isoformat(),
        issuer=certificate.issuer.human_friendly,
        intact=intact,
        whole=unextended,
        trusted=trusted,
        self_made=certificate.self_signed in ("yes", "maybe"),
        stamped=stamped,
        subject=certificate.subject.human_friendly,
    )


def _kept_certificates(embedded: Any) -> list[x509.Certificate]:
    """Certificates stored in the file for later checks (DSS), if any."""
    try:
        return list(DocumentSecurityStore.read_dss(embedded.reader).load_certs())
    except NoDSSFoundError:
        return []
