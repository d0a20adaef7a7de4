"""Publishing: content that passes lint and every scenario is frozen, numbered and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from weakref import WeakKeyDictionary

from sqlalchemy import Pool, func, select
from sqlalchemy.orm import Session

from processes.errors import BundleInvalid, ParameterMissing, ReleaseMissing, RuleBroken
from processes.parameters import book, planting
from processes.policy.calendar import in_chinese
from processes.policy.parameters import Scalar
from processes.releases import bundle as bundles
from processes.releases.bundle import Bundle
from processes.releases.models import Release, ScenarioReport
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr


def publish(
    uow: UnitOfWork, bundle: Bundle, by: str, effective_from: date, note: str, hands: Sequence[int] = ()
) -> Release:
    """Freeze a bundle as the next release of its programme; `hands` are the accounts that changed it.

    If the content equals the newest release, that release is returned. Raises `BundleInvalid` if no report
    says that every scenario of this content passed, and `RuleBroken` for a day before that of the newest
    release, because the new one would never be in force.
    """
    newest = uow.session.scalar(
        select(Release).where(Release.programme == bundle.id).order_by(Release.number.desc()).limit(1)
    )
    if newest is not None and newest.digest == bundle.digest:
        return newest
    if not is_green(uow.session, bundle.digest):
        raise BundleInvalid(count=1, reason=tr("情景测试尚未全部通过"))
    if newest is not None and effective_from < newest.effective_from:
        raise RuleBroken(
            reason=tr(
                "{title}第 {number} 版自 {effective_from}起生效，生效日期早于该日的版本不会生效",
                title=bundle.title,
                number=newest.number,
                effective_from=in_chinese(newest.effective_from),
            )
        )
    release = Release(
        programme=bundle.id,
        number=1 if newest is None else newest.number + 1,
        title=bundle.title,
        digest=bundle.digest,
        content=bundles.pack(bundle),
        effective_from=effective_from,
        published_at=uow.now,
        published_by=by,
        note=note,
    )
    uow.add(release)
    uow.flush()
    before = None if newest is None else bundles.unpack(newest.content).declared
    planting.plant(
        uow,
        before,
        bundle.declared,
        tr("{title}第 {number} 版", title=bundle.title, number=release.number),
        by,
        hands,
    )
    return release


def report(uow: UnitOfWork, digest: str, passed: int, failed: int) -> None:
    """Record the results of the scenarios of a content."""
    uow.add(ScenarioReport(digest=digest, at=uow.now, passed=passed, failed=failed))


def is_green(session: Session, digest: str) -> bool:
    """Return whether the latest report on a content has passes and no failure."""
    latest = session.scalar(
        select(ScenarioReport)
        .where(ScenarioReport.digest == digest)
        .order_by(ScenarioReport.id.desc())
        .limit(1)
    )
    return latest is not None and latest.failed == 0 and latest.passed > 0


def current_id(session: Session, programme: str, on: date) -> int:
    """Return the id of the release in force on a day; raises `ReleaseMissing`."""
    release_id = session.scalar(
        select(Release.id)
        .where(Release.programme == programme, Release.effective_from <= on)
        .order_by(Release.effective_from.desc(), Release.number.desc())
        .limit(1)
    )
    if release_id is None:
        raise ReleaseMissing(programme=programme)
    return release_id


def open_release(session: Session, release_id: int) -> Bundle:
    """Return the bundle of a release, cached by its hash, with the values of the county's book.

    Only this function overlays the values of the book on those that the release suggests.
    """
    content, version = _content(session, release_id), book.version(session)
    if version == book.EMPTY:
        return content
    kept = _kept(content.digest)
    found = kept.under.get(version)
    if found is None:
        found = content.under(book.standing(session))
        kept.under = {version: found}
    return found


def _content(session: Session, release_id: int) -> Bundle:
    kept = _kept(_digest(session, release_id))
    if kept.bundle is None:
        stored = session.scalars(select(Release.content).where(Release.id == release_id)).one()
        kept.bundle = bundles.unpack(stored)
    return kept.bundle


_digests: WeakKeyDictionary[Pool, dict[int, str]] = WeakKeyDictionary()
"""Hashes by release id, for each database by its connection pool: a release's row never changes."""


def _digest(session: Session, release_id: int) -> str:
    known = _digests.setdefault(session.get_bind().engine.pool, {})
    if release_id not in known:
        digest = session.scalar(select(Release.digest).where(Release.id == release_id))
        if digest is None:
            raise ReleaseMissing(programme=str(release_id))
        known[release_id] = digest
    return known[release_id]


class _Kept:
    """Cache entry for the bundle of one hash, and for the same with the newest state of the book."""

    def __init__(self) -> None:
        self.bundle: Bundle | None = None
        self.under: dict[str, Bundle] = {}


@lru_cache(maxsize=64)
def _kept(digest: str) -> _Kept:
    return _Kept()


def numbered(session: Session, programme: str, number: int) -> Release:
    """Return a release by its number; raises `ReleaseMissing`."""
    release = session.scalar(select(Release).where(Release.programme == programme, Release.number == number))
    if release is None:
        raise ReleaseMissing(programme=programme)
    return release


def releases_of(session: Session, programme: str) -> list[Release]:
    """Return every release of a programme, latest first."""
    query = select(Release).where(Release.programme == programme).order_by(Release.number.desc())
    return list(session.scalars(query))


def shared_value(session: Session, name: str, on: date, division: str) -> Scalar:
    """Return a shared parameter's value, from the newest releases; raises `ParameterMissing`."""
    for release in published_programmes(session):
        try:
            return open_release(session, release.id).policy.value(name, on, division)
        except ParameterMissing:
            continue
    raise ParameterMissing(name=name, on=on)


def published_programmes(session: Session) -> list[Release]:
    """Return the newest release of every programme."""
    newest = select(Release.programme, func.max(Release.number).label("number")).group_by(Release.programme)
    part = newest.subquery()
    query = select(Release).join(
        part, (Release.programme == part.c.programme) & (Release.number == part.c.number)
    )
    return list(session.scalars(query))
