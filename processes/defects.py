"""Unexpected errors: an id for the user, type and location for developers, and no personal data."""

from __future__ import annotations

import secrets
import traceback
from typing import Any

import structlog

from processes.errors import YimenError
from processes.texts import tr

CODE = "defect"
DEEPEST = 6
log = structlog.get_logger()


def note(fault: BaseException, **where: Any) -> str:
    """Log an unexpected exception; return the id of the log entry."""
    incident = secrets.token_hex(4)
    frames = [f"{f.filename}:{f.lineno}" for f in traceback.extract_tb(fault.__traceback__)][-DEEPEST:]
    log.error("defect", incident=incident, kind=type(fault).__name__, frames=frames, **where)
    return incident


def said(fault: Exception, **where: Any) -> tuple[str, str]:
    """Return code and message of any exception; unexpected ones are logged first."""
    if isinstance(fault, YimenError):
        log.warning("failed", code=fault.code, **where)
        return fault.code, fault.message
    return CODE, told(note(fault, **where))


def told(incident: str) -> str:
    """Return the message for the user."""
    return tr("系统出现故障（编号 {incident}），请联系系统管理员。已保存的内容没有丢失。", incident=incident)
