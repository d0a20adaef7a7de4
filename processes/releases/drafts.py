"""Drafts of content: open a draft of the release in force, save its files, propose it, have it approved."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.access import persons
from processes.access.scope import Actor
from processes.errors import BundleInvalid, DutySeparation, Invalid, NotFound, RuleBroken, StaleDraft
from processes.parameters import book as parameter_book
from processes.parameters import planting
from processes.policy.calendar import SHANGHAI, civil_date
from processes.releases import bundle as bundles
from processes.releases import lint, publish
from processes.releases.bundle import Bundle
from processes.releases.models import Draft, DraftChange, Release
from processes.releases.status import DraftStatus, RehearsalState
from processes.storage import outbox
from processes.storage.outbox import Urgency
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

MAX_FILE = 2_000_000
REHEARSE, SIMULATE = "rehearse_draft", "simulate_draft"
_WANTED = (RehearsalState.ASKED, RehearsalState.RUNNING)
EDITABLE = (".bpmn", ".dmn", ".toml", ".form", ".html", ".css", ".md", ".yaml")
_NAME = re.compile(
    r"(forms/[a-z][a-z0-9_]*\.form|papers/[a-z][a-z0-9_]*\.html|scenarios/[a-z][a-z0-9_]*\.yaml|"
    r"[a-z][a-z0-9_]*\.(bpmn|dmn|sheet\.toml))"
)


def open_draft(
    uow: UnitOfWork,
    actor: Actor,
    programme: str,
    on: date,
    number: int = 0,
    spare: Mapping[str, bytes] | None = None,
) -> Draft:
    """Open a draft of the release in force; a programme has at most one open draft.

    With a number, the content of that earlier release is to be put in force again; raises `RuleBroken` if
    that would overwrite an open draft. `spare` are the installation's scenarios, for old releases that did
    not include their own.
    """
    standing = uow.session.scalar(
        select(Draft).where(
            Draft.programme == programme, Draft.status.in_((DraftStatus.OPEN, DraftStatus.PROPOSED))
        )
    )
    if standing is not None and number:
        raise RuleBroken(reason=tr("该项目还有没有发布的草稿，请先发布或放弃"))
    if standing is not None:
        return standing
    release = uow.session.get_one(Release, publish.current_id(uow.session, programme, on))
    content = publish.numbered(uow.session, programme, number).content if number else release.content
    bundle = bundles.unpack(content)
    if not any(name.startswith("scenarios/") for name in bundle.files):
        content = bundles.pack(Bundle({**bundle.files, **(spare or {})}))
    draft = Draft(
        programme=programme, title=release.title, base_id=release.id, content=content, version=1,
        status=DraftStatus.OPEN, author_id=actor.account_id, author=actor.name, created_at=uow.now,
        changed_at=uow.now, changed_by=actor.name, note=tr("恢复第 {number} 版的内容", number=number) if number else "", approved_by="", rehearsal={}, simulation={},
    )  # fmt: skip
    uow.add(draft)
    uow.flush()
    if number:
        _note_changes(uow, actor, draft, dict(bundles.unpack(release.content).files), bundle.files)
    return draft


def begin_programme(
    uow: UnitOfWork, actor: Actor, files: Mapping[str, bytes], shared: Mapping[str, bytes]
) -> Draft:
    """Open a draft of a programme that was never published: its files and the shared ones."""
    bundle = Bundle({**shared, **files})
    draft = Draft(
        programme=bundle.id, title=bundle.title, base_id=None, content=bundles.pack(bundle), version=1,
        status=DraftStatus.OPEN, author_id=actor.account_id, author=actor.name, created_at=uow.now,
        changed_at=uow.now, changed_by=actor.name, note=tr("新建项目"), approved_by="", rehearsal={}, simulation={},
    )  # fmt: skip
    uow.add(draft)
    uow.flush()
    _note_changes(uow, actor, draft, {}, files)
    return draft


def base_of(session: Session, draft: Draft) -> Bundle:
    """Return the base release of a draft; None for a new programme."""
    return Bundle({}) if draft.base_id is None else publish.open_release(session, draft.base_id)


def under_way(session: Session) -> list[Draft]:
    """Return every draft that is neither published nor discarded."""
    return list(
        session.scalars(
            select(Draft).where(Draft.status.in_((DraftStatus.OPEN, DraftStatus.PROPOSED))).order_by(Draft.id)
        )
    )


def save_file(
    uow: UnitOfWork, actor: Actor, draft: Draft, version: int, name: str, text: str, seen: str = ""
) -> int:
    """Save a file of the draft; invalid content is saved too.

    Two people may change different files of a draft at once. Raises `StaleDraft` if somebody saved this file
    since it was opened (`seen`: its mark then).
    """
    _demand(draft, DraftStatus.OPEN)
    files = dict(bundles.unpack(draft.content).files)
    if name not in files or not name.endswith(EDITABLE):
        raise NotFound()
    if draft.version != version and mark(files[name]) != seen:
        raise StaleDraft(when=f"{draft.changed_at.astimezone(SHANGHAI):%H:%M:%S}")
    raw = text.encode()
    if len(raw) > MAX_FILE:
        raise Invalid(reason=tr("文件过大"))
    return _keep(uow, actor, draft, {**files, name: raw})


def _note_changes(
    uow: UnitOfWork, actor: Actor, draft: Draft, before: Mapping[str, bytes], after: Mapping[str, bytes]
) -> None:
    for name in sorted(n for n in {*before, *after} if before.get(n) != after.get(n)):
        _note_change(uow, actor, draft, name, mark(after[name]) if name in after else "")


def _note_change(uow: UnitOfWork, actor: Actor, draft: Draft, file: str, kept: str) -> None:
    change = DraftChange(
        draft_id=draft.id, file=file, account_id=actor.account_id, name=actor.name, at=uow.now, mark=kept
    )
    uow.add(change)


def changes(session: Session, draft_id: int) -> Mapping[str, list[DraftChange]]:
    """Return by file everybody who changed it since the base, the last change of each person."""
    query = select(DraftChange).where(DraftChange.draft_id == draft_id).order_by(DraftChange.id)
    last = {(row.file, row.account_id): row for row in session.scalars(query)}
    by_file: dict[str, list[DraftChange]] = {}
    for (file, _), row in sorted(last.items(), key=lambda pair: (pair[0][0], pair[1].id)):
        by_file.setdefault(file, []).append(row)
    return by_file


def hands(session: Session, draft: Draft) -> list[int]:
    """Return the accounts that changed anything in a draft."""
    query = select(DraftChange.account_id).where(
        DraftChange.draft_id == draft.id, DraftChange.account_id.is_not(None)
    )
    return sorted({int(a) for a in session.scalars(query) if a is not None})


def _demand_own_hand(uow: UnitOfWork, actor: Actor, draft: Draft) -> None:
    """The proposer must be one who changed the draft, so that another person remains free to approve it."""
    if actor.account_id not in hands(uow.session, draft) and actor.account_id != draft.author_id:
        raise RuleBroken(reason=tr("请由修改过本草稿的人提交审批；没有参与修改的人留作审批"))


def _demand_in_time(session: Session, draft: Draft, effective_from: date, today: date) -> None:
    """A value in the book counts from its own first day: it may not begin before the release that contains it."""
    if effective_from <= today:
        return
    base = base_of(session, draft).declared
    for change in planting.changes(parameter_book.standing(session), base, bundle_of(draft).declared):
        name, _, since = change.place
        if not change.waits and since < effective_from:
            raise RuleBroken(
                reason=tr(
                    "参数“{name}”自 {since} 起的取值会在审批发布时立即生效，早于流程的生效日期 {effective_from}；请把取值的生效日期改为流程生效日期或以后，或者在“政策参数”中提出",
                    name=name,
                    since=since,
                    effective_from=effective_from,
                )
            )


def _demand_other_hand(uow: UnitOfWork, actor: Actor, draft: Draft) -> None:
    """Raise `DutySeparation` for the author and for everybody who changed anything since the base."""
    involved = (*hands(uow.session, draft), draft.author_id)
    if (
        persons.is_one_of(uow.session, actor.account_id, involved, draft.created_at)
        or actor.name == draft.changed_by
    ):
        raise DutySeparation(earlier=tr("修改流程"), step=tr("审批发布"))


def _keep(uow: UnitOfWork, actor: Actor, draft: Draft, files: dict[str, bytes]) -> int:
    before = bundles.unpack(draft.content).files
    if files == before:
        return draft.version  # saving identical content is no change and excludes nobody from approving
    _note_changes(uow, actor, draft, before, files)
    draft.content = bundles.pack(Bundle(files))
    draft.version += 1
    draft.changed_at, draft.changed_by = uow.now, actor.name
    # A rehearsal or simulation requested before applies to the old content and is cancelled.
    draft.rehearsal, draft.simulation = _ended(draft.rehearsal), _ended(draft.simulation)
    return draft.version


def mark(content: bytes) -> str:
    """Return the mark that shows whether a file changed since it was opened."""
    return hashlib.sha256(content).hexdigest()[:16]


def add_file(uow: UnitOfWork, actor: Actor, draft: Draft, name: str, text: str, instead: bool = False) -> int:
    """Add a file to the draft; with `instead`, replace one of the same name."""
    _demand(draft, DraftStatus.OPEN)
    files = dict(bundles.unpack(draft.content).files)
    if not _NAME.fullmatch(name):
        raise Invalid(
            reason=tr(
                "文件名由小写字母、数字和下划线组成，例如 forms/second_opinion.form、scenarios/two_signatures.yaml"
            )
        )
    if name in files and not instead:
        raise Invalid(reason=tr("已有名为 {name} 的文件", name=name))
    if len(text.encode()) > MAX_FILE:
        raise Invalid(reason=tr("文件过大"))
    return _keep(uow, actor, draft, {**files, name: text.encode()})


def replace_files(uow: UnitOfWork, actor: Actor, draft: Draft, texts: Mapping[str, str]) -> int:
    """Replace the content of several files at once; each must exist."""
    _demand(draft, DraftStatus.OPEN)
    files = dict(bundles.unpack(draft.content).files)
    if not texts.keys() <= files.keys():
        raise NotFound()
    return _keep(uow, actor, draft, {**files, **{name: text.encode() for name, text in texts.items()}})


def drop_file(uow: UnitOfWork, actor: Actor, draft: Draft, name: str) -> int:
    """Remove a file from the draft; lint reports what still refers to it."""
    _demand(draft, DraftStatus.OPEN)
    files = dict(bundles.unpack(draft.content).files)
    if not _NAME.fullmatch(name) or name not in files:
        raise NotFound()
    del files[name]
    return _keep(uow, actor, draft, files)


def _ended(run: dict[str, Any]) -> dict[str, Any]:
    return run if run.get("state") == RehearsalState.DONE else {}


def ask_rehearsal(uow: UnitOfWork, draft: Draft, knows: lint.Office) -> None:
    """Request a rehearsal of this content by the worker; raises if lint says that it cannot be played."""
    _demand(draft, DraftStatus.OPEN, DraftStatus.PROPOSED)
    _demand_clean(bundle_of(draft), knows)
    draft.rehearsal = {
        "state": RehearsalState.ASKED,
        "digest": bundle_of(draft).digest,
        "done": 0,
        "total": 0,
        "failed": [],
    }
    _ask_worker(uow, REHEARSE, draft)


def ask_simulation(uow: UnitOfWork, draft: Draft, knows: lint.Office, on: date) -> None:
    """Request a simulation by the worker: what the draft changes for registered cases on a day."""
    _demand(draft, DraftStatus.OPEN, DraftStatus.PROPOSED)
    if draft.base_id is None:
        raise RuleBroken(reason=tr("这是新建的项目，还没有在办的办件，不用模拟"))
    if not bundle_of(draft).programme.get("simulation"):
        raise RuleBroken(reason=tr("这个项目没有按月发放的金额，不用在库办件模拟"))
    _demand_clean(bundle_of(draft), knows)
    draft.simulation = {
        "state": RehearsalState.ASKED,
        "digest": bundle_of(draft).digest,
        "on": on.isoformat(),
        "done": 0,
        "total": 0,
    }
    _ask_worker(uow, SIMULATE, draft)


def _ask_worker(uow: UnitOfWork, kind: str, draft: Draft) -> None:
    outbox.ask_again(uow, kind, f"{kind}/{draft.id}", {"draft": draft.id}, Urgency.BY_ITSELF)


def note_simulation(draft: Draft, found: dict[str, Any]) -> None:
    """Store the progress of the simulation."""
    if draft.simulation.get("digest") == found["digest"]:
        draft.simulation = found


def touches_money(old: Bundle, new: Bundle) -> bool:
    """Return whether the programme grants money and a table, a sheet or a parameter differs."""
    changed = {n for n in {*old.files, *new.files} if old.files.get(n) != new.files.get(n)}
    return bool(new.programme.get("simulation")) and any(
        n.endswith((".dmn", ".sheet.toml", "policy.toml")) for n in changed
    )


def note_rehearsal(uow: UnitOfWork, draft: Draft, found: dict[str, Any]) -> None:
    """Store the progress of the rehearsal; when finished, also the report that publishing demands."""
    if draft.rehearsal.get("digest") != found["digest"]:
        return  # another rehearsal has been requested since
    draft.rehearsal = found
    if found["state"] == RehearsalState.DONE:
        failed = len(found["failed"])
        publish.report(uow, str(found["digest"]), int(found["total"]) - failed, failed)


def propose(
    uow: UnitOfWork, actor: Actor, draft: Draft, knows: lint.Office, note: str, effective_from: date
) -> None:
    """Propose the draft to a second person; raises if lint or a scenario fails."""
    _demand(draft, DraftStatus.OPEN)
    if not note.strip():
        raise RuleBroken(reason=tr("请写明修改说明"))
    _demand_own_hand(uow, actor, draft)
    today = civil_date(uow.now)
    if effective_from < today:
        raise RuleBroken(reason=tr("流程的生效日期不能早于今天"))
    _demand_sound(uow.session, draft, knows)
    _demand_in_time(uow.session, draft, effective_from, today)
    draft.status, draft.note, draft.effective_from = DraftStatus.PROPOSED, note.strip(), effective_from
    _note_change(uow, actor, draft, "", "")


def take_back(draft: Draft) -> None:
    """Send a proposed draft back to its author for changes."""
    _demand(draft, DraftStatus.PROPOSED)
    draft.status = DraftStatus.OPEN


def approve(uow: UnitOfWork, actor: Actor, draft: Draft, knows: lint.Office) -> Release:
    """Publish a proposed draft; never by anybody who changed it."""
    _demand(draft, DraftStatus.PROPOSED)
    _demand_other_hand(uow, actor, draft)
    _demand_sound(uow.session, draft, knows)
    if draft.effective_from is None:
        raise RuleBroken(reason=tr("没有生效日期"))
    today = civil_date(uow.now)
    _demand_in_time(uow.session, draft, draft.effective_from, today)
    # A value whose day has passed while waiting for approval holds from today: nothing was decided by it
    # before.
    draft.effective_from = max(draft.effective_from, today)
    by = tr("{changed_by}、{name}", changed_by=draft.changed_by, name=actor.name)
    involved = [*hands(uow.session, draft), *([actor.account_id] if actor.account_id else [])]
    release = publish.publish(uow, bundle_of(draft), by, draft.effective_from, draft.note, involved)
    draft.status, draft.approved_by, draft.approved_by_id = (
        DraftStatus.PUBLISHED,
        actor.name,
        actor.account_id,
    )
    return release


def discard(draft: Draft) -> None:
    """Discard the draft; it remains readable."""
    _demand(draft, DraftStatus.OPEN, DraftStatus.PROPOSED)
    draft.status = DraftStatus.DISCARDED


def locked(uow: UnitOfWork, draft_id: int) -> Draft:
    """Lock a draft and return it; raises `NotFound`."""
    draft = uow.session.scalar(select(Draft).where(Draft.id == draft_id).with_for_update())
    if draft is None:
        raise NotFound()
    return draft


def bundle_of(draft: Draft) -> Bundle:
    """Return the draft's content."""
    return bundles.unpack(draft.content)


def listed(session: Session) -> list[Draft]:
    """Return all drafts, latest first."""
    return list(session.scalars(select(Draft).order_by(Draft.id.desc())))


def one(session: Session, draft_id: int) -> Draft:
    """Return a draft; raises `NotFound`."""
    draft = session.get(Draft, draft_id)
    if draft is None:
        raise NotFound()
    return draft


def to_approve(session: Session, account_id: int | None) -> list[Draft]:
    """Return drafts that wait for approval and that this account did not change."""
    query = select(Draft).where(Draft.status == DraftStatus.PROPOSED).order_by(Draft.id)
    return [
        d
        for d in session.scalars(query)
        if not persons.is_one_of(session, account_id, (*hands(session, d), d.author_id), d.created_at)
    ]


def asked(session: Session, draft_id: int) -> Draft | None:
    """Return the draft if its rehearsal was requested or interrupted, else None."""
    draft = session.get(Draft, draft_id)
    return draft if draft is not None and draft.rehearsal.get("state") in _WANTED else None


def to_simulate(session: Session, draft_id: int) -> Draft | None:
    """Return the draft if its simulation was requested or interrupted, else None."""
    draft = session.get(Draft, draft_id)
    return draft if draft is not None and draft.simulation.get("state") in _WANTED else None


def _demand_sound(session: Session, draft: Draft, knows: lint.Office) -> None:
    bundle = bundle_of(draft)
    _demand_clean(bundle, knows)
    if not publish.is_green(session, bundle.digest):
        raise RuleBroken(reason=tr("请先演练全部情景，并且全部通过"))
    run = draft.simulation
    simulated = run.get("state") == RehearsalState.DONE and run.get("digest") == bundle.digest
    # A programme that was never in force has no cases to compute.
    if draft.base_id is not None and touches_money(base_of(session, draft), bundle) and not simulated:
        raise RuleBroken(reason=tr("本次修改影响救助金额，请先用在库办件模拟"))


def _demand_clean(bundle: Bundle, knows: lint.Office) -> None:
    problems = lint.lint_bundle(bundle, knows)
    if problems:
        raise BundleInvalid(count=len(problems), reason=tr("检查未通过"))


def _demand(draft: Draft, *states: DraftStatus) -> None:
    if draft.status not in states:
        raise RuleBroken(reason=tr("草稿已提交、发布或放弃，不能这样办理"))
