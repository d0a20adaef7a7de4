"""Checks number series against the numbers issued: a series set back would issue a number twice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.cases.models import Case, NumberSeries
from processes.cases.restoration_models import Restoration
from processes.papers.models import IssuedPaper
from processes.papers.run_models import PrintRun
from processes.papers.series import beginning
from processes.people.models import Household
from processes.texts import tr

_GIVEN = re.compile(r"(?P<start>.+(?:〕|-))(?P<serial>\d+)号?")
_AT_ONCE = 2000


def differing(session: Session) -> Iterator[str]:
    """Return sentences for series below the last number issued, or missing.

    Cases are never deleted, so a series of cases is ahead only if a restoration skipped numbers.
    """
    given, left_out = _given(session), _left_out(session)
    for row in session.scalars(select(NumberSeries).order_by(NumberSeries.series)):
        start = beginning(row.series)
        last = given.pop(start, 0)
        is_beyond = row.series.startswith("case/") and row.last > max(last, left_out.get(row.series, 0))
        if row.last < last or is_beyond:
            yield tr(
                "编号序列 {start} 记到 {last}，已给出的最后一号是 {last2}",
                start=start,
                last=row.last,
                last2=last,
            )
    for start, last in sorted(given.items()):
        yield tr("编号序列 {start} 缺失，已给出到 {last}", start=start, last=last)


def _left_out(session: Session) -> dict[str, int]:
    """The last number skipped by a restoration, by series."""
    found: dict[str, int] = {}
    for gaps in session.scalars(select(Restoration.gaps).order_by(Restoration.id)):
        found |= {str(gap["series"]): int(gap["next"]) - 1 for gap in gaps}
    return found


def _given(session: Session) -> dict[str, int]:
    """The last number issued, by prefix."""
    found: dict[str, int] = defaultdict(int)
    for column in (Case.number, Household.number, IssuedPaper.number, PrintRun.number):
        for number in session.scalars(select(column).execution_options(yield_per=_AT_ONCE)):
            match = _GIVEN.fullmatch(number)
            if match is not None:
                found[match["start"]] = max(found[match["start"]], int(match["serial"]))
    return found
