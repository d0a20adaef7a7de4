"""A copy of a paper with masked ID numbers, for people who may not see full ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from documents import render
from documents.errors import RendererError
from processes.errors import RenderFailed
from processes.papers import renderer_sentences
from processes.papers.models import IssuedPaper
from processes.people import masking
from processes.releases.bundle import Bundle

_NUMBER = r"(?<!\d)\d{17}[\dXx](?!\d)|(?<![A-Z])[A-Z]{3}\d{12}(?!\d)"
"""ID cards, residence permits, foreigners' cards: recognised by their format."""
_FIELD = "id_number"
_OF_ANOTHER_KIND = re.compile(r"[A-Z0-9()\-]{5,30}")


def contract_of(contract: Any) -> Any:
    """Return a contract with every document number masked, in its own fields and within sentences.

    Passports and other documents have no fixed form: the content of a document number field is masked
    wherever it occurs.
    """
    others = sorted({n for n in _in_fields(contract) if _OF_ANOTHER_KIND.fullmatch(n)}, key=len, reverse=True)
    return _masked(contract, re.compile("|".join([_NUMBER, *map(re.escape, others)])))


def _in_fields(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key == _FIELD and isinstance(value, str):
                yield value
            yield from _in_fields(value)
    elif isinstance(part, list):
        for value in part:
            yield from _in_fields(value)


def _masked(part: Any, numbers: re.Pattern[str]) -> Any:
    if isinstance(part, dict):
        return {key: _masked(value, numbers) for key, value in part.items()}
    if isinstance(part, list):
        return [_masked(value, numbers) for value in part]
    if isinstance(part, str):
        return numbers.sub(lambda found: masking.document(found[0]), part)
    return part


def make(row: IssuedPaper, bundle: Bundle, address: str) -> bytes:
    """Render the masked page as a PDF for this reading only; it is not stored and has no mark of the original."""
    sheet = render.RenderJob(
        templates=bundle.templates(),
        template=row.template,
        data={"handwriting": [], "decision": None, **contract_of(row.contract)},
        address=f"{address}/verify/{row.code}",
        made_at=row.issued_at.isoformat(),
        marked=False,
    )
    try:
        return render.to_screen(sheet).content
    except RendererError as fault:
        raise RenderFailed(reason=renderer_sentences.of(fault)) from fault
