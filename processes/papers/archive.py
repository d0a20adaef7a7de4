"""一户一档: exports a case or household as a folder that can be read without this system, with a hash for
every file."""

from __future__ import annotations

import hashlib
import html
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from sqlalchemy.orm import Session

from processes.cases import events, queries, timeline
from processes.cases.models import Case
from processes.engine import runtime
from processes.errors import AttachmentRefused
from processes.papers import catalogue, old_files, return_scan
from processes.papers import queries as papers
from processes.papers.archive_models import OldFile
from processes.papers.catalogue import Part, Piece
from processes.papers.models import IssuedPaper
from processes.papers.status import PaperStanding
from processes.policy import values
from processes.policy.calendar import SHANGHAI, civil_date
from processes.releases import publish, words
from processes.releases.bundle import Bundle
from processes.storage import file_store

_STYLE = "body{font-family:serif;margin:2em;max-width:60em}table{border-collapse:collapse;width:100%}td,th{border:1px solid #999;padding:.2em .5em;text-align:left}code{font-size:.75em;word-break:break-all}"
PDF = "application/pdf"
SUFFIXES = {
    PDF: ".pdf", "image/jpeg": ".jpg", "image/png": ".png", "image/tiff": ".tif", "image/webp": ".webp",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Folders:
    """The file stores of papers, scans and attachments."""

    papers: Path
    scans: Path
    attachments: Path


def pieces(session: Session, case: Case, folders: Folders) -> list[Piece]:
    """Return papers as last signed, returned signed pages, attachments, and the record of the case."""
    found: list[Piece] = []
    for n, paper in enumerate(papers.of_case(session, case.id), start=1):
        if paper.sha256 is None:
            continue
        state = "" if paper.standing == PaperStanding.STANDING else f"（{paper.standing.title}）"
        office = str(paper.contract.get("header", {}).get("office", ""))
        title = f"{paper.title} {paper.number}{state}"
        digest = paper.signed_sha256 or paper.sha256
        found.append(
            Piece(
                _name("文书", n, title, ".pdf"),
                f"{paper.title}{state}",
                paper.pages,
                paper.issued_on.isoformat(),
                digest,
                partial(file_store.get, folders.papers, digest),
                paper.number,
                office,
            )
        )
        pages = return_scan.pages_of(session, paper)
        if pages:
            signed = return_scan.signed_file(pages, folders.scans)
            on = "" if paper.returned_on is None else paper.returned_on.isoformat()
            name = _name("签字件", n, title, ".pdf")
            what = f"{paper.title}{state} 签字件"
            found.append(Piece(name, what, len(pages), on, *_as_made(signed), paper.number, office))
        found.extend(_replaced(session, paper, n, folders.scans))
    for n, attached in enumerate(queries.attachments(session, case.id), start=1):
        read = partial(file_store.get, folders.attachments, attached.sha256)
        on = f"{attached.at.astimezone(SHANGHAI):%Y-%m-%d}"
        pages_there = _pages_of(read(), attached.media_type)
        found.append(
            Piece(
                _name("附件", n, Path(attached.name).stem, SUFFIXES[attached.media_type]),
                attached.name,
                pages_there,
                on,
                attached.sha256,
                read,
                by=attached.by,
            )
        )
    return [*found, *_record(session, case)]


def _replaced(session: Session, paper: IssuedPaper, n: int, scans: Path) -> list[Piece]:
    """Signed pages that were replaced by others, each as a separate picture."""
    return [
        Piece(
            _name("签字件", n, f"{paper.title} {paper.number} 第{page.page}页 被替换{page.id}", ".jpg"),
            f"{paper.title} 签字件第 {page.page} 页（已被替换）", 1, civil_date(page.at).isoformat(),
            page.sha256, partial(file_store.get, scans, page.sha256), paper.number, by=page.by,
        )
        for page in return_scan.replaced(session, [paper.id])
    ]  # fmt: skip


def _pages_of(content: bytes, media_type: str) -> int | None:
    """The pages of an attachment; a damaged one is exported as it is, without a page count."""
    try:
        return old_files.pages_of(content, media_type == PDF)
    except AttachmentRefused:
        return None


def old_pieces(session: Session, file: OldFile, scans: Path) -> list[Piece]:
    """Return the scans of an old paper file, in order."""
    return [
        Piece(
            _name("旧档", sheet.position, sheet.title, SUFFIXES[sheet.media_type]), sheet.title, sheet.pages,
            file.closed_on.isoformat(), sheet.sha256, partial(file_store.get, scans, sheet.sha256), by=file.taken_in_by,
        )
        for sheet in old_files.sheets(session, file.id)
    ]  # fmt: skip


def zipped(parts: Sequence[Part], title: str, printed: bytes, made_at: datetime) -> IO[bytes]:
    """Return the folder as a ZIP: catalogue as HTML and for printing, the files, and `SHA256SUMS`.

    The result is an open unnamed file, positioned at its beginning: a household's scans may not fit into
    memory.
    """
    parts = catalogue.placed(parts)
    out = tempfile.TemporaryFile()  # noqa: SIM115  (it is sent after this, and goes when it is closed)
    sums: list[str] = []

    def add(name: str, content: bytes) -> None:
        archive.writestr(name, content)
        sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}")

    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        add("目录.html", _page(title, catalogue.as_html(parts, made_at)))
        add("目录.pdf", printed)
        for part in parts:
            for piece in part.pieces:
                add(piece.name, piece.read())
        archive.writestr("SHA256SUMS", "\n".join(sums) + "\n")
    out.seek(0)
    return out


def _as_made(content: bytes) -> tuple[str, Callable[[], bytes]]:
    """Hash and bytes of content generated here."""
    return hashlib.sha256(content).hexdigest(), lambda: content


def _record(session: Session, case: Case) -> list[Piece]:
    history = events.of_case(session, case.id)
    bundle = publish.open_release(session, case.release_id)
    known = words.of_case(bundle, case.process, _data(case, bundle))
    lines = [(timeline.when(e), timeline.who(e), timeline.sentence(e, known)) for e in history]
    rows = "".join(
        f"<tr><td>{_e(at)}</td><td>{_e(who)}</td><td>{_e(sentence)}</td></tr>" for at, who, sentence in lines
    )
    page = _page(
        f"{case.number} 办理记录", f"<table><tr><th>时间</th><th>办理人</th><th>事项</th></tr>{rows}</table>"
    )
    chain = values.dumps(
        [
            {"position": e.position, "at": e.at, "actor": e.actor, "kind": e.kind, "title": e.title,
             "payload": e.payload, "salt": e.salt, "previous": e.previous, "digest": e.digest}
            for e in history
        ]
    )  # fmt: skip
    on = "" if not history else timeline.when(history[-1])[:10]
    return [
        Piece("办理记录.html", "办理记录", None, on, *_as_made(page)),
        Piece("办理记录.json", "办理记录（带前后相扣的校验值，供程序核对）", None, on, *_as_made(chain)),
    ]


def _data(case: Case, bundle: Bundle) -> Mapping[str, Any]:
    """The case's data with titles for values that tables read by key (such as a department)."""
    facts = bundle.facts(case.closed_at or case.opened_at, case.division)
    definition = bundle.definition(case.process)
    return runtime.look(definition, runtime.restore(definition, case.state, facts), facts).data


def _page(title: str, body: str) -> bytes:
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{_e(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{_e(title)}</h1>{body}</body></html>"
    ).encode()


def _name(folder: str, n: int, title: str, suffix: str) -> str:
    return f"{folder}/{n:02}-{catalogue.plain(title)[:80]}{suffix}"


def _e(text: str) -> str:
    return html.escape(text)
