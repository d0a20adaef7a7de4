"""What can go wrong in the press."""

from __future__ import annotations


class PressError(Exception):
    """Root of the press's errors; the text is Chinese and names no person."""


class ValueMissing(PressError):
    """A template asks for a value that the data does not hold."""


class TemplateBroken(PressError):
    """A template that cannot be read."""


class ScanUnreadable(PressError):
    """An uploaded file is no picture and no PDF, or too large."""


class SigningFailed(PressError):
    """The certificate cannot be used, or the file cannot be signed."""


class GlyphMissing(PressError):
    """No face of this machine has a character that the page shows."""


class PressBusy(PressError):
    """Others wait already; nothing was begun."""


class RenderingFailed(PressError):
    """The child process died, or ran out of time or memory."""
