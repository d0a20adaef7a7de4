"""Publication to the book: adds the suggestions of a release that are new or changed.

A draft based on old values that changes none of them changes nothing in the book. A value confirmed by people
of the county is never changed by a publication: a different suggestion waits for a second person
(docs/adr/0038).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from sqlalchemy import select

from processes.parameters import book
from processes.parameters.models import ParameterValue
from processes.parameters.status import ParameterStatus
from processes.policy.parameters import BookValues, DatedValue, PolicyBook, kind_of, written
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

Place: TypeAlias = tuple[str, str, date]
"""Name, division, first day."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one entry of the book: another suggestion (None: removed), at once or as a proposal."""

    place: Place
    value: DatedValue | None
    waits: bool


def changes(standing: BookValues, before: PolicyBook | None, after: PolicyBook) -> list[Change]:
    """Return what publishing `after` changes in a book; `before` is the previous release, None for the first."""
    return list(_changes(standing, before, after))


def _changes(standing: BookValues, before: PolicyBook | None, after: PolicyBook) -> Iterator[Change]:
    now = {p: v for name, values in standing.items() for p, v in _places(name, values)}
    decided = {name for name, values in standing.items() if any(v.confirmed for v in values)}
    was, wanted = _suggested(before), _suggested(after)
    for place, value in wanted.items():
        name = place[0]
        if not _is_new(
            value, was.get(place), known=name in standing and (before is None or name not in before)
        ):
            continue
        found = now.get(place)
        if found is None or found.value != value.value:
            yield Change(place, value, waits=name in decided)
    for place, value in was.items():
        found = now.get(place)
        gone = place not in wanted and place[0] not in decided
        if gone and found is not None and found.value == value.value:
            yield Change(place, None, waits=False)


def _is_new(value: DatedValue, was: DatedValue | None, known: bool) -> bool:
    """Whether a value is new: it differs from the previous release's, or neither that nor the book has the name."""
    if was is not None:
        return was.value != value.value
    return not known


def _suggested(policy: PolicyBook | None) -> Mapping[Place, DatedValue]:
    parameters = {} if policy is None else policy.parameters
    return {place: v for name, p in parameters.items() for place, v in _places(name, p.values)}


def _places(name: str, values: Sequence[DatedValue]) -> Iterator[tuple[Place, DatedValue]]:
    return (((name, v.division, v.since), v) for v in values)


def after(standing: BookValues, planned: Sequence[Change]) -> BookValues:
    """Return the book with these changes, for viewing a draft before publication."""
    found: dict[str, list[DatedValue]] = {name: list(values) for name, values in standing.items()}
    for change in planned:
        if change.waits:
            continue
        name, division, since = change.place
        rest = [v for v in found.get(name, []) if (v.division, v.since) != (division, since)]
        found[name] = rest + ([] if change.value is None else [change.value])
    return {name: tuple(values) for name, values in found.items() if values}


def plant(
    uow: UnitOfWork,
    before: PolicyBook | None,
    policy: PolicyBook,
    release: str,
    by: str,
    hands: Sequence[int] = (),
) -> int:
    """Apply a publication's suggestions to the book; return the number of entries changed."""
    book.lock(uow)
    uow.flush()
    rows = {(r.name, r.division, r.since): r for r in book.rows_in_force(uow.session)}
    planned = changes(book.by_name(list(rows.values())), before, policy)
    waiting = _waiting(uow) if any(c.waits for c in planned) else {}
    for change in planned:
        old = rows.get(change.place)
        if change.waits:
            _propose(uow, change, waiting, release, by, hands)
            continue
        if old is not None:
            old.status = ParameterStatus.WITHDRAWN if change.value is None else ParameterStatus.REPLACED
            old.ended_at, old.ended_by, old.reason = uow.now, by, tr("随 {release} 发布", release=release)
    uow.flush()
    for change in (c for c in planned if not c.waits and c.value is not None):
        new = _row(uow, change, ParameterStatus.IN_FORCE, release, by, hands)
        uow.add(new)
        if (old := rows.get(change.place)) is not None:
            uow.flush()
            old.replaced_by_id = new.id
    if planned:
        book.changed(uow)
    return len(planned)


def _waiting(uow: UnitOfWork) -> Mapping[Place, ParameterValue]:
    found = uow.session.scalars(
        select(ParameterValue).where(ParameterValue.status == ParameterStatus.PROPOSED)
    )
    return {(r.name, r.division, r.since): r for r in found}


def _propose(
    uow: UnitOfWork,
    change: Change,
    waiting: Mapping[Place, ParameterValue],
    release: str,
    by: str,
    hands: Sequence[int],
) -> None:
    """The proposal of the newest publication replaces that of an earlier one; a person's own proposal stays."""
    old = waiting.get(change.place)
    if old is not None and not old.release:
        return
    new = _row(uow, change, ParameterStatus.PROPOSED, release, by, hands)
    if old is not None:
        if old.value == new.value:
            return
        old.status, old.ended_at, old.ended_by, old.reason = (
            ParameterStatus.WITHDRAWN,
            uow.now,
            by,
            tr("{release} 另有建议", release=release),
        )
        uow.flush()
    uow.add(new)


def _row(
    uow: UnitOfWork, change: Change, status: str, release: str, by: str, hands: Sequence[int]
) -> ParameterValue:
    name, division, since = change.place
    value = change.value
    if value is None:
        raise ValueError("nothing to plant")
    return ParameterValue(
        name=name, division=division, since=since, value=written(value.value), kind=kind_of(value.value),
        source=value.source[:200], status=status, release=release, hands=list(hands), proposed_by=by[:60], proposed_at=uow.now,
        confirmed_by="", ended_by="", reason="",
    )  # fmt: skip
