"""档案目录: the catalogue of exported files with continuous page numbers, for screen and print."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from sqlalchemy.orm import Session

from processes.papers import shared_template
from processes.policy.calendar import SHANGHAI, civil_date
from processes.storage.file_names import shown

_FORBIDDEN = str.maketrans(dict.fromkeys('/\\:*?"<>|\n\r\t', "_"))
TEMPLATE = "archive_catalogue.html"
TITLE = "档案目录"


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of the archive: its path in the folder, its line in the catalogue, a function that reads its
    bytes.

    Bytes are read when the file is written, one file at a time.
    """

    name: str
    title: str
    pages: int | None
    on: str
    sha256: str
    read: Callable[[], bytes]
    number: str = ""
    by: str = ""


def plain(title: str) -> str:
    """Make a title safe as part of a file name."""
    return shown(title).translate(_FORBIDDEN)


@dataclass(frozen=True, slots=True)
class Part:
    """A file (案卷) of the archive: its folder, title, retention period, pieces."""

    folder: str
    title: str
    retention: str
    closed_on: str
    pieces: list[Piece]


def placed(parts: Sequence[Part]) -> list[Part]:
    """Return the pieces with safe, unique paths, whatever numbers and titles contain.

    Paths that differ only in characters not allowed in file names, or in case, would overwrite each other
    when the archive is unpacked.
    """
    taken: set[str] = set()
    return [
        replace(
            part,
            folder="",
            pieces=[replace(p, name=_place(part.folder + p.name, taken)) for p in part.pieces],
        )
        for part in parts
    ]


def _place(wanted: str, taken: set[str]) -> str:
    words = (plain(word).strip(" .") or "_" for word in wanted.split("/"))
    path = PurePosixPath("/".join(words))
    found, n = path, 1
    while str(found).casefold() in taken:
        n += 1
        found = path.with_name(f"{path.stem}（{n}）{path.suffix}")
    taken.add(str(found).casefold())
    return str(found)


def lines(file: Part) -> Iterator[dict[str, Any]]:
    """Return the lines of a file; pieces with pages are numbered continuously."""
    page = 1
    for serial, piece in enumerate(file.pieces, start=1):
        span = ""
        if piece.pages:
            last = page + piece.pages - 1
            span = str(page) if last == page else f"{page}-{last}"
            page = last + 1
        yield {
            "serial": serial, "number": piece.number, "by": piece.by, "title": piece.title, "on": piece.on,
            "span": span, "pages": piece.pages or 0, "name": f"{file.folder}{piece.name}",
            "sha256": piece.sha256,
        }  # fmt: skip


def as_html(files: Sequence[Part], made_at: datetime) -> str:
    """Return the catalogue with links to the files beside it and their hashes."""
    at = f"{made_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    body = [f"<p>导出时间 {at}。各文件的校验值另见 SHA256SUMS；可打印的目录见 目录.pdf。</p>"]
    for file in files:
        body.append(f"<h2>{_e(file.title)}</h2><p>{_e(_term(file))}</p>")
        body.append(
            "<table><tr><th>序号</th><th>文号</th><th>责任者</th><th>题名</th><th>日期</th><th>页号</th><th>SHA-256</th></tr>"
        )
        for n in lines(file):
            link = f'<a href="{_e(quote(n["name"]))}">{_e(n["title"])}</a>'
            body.append(
                f"<tr><td>{n['serial']}</td><td>{_e(n['number'])}</td><td>{_e(n['by'])}</td><td>{link}</td>"
                f"<td>{_e(n['on'])}</td><td>{n['span']}</td><td><code>{n['sha256']}</code></td></tr>"
            )
        body.append("</table>")
    return "".join(body)


def as_pdf(session: Session, files: Sequence[Part], title: str, office: str, made_at: datetime) -> bytes:
    """Return the catalogue as a PDF to print, by the shared template of the latest release."""
    data = {
        "title": TITLE, "subject": title, "office": office, "made_on": civil_date(made_at).isoformat(),
        "files": [
            {
                "title": f.title, "term": _term(f), "lines": (listed := list(lines(f))),
                "pages": sum(n["pages"] for n in listed),
            }
            for f in files
        ],
    }  # fmt: skip
    return shared_template.made(session, TEMPLATE, data, made_at).content


def _term(file: Part) -> str:
    closed = f"　办结日期：{file.closed_on}" if file.closed_on else "　尚未办结"
    return f"保管期限：{file.retention}{closed}"


def _e(text: str) -> str:
    return html.escape(text)
