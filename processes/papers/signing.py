"""Electronic signatures of papers: next signer, signing, checking the signatures of a file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import render
from documents.errors import RendererBusy, RendererError, ScanUnreadable
from processes.access.permissions import ROLE_TITLES, Role
from processes.access.scope import Actor, in_name_of
from processes.cases.models import WorkItem
from processes.cases.status import WorkItemStatus
from processes.errors import AttachmentRefused, RenderFailed, RuleBroken, VerificationBusy
from processes.papers import brought, renderer_sentences
from processes.papers.levels import level_of
from processes.papers.models import IssuedPaper, PaperSignature
from processes.papers.status import PaperStanding
from processes.policy.calendar import SHANGHAI, in_chinese
from processes.releases.bundle import PaperRule
from processes.storage.certificate import KeyFile, OfficeCertificate
from processes.storage.file_names import shown
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

SEAL = "seal"
_SEALS = {"county": tr("加盖县民政局印章"), "township": tr("加盖乡镇人民政府印章")}
_SEALERS = {"county": Role.COUNTY_CLERK, "township": Role.WINDOW_CLERK}


@dataclass(frozen=True, slots=True)
class Next:
    """What a paper waits for: a role's signature or the seal, and who may give it."""

    position: int
    wanted: str
    role: str
    title: str


def given(session: Session, paper_id: int) -> list[PaperSignature]:
    """Return the signatures on a paper, in order."""
    query = select(PaperSignature).where(PaperSignature.paper_id == paper_id)
    return list(session.scalars(query.order_by(PaperSignature.position)))


def wanted_of(rule: PaperRule, items: Sequence[WorkItem]) -> list[str]:
    """Return the signers of this paper: those roles of its rule with a step in the case, and the seal."""
    had = {i.role for i in items if i.status == WorkItemStatus.DONE}
    return [w for w in rule.signatures if w == SEAL or w in had]


def next_of(rule: PaperRule, signed: Sequence[PaperSignature], items: Sequence[WorkItem]) -> Next | None:
    """Return the next signer; None if the paper is not signed electronically or is complete."""
    all_wanted = wanted_of(rule, items)
    if len(signed) >= len(all_wanted):
        return None
    wanted = all_wanted[len(signed)]
    role = _SEALERS[level_of(rule, items)] if wanted == SEAL else Role(wanted)
    title = _SEALS[level_of(rule, items)] if wanted == SEAL else tr("{role}签名", role=ROLE_TITLES[role])
    return Next(len(signed) + 1, wanted, str(role), title)


def turns(
    session: Session,
    papers: Sequence[IssuedPaper],
    rules: Mapping[str, PaperRule],
    actor: Actor,
    items: Sequence[WorkItem],
) -> dict[str, Next]:
    """Return the next signer of each paper, by code, if it is a role of the actor."""
    found = {}
    for paper in papers:
        rule = rules.get(paper.kind)
        if rule is None or not rule.signatures or not paper.is_decided or paper.sha256 is None:
            continue
        turn = next_of(rule, given(session, paper.id), items)
        if turn is not None and paper.standing == PaperStanding.STANDING and _may_take(turn, actor, items):
            found[paper.code] = turn
    return found


def demand_signer(turn: Next | None, actor: Actor, paper: IssuedPaper, items: Sequence[WorkItem]) -> Next:
    """Check that the actor may sign now: the role must be next, and the person must have done that role's step."""
    if paper.standing != PaperStanding.STANDING or not paper.is_decided or paper.sha256 is None:
        raise RuleBroken(reason=tr("文书还没有制成、尚未办结，或者已被取代、撤销，不能签名"))
    if turn is None:
        raise RuleBroken(reason=tr("这份文书不需要签名，或者已经签齐"))
    if _may_take(turn, actor, items):
        return turn
    if turn.role in actor.roles:
        did = tr("、").join(dict.fromkeys(i.completed_by or "" for i in _steps(turn, items)))
        raise RuleBroken(reason=tr("这份文书应由办理该级意见的人员（{did}）签名", did=did))
    raise RuleBroken(reason=tr("现在应由{role}签名或盖章", role=ROLE_TITLES[Role(turn.role)]))


def _may_take(turn: Next, actor: Actor, items: Sequence[WorkItem]) -> bool:
    """Whether the actor has the role for the seal, or did the role's step, themselves or through a substitute."""
    did = {a for i in _steps(turn, items) for a in (i.completed_by_id, i.completed_for_id) if a is not None}
    if turn.wanted == SEAL or not did:
        return turn.role in actor.roles
    return actor.account_id in did


def _steps(turn: Next, items: Sequence[WorkItem]) -> list[WorkItem]:
    return [i for i in items if i.role == turn.wanted and i.status == WorkItemStatus.DONE]


@dataclass(frozen=True, slots=True)
class Hand:
    """Name and function shown with the signature."""

    name: str
    role: str


def hand_of(turn: Next, actor: Actor, office: str, items: Sequence[WorkItem]) -> Hand:
    """Return the office for its seal, else the person, with the name of the absent person they acted for."""
    if turn.wanted == SEAL:
        return Hand(office, tr("印章"))
    acted = [i.completed_for for i in _steps(turn, items) if i.completed_by_id == actor.account_id]
    name = in_name_of(actor.name, acted[-1] if acted else None)
    return Hand(name, ROLE_TITLES[Role(turn.role)])


@dataclass(frozen=True, slots=True)
class Spot:
    """The text on the paper that a signature is placed beside or over."""

    anchors: tuple[str, ...]
    over: bool


def spot(rule: PaperRule, turn: Next, paper: IssuedPaper) -> Spot:
    """Return the position: a letter is sealed over its date (GB/T 9704); a form has its boxes."""
    if rule.contract in ("letter", "notice") and turn.wanted == SEAL:
        return Spot((in_chinese(paper.issued_on),), over=True)
    return Spot((tr("签字（盖章）："), tr("签字：")), over=False)


def signed_file(
    content: bytes, turn: Next, hand: Hand, certificate: OfficeCertificate, now: datetime, spot: Spot
) -> bytes:
    """Return the file with one more signature.

    Slow if a time-stamp service is used, so never call it in a transaction.
    """
    job = render.Signing(
        content, _holder(certificate), hand.name, hand.role, now.astimezone(SHANGHAI).isoformat(),
        turn.position, turn.wanted == SEAL, spot.anchors, spot.over,
        render.LongTerm(certificate.time_stamps, certificate.roots),
    )  # fmt: skip
    try:
        return render.renderer().sign(job)
    except RendererError as fault:
        raise RenderFailed(reason=renderer_sentences.of(fault)) from fault


def _holder(certificate: OfficeCertificate) -> render.Certificate | render.Token:
    key = certificate.key
    if isinstance(key, KeyFile):
        return render.Certificate(key.pkcs12, key.password)
    return render.Token(key.library, key.token, key.key, certificate.der, key.pin)


def take_in(
    uow: UnitOfWork, actor: Actor, paper: IssuedPaper, turn: Next, hand: Hand, sha256: str
) -> PaperSignature:
    """Store the signature's row; the signed file becomes the paper's file."""
    row = PaperSignature(
        paper_id=paper.id, position=turn.position, role=hand.role, name=hand.name,
        account_id=actor.account_id, at=uow.now, sha256=sha256,
    )  # fmt: skip
    uow.add(row)
    paper.signed_sha256 = sha256
    return row


def check(content: bytes, own: OfficeCertificate) -> tuple[render.SignatureSeen, ...] | None:
    """Return what the signatures of a file say; None for a PDF too damaged to be read, which is no original.

    Raises `AttachmentRefused` if it is no PDF, `VerificationBusy` at once if too many are being checked.
    """
    if not content.lstrip().startswith(b"%PDF"):
        raise AttachmentRefused(reason=tr("这不是 PDF 文件，或者是空文件"))
    with brought.told():
        try:
            seen = render.check_signatures(render.Checking(content, own.roots, own.signers))
        except RendererBusy:
            raise VerificationBusy() from None
        except ScanUnreadable:
            return None
    # Texts written by an unknown signer: nothing in them may change the direction of text on a page or
    # terminal.
    return tuple(
        replace(s, name=shown(s.name), role=shown(s.role), issuer=shown(s.issuer), subject=shown(s.subject))
        for s in seen
    )


def is_latest(paper: IssuedPaper, content: bytes) -> bool:
    """Return whether a file of a paper includes all its signatures so far."""
    return hashlib.sha256(content).hexdigest() == (paper.signed_sha256 or paper.sha256)


def known(session: Session, content: bytes) -> IssuedPaper | None:
    """Return the paper whose file, in any signed state, has exactly these bytes."""
    digest = hashlib.sha256(content).hexdigest()
    # In any division, like the verification page: the caller has the file already.
    paper, signature = IssuedPaper.__table__, PaperSignature.__table__
    found = session.execute(
        select(paper.c.code)
        .outerjoin(signature, signature.c.paper_id == paper.c.id)
        .where((paper.c.sha256 == digest) | (signature.c.sha256 == digest))
    ).first()
    if found is None:
        return None
    return session.scalar(select(IssuedPaper).where(IssuedPaper.code == found.code))
