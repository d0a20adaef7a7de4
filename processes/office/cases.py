"""Commands on a case: start it, watch it, extend a limit, attach a file, fire its timers."""

from __future__ import annotations

from typing import Any

import puremagic
from sqlalchemy import select

from processes import commands as c
from processes.access import unsaved
from processes.access.permissions import Permission, Role
from processes.access.scope import Actor
from processes.cases import actions, clocks, events, incidents, notices
from processes.cases.models import Attachment, Case, Clock, Watch, WorkItem
from processes.errors import AttachmentRefused, HouseholdNotFound, Invalid
from processes.office.answers import reason_of
from processes.office.running import Opening, Run, open_case, opened_from
from processes.papers import old_files
from processes.people.models import Household
from processes.releases import publish
from processes.settings import Settings
from processes.storage import vault
from processes.storage.file_names import file_name
from processes.storage.unit_of_work import UnitOfWork, within

MAX_ATTACHMENT = 20_000_000
MEDIA_TYPES = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tif",
    "image/webp": ".webp",
}


def start_case(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.StartCase) -> dict[str, Any]:
    """Open a case for a registered household (C28: none without the register)."""
    actor.demand(Permission.CASE_START)
    household = _locked_household(uow, actor, command.household)
    case = open_case(uow, actor, household, Opening(command.programme, command.process, command.form))
    unsaved.drop(uow, actor, command.unsaved)
    return {"case": case.number, "opened": opened_from(uow, case)}


def watch_case(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.WatchCase) -> dict[str, Any]:
    """Follow a case, or stop following it: for who works on cases; whoever only reads them changes nothing."""
    actor.demand(Permission.CASE_READ)
    actor.demand(Permission.TASK_WORK)
    case = actions.locked_case(uow, actor, command.case_number)
    row = uow.session.get(Watch, (case.id, actor.account_id))
    if command.on and row is None and actor.account_id is not None:
        uow.add(Watch(case_id=case.id, account_id=actor.account_id))
    elif not command.on and row is not None:
        uow.session.delete(row)
    return {"watching": command.on}


def extend_clock(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ExtendClock) -> dict[str, Any]:
    """Extend a statutory limit once, with a reason; raises `ExtensionRefused`."""
    actor.demand(Permission.CLOCK_EXTEND)
    case = actions.locked_case(uow, actor, command.case_number)
    run = Run(uow, actor, case, actions.items_of(uow, case))
    clock = run.clocks.extend(command.clock, reason_of(command.reason))
    events.append(
        uow, case, actor, "clock_extended", clock.title,
        reason=clock.extension_reason, days=clock.extension, due_on=clock.due_on,
    )  # fmt: skip
    actions.date_items(run.items, run.clocks)
    case.version += 1
    return {"due_on": clock.due_on.isoformat()}


def add_attachment(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.AddAttachment
) -> dict[str, Any]:
    """File a document with a case; what it is is told from its bytes, not its name.

    Raises `AttachmentRefused` for what nobody could open later: a password, a part missing; `Invalid` for a material
    that the programme does not ask for.
    """
    actor.demand(Permission.TASK_WORK)
    kind = media_type(command.content)
    # Before anything is locked: parsing takes its time, and nobody else is to wait for it.
    preview = old_files.preview_of(command.content, MEDIA_TYPES[kind] == ".pdf")
    case = actions.locked_case(uow, actor, command.case_number)
    materials = publish.open_release(uow.session, case.release_id).materials(case.process)
    if command.material and command.material not in materials:
        raise Invalid(reason="本项目的材料清单中没有这一项")
    row = Attachment(
        case_id=case.id,
        name=file_name(command.name),
        media_type=kind,
        size=len(command.content),
        sha256=vault.put(settings.attachments, command.content),
        at=uow.now,
        by=actor.name,
        material=command.material,
        preview=preview,
    )
    uow.add(row)
    said = {"material": materials[command.material]} if command.material else {}
    events.append(uow, case, actor, "attached", row.name, sha256=row.sha256, size=row.size, **said)
    return {"name": row.name, "sha256": row.sha256}


def fire_due(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.FireDue) -> dict[str, Any]:
    """Fire a case's timers; `due_at` is read again under the lock, and what is no longer due is left."""
    actor.demand(Permission.SYSTEM_WORK)
    case = locked_by_id(uow, command.case_id)
    if case is None or case.status != "open" or case.due_at is None or case.due_at > uow.now:
        return {"fired": False}
    run = Run(uow, actor, case, actions.items_of(uow, case))
    run.fire_due()
    incidents.resolve(uow, case.id, incidents.TIMER)
    return {"fired": True}


def warn_clock(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.WarnClock) -> dict[str, Any]:
    """Note that a clock has turned yellow, red or overdue."""
    actor.demand(Permission.SYSTEM_WORK)
    case_id = uow.session.scalar(select(Clock.case_id).where(Clock.id == command.clock_id))
    case = None if case_id is None else locked_by_id(uow, case_id)
    if case is None:
        return {}
    run = Run(uow, actor, case, actions.items_of(uow, case))
    run.clocks.dues()
    clock = next((k for k in run.clocks.running() if k.id == command.clock_id), None)
    if clock is None or any(s.until_on is None for s in clock.suspensions):
        return {}
    actions.date_items(run.items, run.clocks)
    colour = clocks.colour(run.clocks.today, clock.due_on, clock.yellow_on, clock.red_on)
    turned = colour not in ("green", clock.warned)
    if turned:
        clock.warned = colour
        events.append(uow, case, actor, "clock_warned", clock.title, colour=colour, due_on=clock.due_on)
        _tell_of_limit(uow, case, run.items, clock, colour)
    return {"colour": colour, "warned": turned}


def _tell_of_limit(uow: UnitOfWork, case: Case, items: list[WorkItem], clock: Clock, colour: str) -> None:
    """Whoever works under a limit that is close is told; when it is over the supervisor too."""
    said = "已超期" if colour == "overdue" else f"将于 {clock.due_on:%m月%d日} 到期"
    text = f"{case.applicant}的“{clock.title}”{said}"
    under = [i for i in items if i.status == "open" and i.clock == clock.name]
    notices.tell(uow, [i.claimed_by_id for i in under], "due", text, case)
    if colour == "overdue":
        notices.tell_role(uow, Role.SUPERVISOR, case, "due", text)


def locked_by_id(uow: UnitOfWork, case_id: int) -> Case | None:
    """A case by row id for the program itself, locked."""
    return uow.session.scalar(select(Case).where(Case.id == case_id).with_for_update())


def _locked_household(uow: UnitOfWork, actor: Actor, number: str) -> Household:
    found = uow.session.scalar(
        select(Household)
        .where(
            Household.number == number,
            Household.destroyed_on.is_(None),
            within(Household.division, actor.division),
        )
        .with_for_update()
    )
    if found is None:
        raise HouseholdNotFound()
    return found


def media_type(content: bytes) -> str:
    """What a file is by its bytes; raises `AttachmentRefused` for anything but PDF and pictures, or too large."""
    if len(content) > MAX_ATTACHMENT:
        raise AttachmentRefused(
            reason=f"文件为 {len(content) / 1_000_000:.1f} MB，超过 {MAX_ATTACHMENT // 1_000_000} MB 的上限，请压缩或分开扫描"
        )
    try:
        found = str(puremagic.from_string(content, mime=True))
    except (puremagic.PureError, ValueError):
        found = ""
    if found not in MEDIA_TYPES:
        raise AttachmentRefused(
            reason="只接受 PDF 文件和照片（JPG、PNG、TIFF、WebP）；判断依据是文件内容，不是文件名"
        )
    return found
