"""Papers of no case (lists, statements, catalogues), rendered with the shared templates of the latest release."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from documents import render
from documents.errors import RendererError
from processes.errors import RenderFailed
from processes.papers import renderer_sentences
from processes.releases import publish


def made(
    session: Session,
    template: str,
    data: Mapping[str, Any],
    now: datetime,
    address: str = "",
    marked: bool = True,
) -> render.Made:
    """Return the PDF; raises `RenderFailed`. `marked`: whether its pages get marks for filing scans."""
    release = publish.published_programmes(session)[0]
    templates = publish.open_release(session, release.id).templates()
    try:
        return render.to_pdf(
            render.RenderJob(templates, template, dict(data), address, now.isoformat(), marked=marked)
        )
    except RendererError as fault:
        raise RenderFailed(reason=renderer_sentences.of(fault)) from fault
