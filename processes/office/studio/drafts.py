"""The studio: supervisors change the content, a second one publishes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from processes.access import audit
from processes.access.models import Account
from processes.access.permissions import Permission, may
from processes.access.scope import Actor
from processes.cases import notices
from processes.office.command import Command, R, handles
from processes.policy.calendar import civil_date
from processes.releases import drafts, new_programme
from processes.releases.models import Draft
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr
from processes.verbs import registry

_LOGGED = 120


@dataclass(frozen=True, slots=True)
class OpenDraftResult:
    """The result of `OpenDraft`."""

    draft: int


@dataclass(frozen=True, slots=True)
class OpenDraft(Command[OpenDraftResult]):
    """Open a draft of a programme's content in force, or of an earlier release."""

    permission = Permission.STUDIO

    programme: str
    number: int = 0


@handles(OpenDraft)
def open_draft(settings: Settings, uow: UnitOfWork, actor: Actor, command: OpenDraft) -> OpenDraftResult:
    """Open a draft, or the one that is open already."""
    return OpenDraftResult(
        draft=drafts.open_draft(
            uow,
            actor,
            command.programme,
            civil_date(uow.now),
            command.number,
            _scenarios(settings, command.programme),
        ).id
    )


@dataclass(frozen=True, slots=True)
class BeginProgrammeResult:
    """The result of `BeginProgramme`."""

    draft: int


@dataclass(frozen=True, slots=True)
class BeginProgramme(Command[BeginProgrammeResult]):
    """Begin a new programme: a working draft, to be changed."""

    permission = Permission.STUDIO

    name: str
    title: str
    code: str


@handles(BeginProgramme)
def begin_programme(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: BeginProgramme
) -> BeginProgrammeResult:
    """Begin a new programme; raises `FormInvalid` for names that exist or are not allowed."""
    name, title, code = command.name.strip(), command.title.strip(), command.code.strip()
    here, standing = new_programme.standing(settings.content), new_programme.published(uow.session)
    new_programme.demand_names(name, title, code, here[0] | standing[0], here[1] | standing[1])
    files = new_programme.files(name, title, code)
    draft = drafts.begin_programme(uow, actor, files, new_programme.shared(uow.session, settings.content))
    _log(uow, actor, "draft_saved", draft, tr("新建项目"))
    return BeginProgrammeResult(draft=draft.id)


def _scenarios(settings: Settings, programme: str) -> dict[str, bytes]:
    """The scenarios of a content folder; a name from a request is compared with existing ones."""
    folder = next((one for one in settings.content.iterdir() if one.name == programme), None)
    if folder is None:
        return {}
    return {f"scenarios/{p.name}": p.read_bytes() for p in sorted((folder / "scenarios").glob("*.yaml"))}


@dataclass(frozen=True, slots=True)
class DraftCommand(Command[R]):
    """A command on a draft."""

    draft_id: int


@dataclass(frozen=True, slots=True)
class SaveDraftFileResult:
    """The result of `SaveDraftFile`."""

    version: int


@dataclass(frozen=True, slots=True)
class SaveDraftFile(DraftCommand[SaveDraftFileResult]):
    """Save a file of the draft, with the version that the person saw."""

    permission = Permission.STUDIO

    version: int
    name: str
    text: str
    seen: str = ""


@handles(SaveDraftFile)
def save_file(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: SaveDraftFile
) -> SaveDraftFileResult:
    """Save a file; return the draft's new version."""
    draft = drafts.locked(uow, command.draft_id)
    version = drafts.save_file(uow, actor, draft, command.version, command.name, command.text, command.seen)
    _log(uow, actor, "draft_saved", draft, command.name)
    return SaveDraftFileResult(version=version)


@dataclass(frozen=True, slots=True)
class AddDraftFileResult:
    """The result of `AddDraftFile`."""

    version: int


@dataclass(frozen=True, slots=True)
class AddDraftFile(DraftCommand[AddDraftFileResult]):
    """Add a new file to a draft; `instead` replaces one of the same name."""

    permission = Permission.STUDIO

    name: str
    text: str
    instead: bool = False


@handles(AddDraftFile)
def add_file(settings: Settings, uow: UnitOfWork, actor: Actor, command: AddDraftFile) -> AddDraftFileResult:
    """Add a file to the draft; return the draft's new version."""
    draft = drafts.locked(uow, command.draft_id)
    version = drafts.add_file(uow, actor, draft, command.name, command.text, command.instead)
    _log(uow, actor, "draft_saved", draft, command.name)
    return AddDraftFileResult(version=version)


@dataclass(frozen=True, slots=True)
class ReplaceDraftFilesResult:
    """The result of `ReplaceDraftFiles`."""

    version: int


@dataclass(frozen=True, slots=True)
class ReplaceDraftFiles(DraftCommand[ReplaceDraftFilesResult]):
    """Replace several files of a draft at once."""

    permission = Permission.STUDIO

    files: Mapping[str, str]


@handles(ReplaceDraftFiles)
def replace_files(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: ReplaceDraftFiles
) -> ReplaceDraftFilesResult:
    """Replace several files of the draft."""
    draft = drafts.locked(uow, command.draft_id)
    version = drafts.replace_files(uow, actor, draft, command.files)
    for name in sorted(command.files):
        _log(uow, actor, "draft_saved", draft, name)
    return ReplaceDraftFilesResult(version=version)


@dataclass(frozen=True, slots=True)
class DropDraftFileResult:
    """The result of `DropDraftFile`."""

    version: int


@dataclass(frozen=True, slots=True)
class DropDraftFile(DraftCommand[DropDraftFileResult]):
    """Remove a file from a draft."""

    permission = Permission.STUDIO

    name: str


@handles(DropDraftFile)
def drop_file(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: DropDraftFile
) -> DropDraftFileResult:
    """Remove a file from the draft."""
    draft = drafts.locked(uow, command.draft_id)
    version = drafts.drop_file(uow, actor, draft, command.name)
    _log(uow, actor, "draft_saved", draft, command.name)
    return DropDraftFileResult(version=version)


@dataclass(frozen=True, slots=True)
class AskRehearsal(DraftCommand[None]):
    """Request a rehearsal of the draft."""

    permission = Permission.STUDIO


@handles(AskRehearsal)
def ask_rehearsal(settings: Settings, uow: UnitOfWork, actor: Actor, command: AskRehearsal) -> None:
    """Ask the worker to play every scenario with the draft."""
    drafts.ask_rehearsal(uow, drafts.locked(uow, command.draft_id), registry.office_for_lint())


@dataclass(frozen=True, slots=True)
class NoteRehearsal(DraftCommand[None]):
    """Record the progress of the rehearsal (by the worker)."""

    permission = Permission.SYSTEM_WORK

    found: dict[str, Any]


@handles(NoteRehearsal)
def note_rehearsal(settings: Settings, uow: UnitOfWork, actor: Actor, command: NoteRehearsal) -> None:
    """Record the progress of the rehearsal (by the worker)."""
    drafts.note_rehearsal(uow, drafts.locked(uow, command.draft_id), command.found)


@dataclass(frozen=True, slots=True)
class AskSimulation(DraftCommand[None]):
    """Request a simulation: what the draft changes for registered cases, as of a day."""

    permission = Permission.STUDIO

    on: date


@handles(AskSimulation)
def ask_simulation(settings: Settings, uow: UnitOfWork, actor: Actor, command: AskSimulation) -> None:
    """Ask the worker to recompute the registered cases."""
    drafts.ask_simulation(uow, drafts.locked(uow, command.draft_id), registry.office_for_lint(), command.on)


@dataclass(frozen=True, slots=True)
class NoteSimulation(DraftCommand[None]):
    """Record the progress of the simulation (by the worker)."""

    permission = Permission.SYSTEM_WORK

    found: dict[str, Any]


@handles(NoteSimulation)
def note_simulation(settings: Settings, uow: UnitOfWork, actor: Actor, command: NoteSimulation) -> None:
    """Record the progress of the simulation (by the worker)."""
    drafts.note_simulation(drafts.locked(uow, command.draft_id), command.found)


@dataclass(frozen=True, slots=True)
class ProposeDraft(DraftCommand[None]):
    """Propose a draft to a second person."""

    permission = Permission.STUDIO

    note: str
    effective_from: date


@handles(ProposeDraft)
def propose(settings: Settings, uow: UnitOfWork, actor: Actor, command: ProposeDraft) -> None:
    """Propose the draft to a second person."""
    draft = drafts.locked(uow, command.draft_id)
    drafts.propose(uow, actor, draft, registry.office_for_lint(), command.note, command.effective_from)
    _log(
        uow,
        actor,
        "draft_proposed",
        draft,
        tr("自 {effective_from} 起", effective_from=command.effective_from),
    )
    _tell_who_may_approve(uow, actor, draft, str(command.effective_from))


def _tell_who_may_approve(uow: UnitOfWork, actor: Actor, draft: Draft, effective_from: str) -> None:
    """Notify every supervisor who did not change the draft: only they can publish it."""
    involved = drafts.hands(uow.session, draft)
    active = uow.session.scalars(select(Account).where(Account.is_active.is_(True)).order_by(Account.id))
    recipients = [a.id for a in active if may(frozenset(a.roles), Permission.STUDIO) and a.id not in involved]
    title = drafts.bundle_of(draft).title
    text = tr(
        "《{title}》的流程修改待审批发布：{name}提交，自 {effective_from} 起施行，请到流程工作室审批",
        title=title,
        name=actor.name,
        effective_from=effective_from,
    )
    notices.tell(uow, recipients, "draft_proposed", text)


@dataclass(frozen=True, slots=True)
class TakeBackDraft(DraftCommand[None]):
    """Take a proposed draft back to change it."""

    permission = Permission.STUDIO


@handles(TakeBackDraft)
def take_back(settings: Settings, uow: UnitOfWork, actor: Actor, command: TakeBackDraft) -> None:
    """Withdraw the proposal, so that the draft can be changed."""
    draft = drafts.locked(uow, command.draft_id)
    drafts.take_back(draft)
    _log(uow, actor, "draft_taken_back", draft)


@dataclass(frozen=True, slots=True)
class ApproveDraftResult:
    """The result of `ApproveDraft`."""

    programme: str
    number: int


@dataclass(frozen=True, slots=True)
class ApproveDraft(DraftCommand[ApproveDraftResult]):
    """Publish a proposed draft, as the second person."""

    permission = Permission.STUDIO

    def needs_verification(self) -> bool:
        """Because it publishes."""
        return True


@handles(ApproveDraft)
def approve(settings: Settings, uow: UnitOfWork, actor: Actor, command: ApproveDraft) -> ApproveDraftResult:
    """Publish; return the release's number."""
    draft = drafts.locked(uow, command.draft_id)
    release = drafts.approve(uow, actor, draft, registry.office_for_lint())
    _log(uow, actor, "draft_published", draft, tr("第 {number} 版", number=release.number))
    return ApproveDraftResult(programme=release.programme, number=release.number)


@dataclass(frozen=True, slots=True)
class DiscardDraft(DraftCommand[None]):
    """Discard a draft."""

    permission = Permission.STUDIO


@handles(DiscardDraft)
def discard(settings: Settings, uow: UnitOfWork, actor: Actor, command: DiscardDraft) -> None:
    """Discard the draft."""
    draft = drafts.locked(uow, command.draft_id)
    drafts.discard(draft)
    _log(uow, actor, "draft_discarded", draft)


def _log(uow: UnitOfWork, actor: Actor, action: audit.Action, draft: Draft, what: str = "") -> None:
    """Log who did what to which draft, for the auditor."""
    audit.note(uow, actor, action, f"{draft.programme}/{draft.id} {what}".rstrip()[:_LOGGED])
