"""Uploaded files are parsed by the renderer's child process; what it cannot read is refused with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from documents.errors import RendererBusy, RendererError, ScanUnreadable
from processes.errors import AttachmentRefused
from processes.papers import renderer_sentences
from processes.texts import tr


@contextmanager
def told() -> Iterator[None]:
    """Convert an error of the renderer for a file to `AttachmentRefused`; nothing is retried automatically."""
    try:
        yield
    except ScanUnreadable as fault:
        raise AttachmentRefused(reason=renderer_sentences.of(fault)) from fault
    except RendererBusy as fault:
        raise AttachmentRefused(reason=tr("正在读取的文件较多，请稍候再上传")) from fault
    except RendererError as fault:
        raise AttachmentRefused(
            reason=tr("文件没有在限定的时间和内存内读完，请稍后再试；仍不行的，请重新扫描或者另存后再试")
        ) from fault
