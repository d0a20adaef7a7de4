"""Checks files named by rows: which are lost or damaged, and which can be made again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.cases.models import Attachment
from processes.errors import FileDamaged, FileLost
from processes.papers.archive_models import ExcludedDocument, OldFileDocument
from processes.papers.models import IssuedPaper, PaperSignature, ReplacedPage, ReturnedPage
from processes.papers.run_models import PrintRun
from processes.papers.status import PaperStanding
from processes.settings import Settings
from processes.storage import file_store
from processes.texts import tr


@dataclass(frozen=True, slots=True)
class LostFile:
    """A file that differs from what was stored."""

    what: str
    said: str
    code: str = ""
    """The code of a paper that can be made again; empty: the file must be restored from a backup."""


def missing(session: Session, settings: Settings) -> Iterator[str]:
    """Return descriptions of files that rows name and that do not exist; no file is opened."""
    for folder, sha256, what, _ in _named(session):
        if sha256 and not file_store.holds(settings.file_stores[folder], sha256):
            yield what


def lost(session: Session, settings: Settings) -> Iterator[LostFile]:
    """Return every file that a row names and that is lost or damaged; all are read completely."""
    for folder, sha256, what, code in _named(session):
        yield from _look(settings, folder, sha256, what, code)


def _named(session: Session) -> Iterator[tuple[str, str | None, str, str]]:
    """Files named by rows: folder, hash, description, and the code of a paper that can be made again."""
    papers = session.scalars(
        select(IssuedPaper).where(
            IssuedPaper.sha256.is_not(None), IssuedPaper.standing != PaperStanding.DESTROYED
        )
    )
    for paper in papers:
        title = tr(
            "《{title}》{number}（验证码 {code}）", title=paper.title, number=paper.number, code=paper.code
        )
        yield "papers", paper.sha256, title, paper.code
        if paper.signed_sha256:
            yield "papers", paper.signed_sha256, tr("{title}的签名件", title=title), ""
    latest = select(IssuedPaper.signed_sha256).where(IssuedPaper.signed_sha256.is_not(None))
    for sha256 in session.scalars(
        select(PaperSignature.sha256).where(PaperSignature.sha256.not_in(latest)).distinct()
    ):
        yield "papers", sha256, tr("较早的签名件"), ""
    for page in (*session.scalars(select(ReturnedPage)), *session.scalars(select(ReplacedPage))):
        yield (
            "scans",
            page.sha256,
            tr("签字件扫描 {source} 第 {page} 页", source=page.source, page=page.page),
            "",
        )
    for sheet in (*session.scalars(select(OldFileDocument)), *session.scalars(select(ExcludedDocument))):
        yield "scans", sheet.sha256, tr("旧档扫描 {title}", title=sheet.title), ""
    for attached in session.scalars(select(Attachment)):
        yield "attachments", attached.sha256, tr("附件（办件 {case_id}）", case_id=attached.case_id), ""
    for run in session.scalars(select(PrintRun)):
        for sha256 in (run.sha256, *(p["sha256"] for p in run.parts)):
            yield "papers", sha256, tr("打印任务 {title}（{code}）", title=run.title, code=run.code), ""


def _look(
    settings: Settings, folder: str, sha256: str | None, what: str, code: str = ""
) -> Iterator[LostFile]:
    if not sha256:
        return
    try:
        file_store.get(settings.file_stores[folder], sha256)
    except FileLost:
        yield LostFile(what, tr("文件丢失"), code)
    except FileDamaged:
        yield LostFile(what, tr("文件不完整或被改动"), code)
