"""Atomic, durable replacement of files: after a power failure either the old or the new one exists."""

from __future__ import annotations

import os
from pathlib import Path


def settled(draft: Path, place: Path) -> None:
    """Rename a temporary file, already flushed to disk, and flush the folder."""
    draft.replace(place)
    settle(place.parent)


def settle(folder: Path) -> None:
    """Flush a folder to disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
