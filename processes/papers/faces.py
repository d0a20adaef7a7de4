"""The faces that papers are set in here, for the health page."""

from __future__ import annotations

from documents.fonts import installed

__all__ = ["installed"]
