"""File scanned pages of papers that were printed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import events
from processes.cases.actions import locked_by_id
from processes.errors import NotFound, PageFiled, RuleBroken
from processes.office.answers import reason_of
from processes.office.command import Command, handles
from processes.papers import return_scan, tickets
from processes.papers.status import PaperStanding
from processes.settings import Settings
from processes.storage import file_store
from processes.storage.file_names import file_name
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr


@dataclass(frozen=True, slots=True)
class ScanPage:
    """A scanned page: its picture and the texts of the codes on it."""

    picture: bytes = field(repr=False)
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileScanResult:
    """The result of `FileScan`."""

    pages: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class FileScan(Command[FileScanResult]):
    """File the pages of a scan with the papers that their codes name."""

    permission = Permission.SCAN_FILE

    name: str
    pages: tuple[ScanPage, ...]


@handles(FileScan)
def file_scan(settings: Settings, uow: UnitOfWork, actor: Actor, command: FileScan) -> FileScanResult:
    """File every page of a scan; a page without a recognised mark is stored for filing by hand."""
    filed = []
    for number, page in enumerate(command.pages, start=1):
        sha256 = file_store.put(settings.scans, page.picture)
        filed_page: dict[str, Any] = {"number": number, "scan": tickets.ticket(actor, sha256)}
        place = return_scan.place_of(page.codes)
        try:
            filed_page |= _file(
                uow, actor, place, return_scan.Scan(sha256, file_name(command.name, tr("扫描件")))
            )
        except (NotFound, RuleBroken) as fault:
            filed_page["fault"] = fault.message
            if isinstance(fault, PageFiled) and place is not None:
                filed_page |= {"code": place.code, "page": fault.params["page"], "filed": True}
        filed.append(filed_page)
    return FileScanResult(pages=filed)


@dataclass(frozen=True, slots=True)
class PlaceScanResult:
    """The result of `PlaceScan`."""

    placed: dict[str, Any]
    """As a page of `FileScanResult`."""


@dataclass(frozen=True, slots=True)
class PlaceScan(Command[PlaceScanResult]):
    """File a scanned page by hand; `scan` is the ticket of the account that uploaded it.

    With a reason it replaces the page that was filed before.
    """

    permission = Permission.SCAN_FILE

    scan: str
    code: str
    page: int
    name: str
    reason: str = ""


@handles(PlaceScan)
def place_scan(settings: Settings, uow: UnitOfWork, actor: Actor, command: PlaceScan) -> PlaceScanResult:
    """File a page at a position given by a person."""
    sha256 = tickets.opened(actor, command.scan)
    if not file_store.holds(settings.scans, sha256):
        raise NotFound()
    place = return_scan.Place(command.code.strip().upper(), command.page)
    scan = return_scan.Scan(sha256, file_name(command.name, tr("扫描件")))
    reason = reason_of(command.reason) if command.reason.strip() else ""
    return PlaceScanResult(_file(uow, actor, place, scan, reason))


def _file(
    uow: UnitOfWork, actor: Actor, place: return_scan.Place | None, scan: return_scan.Scan, reason: str = ""
) -> dict[str, Any]:
    if place is None:
        return {"fault": tr("页面上没有找到二维码")}
    paper = return_scan.paper_of(uow, actor, place.code)
    page = place.page or (1 if paper.pages == 1 else None)
    if page is None:
        return {
            "fault": tr("《{title}》有 {pages} 页，没有找到页码标记", title=paper.title, pages=paper.pages)
        }
    filed = return_scan.file_page(uow, actor, paper, page, scan, reason)
    case = locked_by_id(uow, paper.case_id)
    if case is None:
        raise NotFound()
    if filed.before is not None:
        events.append(
            uow, case, actor, "page_replaced", paper.title, number=paper.number, code=paper.code, page=page,
            reason=reason, before=filed.before, after=scan.sha256,
        )  # fmt: skip
    if filed.whole:
        events.append(uow, case, actor, "paper_returned", paper.title, number=paper.number, code=paper.code)
    return {
        "title": paper.title, "paper": paper.number, "code": paper.code, "case": case.number, "page": page,
        "pages": paper.pages, "missing": return_scan.missing(uow.session, paper),
        "stands": paper.standing == PaperStanding.STANDING,
    }  # fmt: skip
