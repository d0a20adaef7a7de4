"""Electronic signatures of papers: who signs next, signing, and what a file's signatures say."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import render
from documents.errors import PressError, ScanUnreadable
from processes.access.permissions import ROLE_TITLES, Role
from processes.access.scope import Actor
from processes.cases.models import WorkItem
from processes.errors import AttachmentRefused, DutySeparation, RenderFailed, RuleBroken
from processes.papers.models import IssuedPaper, PaperSignature
from processes.policy.calendar import SHANGHAI
from processes.releases.bundle import PaperRule
from processes.storage.certificate import OfficeCertificate
from processes.storage.unit_of_work import UnitOfWork

SEAL = "seal"
ANCHOR = "签字（盖章）："
_SEALERS = {"county": Role.COUNTY_CLERK, "township": Role.WINDOW_CLERK}


@dataclass(frozen=True, slots=True)
class Next:
    """What a paper waits for: a role's signature or the seal, and who may give it."""

    position: int
    wanted: str
    role: str
    title: str


def given(session: Session, paper_id: int) -> list[PaperSignature]:
    """The signatures on a paper, in order."""
    query = select(PaperSignature).where(PaperSignature.paper_id == paper_id)
    return list(session.scalars(query.order_by(PaperSignature.position)))


def next_of(rule: PaperRule, signed: Sequence[PaperSignature]) -> Next | None:
    """Whose turn it is; None when the paper is not signed electronically or is complete."""
    if len(signed) >= len(rule.signatures):
        return None
    wanted = rule.signatures[len(signed)]
    role = _SEALERS[rule.level] if wanted == SEAL else Role(wanted)
    title = "盖章" if wanted == SEAL else f"{ROLE_TITLES[role]}签名"
    return Next(len(signed) + 1, wanted, str(role), title)


def turns(
    session: Session, papers: Sequence[IssuedPaper], rules: Mapping[str, PaperRule], actor: Actor
) -> dict[str, Next]:
    """The papers, by code, on which it is the actor's turn by role."""
    found = {}
    for paper in papers:
        rule = rules.get(paper.kind)
        if rule is None or not rule.signatures or not paper.is_decided or paper.sha256 is None:
            continue
        turn = next_of(rule, given(session, paper.id))
        if turn is not None and turn.role in actor.roles and paper.standing == "standing":
            found[paper.code] = turn
    return found


def demand_signer(turn: Next | None, actor: Actor, paper: IssuedPaper, items: Sequence[WorkItem]) -> Next:
    """Whether the actor may sign now: the role whose turn it is, and whoever did that role's step in the case."""
    if paper.standing != "standing" or not paper.is_decided or paper.sha256 is None:
        raise RuleBroken(reason="文书还没有制成、尚未办结或者已被取代，不能签名")
    if turn is None:
        raise RuleBroken(reason="这份文书不需要签名，或者已经签齐")
    if turn.role not in actor.roles:
        raise RuleBroken(reason=f"现在应由{ROLE_TITLES[Role(turn.role)]}签名或盖章")
    did = [i.completed_by_id for i in items if i.role == turn.wanted and i.status == "done"]
    if turn.wanted != SEAL and did and actor.account_id not in did:
        raise DutySeparation(earlier="由他人办理该级意见", step="签名")
    return turn


def sign(
    uow: UnitOfWork, actor: Actor, paper: IssuedPaper, turn: Next, content: bytes, office: str,
    certificate: OfficeCertificate,
) -> tuple[PaperSignature, bytes]:  # fmt: skip
    """The signature's row and the signed file."""
    is_seal = turn.wanted == SEAL
    role = "印章" if is_seal else ROLE_TITLES[Role(turn.role)]
    name = office if is_seal else actor.name
    job = render.Signing(
        content, render.Certificate(certificate.pkcs12, certificate.password, certificate.time_stamps), name, role,
        uow.now.astimezone(SHANGHAI).isoformat(), turn.position, is_seal, ANCHOR,
    )  # fmt: skip
    try:
        signed = render.press().sign(job)
    except PressError as fault:
        raise RenderFailed(reason=str(fault)) from fault
    row = PaperSignature(
        paper_id=paper.id, position=turn.position, role=role, name=name, account_id=actor.account_id,
        at=uow.now, sha256=hashlib.sha256(signed).hexdigest(),
    )  # fmt: skip
    uow.add(row)
    return row, signed


def check(content: bytes, certificates: Sequence[bytes]) -> tuple[render.SignatureSeen, ...]:
    """What the signatures of a file say; raises `AttachmentRefused` for what is no PDF."""
    try:
        return render.check_signatures(render.Checking(content, tuple(certificates)))
    except ScanUnreadable as fault:
        raise AttachmentRefused(reason=str(fault)) from fault
    except PressError as fault:
        raise RenderFailed(reason=str(fault)) from fault


def is_latest(paper: IssuedPaper, content: bytes) -> bool:
    """Whether a file of a paper is the one with all the signatures given so far."""
    return hashlib.sha256(content).hexdigest() == (paper.signed_sha256 or paper.sha256)


def known(session: Session, content: bytes) -> IssuedPaper | None:
    """The paper whose file, unsigned or as signed at some time, has exactly these bytes."""
    digest = hashlib.sha256(content).hexdigest()
    # Across divisions, like the verification page: whoever holds the file knows it already.
    paper, signature = IssuedPaper.__table__, PaperSignature.__table__
    found = session.execute(
        select(paper.c.code)
        .outerjoin(signature, signature.c.paper_id == paper.c.id)
        .where((paper.c.sha256 == digest) | (signature.c.sha256 == digest))
    ).first()
    if found is None:
        return None
    return session.scalar(select(IssuedPaper).where(IssuedPaper.code == found.code))
