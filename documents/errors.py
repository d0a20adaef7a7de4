"""Errors of the renderer."""

from __future__ import annotations


class RendererError(Exception):
    """Root of the renderer's errors; the text is Chinese and names no person."""


class ValueMissing(RendererError):
    """A template needs a value that the data do not contain."""


class TemplateBroken(RendererError):
    """A template that cannot be read."""


class ScanUnreadable(RendererError):
    """An uploaded file is no picture and no PDF, or too large."""


class SigningFailed(RendererError):
    """The certificate cannot be used, or the file cannot be signed."""


class GlyphMissing(RendererError):
    """No font of this machine has a character on the page."""


class RendererBusy(RendererError):
    """Others are waiting already; nothing was started."""


class RenderingFailed(RendererError):
    """The child process died, or ran out of time or memory."""
