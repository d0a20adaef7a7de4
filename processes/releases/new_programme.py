"""Template for a new programme: small and working.

It has an application, a check, a calculation, a decision, letters, and a scenario for each branch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.orm import Session

from processes.errors import BundleInvalid, FormInvalid, TomlInvalid
from processes.policy.toml_text import read_toml
from processes.releases import bundle as bundles
from processes.releases import drafts, publish
from processes.releases.bundle import COMMON, Bundle
from processes.texts import tr

SEED = Path(__file__).parent / "seed"
"""Its files, with placeholders for name, title and code."""
LONGEST_ID, LONGEST_TITLE = 60, 30
_ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_CODE = re.compile(r"[A-Z]{2,6}")
_TITLE = re.compile(r"[\u3400-\u9fff（）()、·]+")


def demand_names(name: str, title: str, code: str, ids: Mapping[str, str], codes: Mapping[str, str]) -> None:
    """Check identifier, code and title; raises `FormInvalid` with an error for each field.

    `ids` and `codes` are those of existing programmes, each with the title of the programme.
    """
    faults: dict[str, list[str]] = {}
    if not _ID.fullmatch(name) or len(name) > LONGEST_ID or name == COMMON:
        faults["name"] = [
            tr(
                "标识由小写字母、数字和下划线组成，以字母开头，不超过 {longest_id} 个字符，例如 student_aid；{common} 不能使用",
                longest_id=LONGEST_ID,
                common=COMMON,
            )
        ]
    elif name in ids:
        faults["name"] = [tr("标识“{name}”已由“{name2}”使用，请换一个", name=name, name2=ids[name])]
    if not _TITLE.fullmatch(title) or len(title) > LONGEST_TITLE:
        faults["title"] = [
            tr("名称应为中文，不超过 {longest_title} 个字，例如 助学救助", longest_title=LONGEST_TITLE)
        ]
    elif title in ids.values():
        faults["title"] = [tr("已有名为“{title}”的项目，请换一个", title=title)]
    if not _CODE.fullmatch(code):
        faults["code"] = [tr("代码为二至六个大写字母，例如 ZX；办件编号中使用")]
    elif code in codes:
        faults["code"] = [tr("代码“{code}”已由“{code2}”使用，请换一个", code=code, code2=codes[code])]
    if faults:
        raise FormInvalid(faults)


def standing(content: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return titles of the programmes in a content folder, by id and by code; the id if one cannot be read."""
    ids, codes = {}, {}
    for file in sorted(content.glob("*/programme.toml")):
        try:
            raw = read_toml(file.read_bytes())
        except TomlInvalid:
            raw = {}
        title = str(raw.get("title", file.parent.name))
        ids[file.parent.name] = title
        codes[str(raw.get("code", ""))] = title
    return ids, codes


def published(session: Session) -> tuple[dict[str, str], dict[str, str]]:
    """Return the same for published programmes and open drafts."""
    found = [
        (r.programme, r.title, publish.open_release(session, r.id))
        for r in publish.published_programmes(session)
    ]
    found += [(d.programme, d.title, drafts.bundle_of(d)) for d in drafts.under_way(session)]
    return {name: title for name, title, _ in found}, {_code(bundle): title for _, title, bundle in found}


def shared(session: Session, content: Path) -> dict[str, bytes]:
    """Return the shared files of the latest release; those of the content folder if nothing was published."""
    newest = max(publish.published_programmes(session), key=lambda r: r.id, default=None)
    if newest is None:
        return bundles.shared_of(content)
    found = bundles.unpack(newest.content).files
    return {path: raw for path, raw in found.items() if path.startswith(f"{COMMON}/")}


def _code(bundle: Bundle) -> str:
    try:
        return str(bundle.programme.get("code", ""))
    except BundleInvalid:  # a draft may be invalid while it is being changed
        return ""


def files(name: str, title: str, code: str) -> dict[str, bytes]:
    """Return the files of the programme by their path in its folder."""
    found = {}
    for path in sorted(p for p in SEED.rglob("*") if p.is_file()):
        text = path.read_text(encoding="utf-8")
        for mark, value in (("__ID__", name), ("__TITLE__", title), ("__CODE__", code)):
            text = text.replace(mark, value)
        where = path.relative_to(SEED).as_posix()
        found[f"{name}.bpmn" if where == "process.bpmn" else where] = text.encode()
    return found
