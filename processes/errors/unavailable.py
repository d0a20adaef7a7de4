"""It cannot be done just now."""

from __future__ import annotations

from processes.errors.families import Unavailable


class DatabaseBusy(Unavailable):
    """The database did not answer in time."""

    code = "database_busy"


class DatabaseUnreachable(Unavailable):
    """The database is away, is starting, or cannot write where it is kept."""

    code = "database_unreachable"
    text = "数据库暂时不能使用，请稍候再试；一直如此的，请告知系统管理员。已填写的内容没有丢失。"
    text_en = (
        "The database cannot be used at present; please try again, and tell the administrator if it stays so."
    )


class AnchorUnwritten(Unavailable):
    """The daily seal is made, but its file takes no line."""

    code = "anchor_unwritten"
    text = "每日封存没有写入 {file}：{reason}。系统会自动重试。"
    text_en = "The daily seal was not written to {file}: {reason}. It will be tried again."


class RenderFailed(Unavailable):
    """The document process died, or ran out of time or memory."""

    code = "render_failed"
    text = "文书生成失败：{reason}。系统会自动重试。"
    text_en = "Rendering failed: {reason}. It will be tried again."


class PaperNotReady(Unavailable):
    """The paper is still being made."""

    code = "paper_not_ready"
    text = "文书正在生成，请稍候片刻再打开。"
    text_en = "The paper is still being made."
