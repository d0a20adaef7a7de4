"""File documents with a case."""

from __future__ import annotations

from dataclasses import dataclass, field

import puremagic

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, events
from processes.cases.models import Attachment
from processes.errors import AttachmentRefused, Invalid
from processes.office.command import Command, handles
from processes.papers import old_files
from processes.releases import publish
from processes.settings import Settings
from processes.storage import file_store
from processes.storage.file_names import file_name
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

MAX_ATTACHMENT = 20_000_000
MEDIA_TYPES = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tif",
    "image/webp": ".webp",
}


@dataclass(frozen=True, slots=True)
class AddAttachmentResult:
    """The result of `AddAttachment`."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class AddAttachment(Command[AddAttachmentResult]):
    """File an uploaded document with a case; the bytes are checked by content."""

    permission = Permission.TASK_WORK

    case_number: str
    name: str
    content: bytes = field(repr=False)
    material: str = ""
    """Which of the programme's materials it is; empty for any other paper."""


@handles(AddAttachment)
def add_attachment(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: AddAttachment
) -> AddAttachmentResult:
    """File a document with a case; its type is detected from its bytes, not its name.

    Raises `AttachmentRefused` for a file that could not be opened later (password, incomplete); `Invalid` for
    a material that the programme does not list.
    """
    kind = media_type(command.content)
    # Before anything is locked: parsing is slow, and others must not wait for it.
    preview = old_files.preview_of(command.content, MEDIA_TYPES[kind] == ".pdf")
    case = actions.locked_case(uow, actor, command.case_number)
    materials = publish.open_release(uow.session, case.release_id).materials(case.process)
    if command.material and command.material not in materials:
        raise Invalid(reason=tr("本项目的材料清单中没有这一项"))
    row = Attachment(
        case_id=case.id,
        name=file_name(command.name),
        media_type=kind,
        size=len(command.content),
        sha256=file_store.put(settings.attachments, command.content),
        at=uow.now,
        by=actor.name,
        material=command.material,
        preview=preview,
    )
    uow.add(row)
    extra = {"material": materials[command.material]} if command.material else {}
    events.append(uow, case, actor, "attached", row.name, sha256=row.sha256, size=row.size, **extra)
    return AddAttachmentResult(name=row.name, sha256=row.sha256)


def media_type(content: bytes) -> str:
    """Return the media type of a file by its bytes; raises `AttachmentRefused` for anything but PDF and
    pictures, or if too large."""
    if len(content) > MAX_ATTACHMENT:
        raise AttachmentRefused(
            reason=tr(
                "文件为 {content} MB，超过 {max_attachment} MB 的上限，请压缩或分开扫描",
                content=f"{len(content) / 1_000_000:.1f}",
                max_attachment=MAX_ATTACHMENT // 1_000_000,
            )
        )
    try:
        detected = str(puremagic.from_string(content, mime=True))
    except (puremagic.PureError, ValueError):
        detected = ""
    if detected not in MEDIA_TYPES:
        raise AttachmentRefused(
            reason=tr("只接受 PDF 文件和照片（JPG、PNG、TIFF、WebP）；判断依据是文件内容，不是文件名")
        )
    return detected
