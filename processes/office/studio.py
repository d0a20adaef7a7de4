"""Commands of the studio: supervisors change the content, a second one publishes it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from processes import commands as c
from processes.access import audit
from processes.access.models import Account
from processes.access.permissions import Permission, may
from processes.access.scope import Actor
from processes.cases import notices
from processes.policy.calendar import civil_date
from processes.releases import drafts, new_programme
from processes.releases.models import Draft
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.verbs import registry

_LOGGED = 120


def open_draft(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.OpenDraft) -> dict[str, Any]:
    """Open a draft, or the one that is open already."""
    actor.demand(Permission.STUDIO)
    return {
        "draft": drafts.open_draft(
            uow,
            actor,
            command.programme,
            civil_date(uow.now),
            command.number,
            _scenarios(settings, command.programme),
        ).id
    }


def begin_programme(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.BeginProgramme
) -> dict[str, Any]:
    """Begin a new programme; raises `FormInvalid` for names that exist or are not allowed."""
    actor.demand(Permission.STUDIO)
    name, title, code = command.name.strip(), command.title.strip(), command.code.strip()
    here, standing = new_programme.standing(settings.content), new_programme.published(uow.session)
    new_programme.demand_names(name, title, code, here[0] | standing[0], here[1] | standing[1])
    files = new_programme.files(name, title, code)
    draft = drafts.begin_programme(uow, actor, files, new_programme.shared(uow.session, settings.content))
    _log(uow, actor, "draft_saved", draft, "新建项目")
    return {"draft": draft.id}


def _scenarios(settings: Settings, programme: str) -> dict[str, bytes]:
    """The scenarios of a folder of the content; a name that somebody sends is compared with those that are there."""
    folder = next((one for one in settings.content.iterdir() if one.name == programme), None)
    if folder is None:
        return {}
    return {f"scenarios/{p.name}": p.read_bytes() for p in sorted((folder / "scenarios").glob("*.yaml"))}


def save_file(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.SaveDraftFile) -> dict[str, Any]:
    """Keep a file; answers the draft's new version."""
    actor.demand(Permission.STUDIO)
    draft = drafts.locked(uow, command.draft_id)
    version = drafts.save_file(uow, actor, draft, command.version, command.name, command.text, command.seen)
    _log(uow, actor, "draft_saved", draft, command.name)
    return {"version": version}


def add_file(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.AddDraftFile) -> dict[str, Any]:
    """Put a file into the draft; answers the draft's new version."""
    actor.demand(Permission.STUDIO)
    draft = drafts.locked(uow, command.draft_id)
    version = drafts.add_file(uow, actor, draft, command.name, command.text, command.instead)
    _log(uow, actor, "draft_saved", draft, command.name)
    return {"version": version}


def replace_files(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ReplaceDraftFiles
) -> dict[str, Any]:
    """Write several files of the draft over."""
    actor.demand(Permission.STUDIO)
    draft = drafts.locked(uow, command.draft_id)
    version = drafts.replace_files(uow, actor, draft, command.files)
    for name in sorted(command.files):
        _log(uow, actor, "draft_saved", draft, name)
    return {"version": version}


def drop_file(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.DropDraftFile) -> dict[str, Any]:
    """Take a file out of the draft."""
    actor.demand(Permission.STUDIO)
    draft = drafts.locked(uow, command.draft_id)
    version = drafts.drop_file(uow, actor, draft, command.name)
    _log(uow, actor, "draft_saved", draft, command.name)
    return {"version": version}


def ask_rehearsal(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.AskRehearsal
) -> dict[str, Any]:
    """Have the scenarios played."""
    actor.demand(Permission.STUDIO)
    drafts.ask_rehearsal(uow, drafts.locked(uow, command.draft_id), registry.office_for_lint())
    return {}


def note_rehearsal(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.NoteRehearsal
) -> dict[str, Any]:
    """The worker says how far it is."""
    actor.demand(Permission.SYSTEM_WORK)
    drafts.note_rehearsal(uow, drafts.locked(uow, command.draft_id), command.found)
    return {}


def ask_simulation(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.AskSimulation
) -> dict[str, Any]:
    """Have the cases of the register computed anew."""
    actor.demand(Permission.STUDIO)
    drafts.ask_simulation(uow, drafts.locked(uow, command.draft_id), registry.office_for_lint(), command.on)
    return {}


def note_simulation(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.NoteSimulation
) -> dict[str, Any]:
    """The worker says how far it is."""
    actor.demand(Permission.SYSTEM_WORK)
    drafts.note_simulation(drafts.locked(uow, command.draft_id), command.found)
    return {}


def propose(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ProposeDraft) -> dict[str, Any]:
    """Hand it to a second person."""
    actor.demand(Permission.STUDIO)
    draft = drafts.locked(uow, command.draft_id)
    drafts.propose(uow, actor, draft, registry.office_for_lint(), command.note, command.effective_from)
    _log(uow, actor, "draft_proposed", draft, f"自 {command.effective_from} 起")
    _tell_who_may_approve(uow, actor, draft, str(command.effective_from))
    return {}


def _tell_who_may_approve(uow: UnitOfWork, actor: Actor, draft: Draft, effective_from: str) -> None:
    """A line to every supervisor who had no hand in the draft: only they can publish it."""
    involved = drafts.hands(uow.session, draft)
    active = uow.session.scalars(select(Account).where(Account.is_active.is_(True)).order_by(Account.id))
    told = [a.id for a in active if may(frozenset(a.roles), Permission.STUDIO) and a.id not in involved]
    title = drafts.bundle_of(draft).title
    text = (
        f"《{title}》的流程修改待审批发布：{actor.name}提交，自 {effective_from} 起施行，请到流程工作室审批"
    )
    notices.tell(uow, told, "draft_proposed", text)


def take_back(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.TakeBackDraft) -> dict[str, Any]:
    """Back to be changed."""
    actor.demand(Permission.STUDIO)
    draft = drafts.locked(uow, command.draft_id)
    drafts.take_back(draft)
    _log(uow, actor, "draft_taken_back", draft)
    return {}


def approve(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ApproveDraft) -> dict[str, Any]:
    """Publish; answers the release's number."""
    actor.demand(Permission.STUDIO)
    draft = drafts.locked(uow, command.draft_id)
    release = drafts.approve(uow, actor, draft, registry.office_for_lint())
    _log(uow, actor, "draft_published", draft, f"第 {release.number} 版")
    return {"programme": release.programme, "number": release.number}


def discard(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.DiscardDraft) -> dict[str, Any]:
    """Give it up."""
    actor.demand(Permission.STUDIO)
    draft = drafts.locked(uow, command.draft_id)
    drafts.discard(draft)
    _log(uow, actor, "draft_discarded", draft)
    return {}


def _log(uow: UnitOfWork, actor: Actor, action: audit.Action, draft: Draft, what: str = "") -> None:
    """Who did what to which draft, for the auditor."""
    audit.note(uow, actor, action, f"{draft.programme}/{draft.id} {what}".rstrip()[:_LOGGED])
