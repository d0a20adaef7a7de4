"""The record of a draw (抽签单, C35) as PDF: whoever has it can recompute every lot, without this system."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from processes.cases.draw_models import DrawnLot, DrawRound
from processes.cases.status import DrawStatus
from processes.papers import shared_template
from processes.policy.calendar import SHANGHAI, civil_date
from processes.texts import tr

TEMPLATE = "draw_sheet.html"
TITLE = tr("抽签单")


def pdf(
    session: Session, found: DrawRound, lots: Sequence[DrawnLot], place: str, now: datetime, address: str
) -> bytes:
    """Render the record of a round; the committed numbers are printed only after the round is revealed."""
    is_revealed = found.status == DrawStatus.REVEALED
    data = {
        "title": TITLE,
        "place": place,
        "round": found.id,
        "revealed": is_revealed,
        "revealed_by": found.revealed_by if is_revealed else "",
        "revealed_at": _at(found.revealed_at) if is_revealed and found.revealed_at else "",
        "made_on": civil_date(now).isoformat(),
        "numbers": [
            {
                "name": n.name, "office": n.office, "at": _at(n.at), "commitment": n.commitment,
                "number": n.number if is_revealed else "", "nonce": n.nonce if is_revealed else "",
            }
            for n in found.numbers
        ],
        "lots": [
            {
                "case": row.case_number, "at": _at(row.at), "name": row.name, "seal": row.seal, "lot": row.lot,
                "rate": row.rate, "because": row.because,
            }
            for row in lots
        ],
    }  # fmt: skip
    return shared_template.made(session, TEMPLATE, data, now, address).content


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
