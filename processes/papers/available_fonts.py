"""Fonts available for papers, reported by /healthz."""

from __future__ import annotations

from documents.fonts import installed

__all__ = ["installed"]
