"""The language of the page that is being made."""

from __future__ import annotations


def language() -> str:
    """ "zh" for Chinese, "en" for English."""
    return "zh"
