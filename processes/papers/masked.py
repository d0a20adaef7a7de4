"""A paper for the eyes of somebody who may not see full ID numbers: the same page with the numbers masked."""

from __future__ import annotations

import re
from typing import Any

from documents import render
from documents.errors import PressError
from processes.errors import RenderFailed
from processes.papers.models import IssuedPaper
from processes.people import masking
from processes.releases.bundle import Bundle

_NUMBER = re.compile(r"(?<!\d)(\d{4})\d{10}(\d{3}[\dXx])(?!\d)")


def contract_of(part: Any) -> Any:
    """A contract with every ID number masked, in fields of their own and within sentences."""
    if isinstance(part, dict):
        return {key: contract_of(value) for key, value in part.items()}
    if isinstance(part, list):
        return [contract_of(value) for value in part]
    if isinstance(part, str):
        return _NUMBER.sub(lambda found: masking.id_number(found[1], found[2]), part)
    return part


def make(row: IssuedPaper, bundle: Bundle, address: str) -> bytes:
    """The masked page as a PDF, made for this reading and kept nowhere; it bears no mark of the original."""
    sheet = render.Sheet(
        templates=bundle.templates(),
        template=row.template,
        data={"handwriting": [], "decision": None, **contract_of(row.contract)},
        address=f"{address}/verify/{row.code}",
        made_at=row.issued_at.isoformat(),
        marked=False,
    )
    try:
        return render.to_pdf(sheet).content
    except PressError as fault:
        raise RenderFailed(reason=str(fault)) from fault
