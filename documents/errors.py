"""Errors of the renderer."""

from __future__ import annotations


class PressError(Exception):
    """Root of the renderer's errors; the text is Chinese and names no person."""


class ValueMissing(PressError):
    """A template needs a value that the data do not contain."""


class TemplateBroken(PressError):
    """A template that cannot be read."""


class ScanUnreadable(PressError):
    """An uploaded file is no picture and no PDF, or too large."""


class SigningFailed(PressError):
    """The certificate cannot be used, or the file cannot be signed."""


class GlyphMissing(PressError):
    """No font of this machine has a character on the page."""


class PressBusy(PressError):
    """Others are waiting already; nothing was started."""


class RenderingFailed(PressError):
    """The child process died, or ran out of time or memory."""
