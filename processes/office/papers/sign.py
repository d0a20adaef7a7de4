"""Record a signature or seal on a paper."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, events
from processes.cases.actions import locked_by_id
from processes.errors import PaperNotReady, StaleCase
from processes.office.command import Weighty, handles
from processes.papers import assemble, return_scan, signing
from processes.papers.levels import level_of
from processes.releases import publish
from processes.settings import Settings
from processes.storage import file_store
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SignPaperResult:
    """The result of `SignPaper`."""

    case: str
    signed: int


@dataclass(frozen=True, slots=True)
class SignPaper(Weighty[SignPaperResult]):
    """Record a paper with one's signature, or the office's seal, as the next signer.

    `signed` is the number of signatures before, `sha256` the signed file in the file store.
    """

    permission = Permission.PAPER_SIGN

    code: str
    signed: int
    sha256: str


@handles(SignPaper)
def sign_paper(settings: Settings, uow: UnitOfWork, actor: Actor, command: SignPaper) -> SignPaperResult:
    """Record a signature or seal, if the actor is the next signer and nobody else signed meanwhile."""
    paper = return_scan.paper_of(uow, actor, command.code)
    case = locked_by_id(uow, paper.case_id)
    if case is None or paper.sha256 is None:
        raise PaperNotReady()
    rule = publish.open_release(uow.session, paper.release_id).papers[paper.kind]
    signed = signing.given(uow.session, paper.id)
    if len(signed) != command.signed:
        raise StaleCase(number=case.number)
    items = actions.items_of(uow, case)
    turn = signing.demand_signer(signing.next_of(rule, signed, items), actor, paper, items)
    before = file_store.get(settings.papers, paper.signed_sha256 or paper.sha256)
    if not file_store.get(settings.papers, command.sha256).startswith(before):
        raise StaleCase(number=case.number)
    hand = signing.hand_of(
        turn, actor, assemble.office_name(uow.session, case.division, level_of(rule, items)), items
    )
    row = signing.take_in(uow, actor, paper, turn, hand, command.sha256)
    events.append(
        uow, case, actor, "paper_sealed" if turn.wanted == signing.SEAL else "paper_signed", paper.title,
        number=paper.number, role=row.role, sha256=row.sha256,
    )  # fmt: skip
    return SignPaperResult(case=case.number, signed=row.position)
