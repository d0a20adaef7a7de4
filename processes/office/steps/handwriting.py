"""手写签名: the householder signs on the screen at the home visit; printed on the form of that visit."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass, field

from sqlalchemy import select

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, events, rules
from processes.errors import AttachmentRefused, RuleBroken
from processes.office.cases.attachments import media_type
from processes.office.command import ItemCommand, handles
from processes.office.run import Run
from processes.papers.models import Handwriting
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

LARGEST = 200_000
LONGEST_SIDE = 2_000
"""Pixels: the pad of the page is 600 wide; a small file may decompress to gigabytes in the renderer of papers."""
_SIGNATURE, _HEAD, _END = b"\x89PNG\r\n\x1a\n", b"\x00\x00\x00\rIHDR", b"IEND\xaeB`\x82"
WRITTEN_AT_MOST = 10
"""How often somebody may sign at one step: every signature is kept, and what is kept has a bound."""


@dataclass(frozen=True, slots=True)
class WriteByHandResult:
    """The result of `WriteByHand`."""

    signer: str


@dataclass(frozen=True, slots=True)
class WriteByHand(ItemCommand[WriteByHandResult]):
    """Store a signature written on the screen at a step: a small PNG."""

    permission = Permission.TASK_WORK

    picture: bytes = field(repr=False)


@handles(WriteByHand)
def write_by_hand(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: WriteByHand
) -> WriteByHandResult:
    """Store the picture with the step; only if the diagram asks for somebody's handwriting."""
    case, items, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    away = rules.demand_worker(item, actor)
    run = Run(uow, actor, case, items)
    run.demand_apart(item, actor, away)
    node = run.definition.node_at(item.ref)
    signer = "" if node is None else node.properties.get("handwriting", "")
    if not signer:
        raise RuleBroken(reason=tr("本环节不需要手写签名"))
    if len(command.picture) > LARGEST or media_type(command.picture) != "image/png":
        raise AttachmentRefused(reason=tr("签名应为不超过 200 KB 的 PNG 图片"))
    _demand_small(command.picture)
    row = uow.session.scalar(
        select(Handwriting).where(Handwriting.case_id == case.id, Handwriting.ref == item.ref)
    )
    if row is None:
        row = Handwriting(case_id=case.id, ref=item.ref, signer=signer, picture={}, at=uow.now, by="")
        uow.add(row)
    former = _kept(row)
    if len(former) >= WRITTEN_AT_MOST:
        raise RuleBroken(
            reason=tr(
                "本环节已签名 {written_at_most} 次，不能再重签，请在打印的表上签字",
                written_at_most=WRITTEN_AT_MOST,
            )
        )
    row.picture = {"png": b64encode(command.picture).decode(), "former": former}
    row.at, row.by = uow.now, actor.name
    actions.prepared(item, actor)
    digest = hashlib.sha256(command.picture).hexdigest()
    events.append(uow, case, actor, "handwritten", item.title, ref=item.ref, signer=signer, sha256=digest)
    return WriteByHandResult(signer=signer)


def _demand_small(picture: bytes) -> None:
    """Raise `AttachmentRefused` for an incomplete or too large PNG, from its header alone, without
    decompressing it."""
    head = picture[: len(_SIGNATURE) + len(_HEAD) + 8]
    if not (head.startswith(_SIGNATURE + _HEAD) and picture.endswith(_END)):
        raise AttachmentRefused(reason=tr("签名图片不完整，请重写一次"))
    wide, high = (int.from_bytes(head[at : at + 4], "big") for at in (16, 20))
    if not (1 <= wide <= LONGEST_SIDE and 1 <= high <= LONGEST_SIDE):
        raise AttachmentRefused(
            reason=tr("签名图片的宽和高不得超过 {longest_side} 像素", longest_side=LONGEST_SIDE)
        )


def _kept(row: Handwriting) -> list[dict[str, str]]:
    """The earlier signatures at the step, oldest first, each with when and by whom it was taken."""
    if not row.picture:
        return []
    last = {"png": row.picture["png"], "at": row.at.isoformat(), "by": row.by}
    return [*row.picture.get("former", []), last]
