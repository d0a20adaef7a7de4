"""Putting a file in its place so that a power cut leaves the old one or the new one, and never a name without a file."""

from __future__ import annotations

import os
from pathlib import Path


def settled(draft: Path, place: Path) -> None:
    """Give a draft, whose bytes lie on the disk, its name, and wait until the folder that holds the name does too."""
    draft.replace(place)
    settle(place.parent)


def settle(folder: Path) -> None:
    """Wait until what a folder names lies on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
