"""Commands of the studio: supervisors change the content, a second one publishes it."""

from __future__ import annotations

from typing import Any

from processes import commands as c
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.policy.calendar import civil_date
from processes.releases import drafts
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.verbs import registry


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


def _scenarios(settings: Settings, programme: str) -> dict[str, bytes]:
    folder = settings.content / programme / "scenarios"
    return {f"scenarios/{p.name}": p.read_bytes() for p in sorted(folder.glob("*.yaml"))}


def save_file(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.SaveDraftFile) -> dict[str, Any]:
    """Keep a file; answers the draft's new version."""
    actor.demand(Permission.STUDIO)
    draft = drafts.locked(uow, command.draft_id)
    return {
        "version": drafts.save_file(
            uow, actor, draft, command.version, command.name, command.text, command.seen
        )
    }


def add_file(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.AddDraftFile) -> dict[str, Any]:
    """Put a file into the draft; answers the draft's new version."""
    actor.demand(Permission.STUDIO)
    draft = drafts.locked(uow, command.draft_id)
    return {"version": drafts.add_file(uow, actor, draft, command.name, command.text, command.instead)}


def replace_files(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ReplaceDraftFiles
) -> dict[str, Any]:
    """Write several files of the draft over."""
    actor.demand(Permission.STUDIO)
    return {"version": drafts.replace_files(uow, actor, drafts.locked(uow, command.draft_id), command.files)}


def drop_file(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.DropDraftFile) -> dict[str, Any]:
    """Take a file out of the draft."""
    actor.demand(Permission.STUDIO)
    return {"version": drafts.drop_file(uow, actor, drafts.locked(uow, command.draft_id), command.name)}


def ask_rehearsal(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.AskRehearsal
) -> dict[str, Any]:
    """Have the scenarios played."""
    actor.demand(Permission.STUDIO)
    drafts.ask_rehearsal(drafts.locked(uow, command.draft_id), registry.office_for_lint())
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
    drafts.ask_simulation(drafts.locked(uow, command.draft_id), registry.office_for_lint(), command.on)
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
    drafts.propose(uow, draft, registry.office_for_lint(), command.note, command.effective_from)
    return {}


def take_back(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.TakeBackDraft) -> dict[str, Any]:
    """Back to be changed."""
    actor.demand(Permission.STUDIO)
    drafts.take_back(drafts.locked(uow, command.draft_id))
    return {}


def approve(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ApproveDraft) -> dict[str, Any]:
    """Publish; answers the release's number."""
    actor.demand(Permission.STUDIO)
    release = drafts.approve(uow, actor, drafts.locked(uow, command.draft_id), registry.office_for_lint())
    return {"programme": release.programme, "number": release.number}


def discard(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.DiscardDraft) -> dict[str, Any]:
    """Give it up."""
    actor.demand(Permission.STUDIO)
    drafts.discard(drafts.locked(uow, command.draft_id))
    return {}
