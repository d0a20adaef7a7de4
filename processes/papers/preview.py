"""Previews of a template in a draft: with the data of a case, and with extreme data."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import render
from documents.errors import RendererError
from processes.cases.models import Case
from processes.errors import Invalid, NotFound
from processes.papers import renderer_sentences
from processes.papers.models import IssuedPaper
from processes.releases.bundle import Bundle
from processes.texts import tr

MANY_MEMBERS = 30
READABLE = 1100
"""Pixels of a readable page."""
_LONG_NAME = tr("古丽娜孜·阿不都热合曼")
_LONG_TEXT = tr(
    "家庭成员长期患病，劳动能力丧失，承包地收入微薄，子女就学支出较大，经入户调查、邻里访问和信息核对，情况属实。"
)
_LONGEST = 300
_LONG_ADDRESS = tr("演示县城关镇东村民委员会第三村民小组桥头自然村老供销社旁边的砖木结构平房南侧第二户")


def paper_of(session: Session, template: str, case_number: str = "") -> IssuedPaper:
    """Return the latest paper made from a template, of one case or of any in scope; raises `NotFound`."""
    query = select(IssuedPaper).where(IssuedPaper.template == template).order_by(IssuedPaper.id.desc())
    if case_number:
        query = query.join(Case, Case.id == IssuedPaper.case_id).where(
            Case.number == case_number.strip().upper()
        )
    found = session.scalars(query.limit(1)).first()
    if found is None:
        raise NotFound()
    return found


def data_of(paper: IssuedPaper) -> dict[str, Any]:
    """Return the template data of a paper; papers older than handwriting and decisions in contracts have none."""
    return {"handwriting": [], "decision": None, **paper.contract}


def worst(contract: dict[str, Any]) -> dict[str, Any]:
    """Return the data with thirty members and the longest name, address and opinions, to test overflow."""
    made = copy.deepcopy(contract)
    if made.get("members"):
        made["members"] = [{**made["members"][0], "name": _LONG_NAME} for _ in range(MANY_MEMBERS)]
    for name in ("applicant", "recipient"):
        if isinstance(made.get(name), dict):
            made[name]["name"] = _LONG_NAME
        elif name in made:
            made[name] = _LONG_NAME
    if "address" in made:
        made["address"] = _LONG_ADDRESS
    long = (_LONG_TEXT * (_LONGEST // len(_LONG_TEXT) + 1))[:_LONGEST]
    for opinion in (*made.get("opinions", ()), *made.get("superseded", ())):
        opinion["text"] = long
    if isinstance(made.get("opinion"), str):
        made["opinion"] = long
    for answers in made.get("answers", {}).values():
        for key, value in answers.items():
            if len(value) > len(_LONG_NAME):
                answers[key] = long
    return made


def picture(content: bytes) -> bytes:
    """Return the first page of a PDF as a picture; raises `Invalid` if it cannot be drawn."""
    try:
        return render.preview(render.Previewing(content, True, READABLE))
    except RendererError as fault:
        raise Invalid(reason=tr("不能预览：{fault}", fault=fault)) from fault


def pdf(bundle: Bundle, template: str, data: dict[str, Any], now: datetime) -> bytes:
    """Render a template of a content with data; raises `Invalid` with the error in the template."""
    sheet = render.RenderJob(
        bundle.templates(), template, data, "https://example.invalid/verify/PREVIEW", now.isoformat()
    )
    try:
        return render.to_screen(sheet).content
    except RendererError as fault:
        raise Invalid(reason=renderer_sentences.of(fault)) from fault
