"""Signing a paper: the renderer signs first, outside any transaction; then the signed file is recorded."""

from __future__ import annotations

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import queries as cases
from processes.errors import NotFound, PaperNotReady, StaleCase
from processes.office.door import Office
from processes.office.papers.sign import SignPaper, SignPaperResult
from processes.papers import assemble, queries, signing
from processes.papers.levels import level_of
from processes.releases import publish
from processes.storage import certificate, file_store


def sign(office: Office, actor: Actor, code: str, signed: int) -> SignPaperResult:
    """Sign a paper as a person, or with the office's seal; `signed` is the number of signatures on it.

    The order of signers is checked before signing, to avoid useless work, and again when the file is
    recorded: if somebody signed meanwhile, this signature is void (`StaleCase`).
    """
    actor.demand(Permission.PAPER_SIGN)
    settings, now = office.settings, office.database.clock()
    with office.database.reading(actor.division, actor.department) as session:
        paper = queries.by_code(session, actor, code)
        case = queries.case_of_code(session, paper.code)
        if case is None:
            raise NotFound()
        if paper.sha256 is None:
            raise PaperNotReady()
        given = signing.given(session, paper.id)
        if len(given) != signed:
            raise StaleCase(number=case.number)
        rule = publish.open_release(session, paper.release_id).papers[paper.kind]
        items = cases.items(session, case.id)
        turn = signing.demand_signer(signing.next_of(rule, given, items), actor, paper, items)
        hand = signing.hand_of(
            turn, actor, assemble.office_name(session, case.division, level_of(rule, items)), items
        )
        content = file_store.get(settings.papers, paper.signed_sha256 or paper.sha256)
        spot = signing.spot(rule, turn, paper)
    holder = certificate.open_certificate(settings.keys, settings.office_name, now)
    file = signing.signed_file(content, turn, hand, holder, now, spot)
    return office.perform(SignPaper(code, signed, file_store.put(settings.papers, file)), actor)
