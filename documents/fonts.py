"""Fonts used for papers on this machine: the official ones if installed, free ones otherwise."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache

ROLES = {
    "仿宋": ("仿宋_GB2312", "FandolFang", "LXGW WenKai", "Noto Serif CJK SC"),
    "小标宋": ("方正小标宋_GBK", "FandolSong", "Noto Serif CJK SC"),
    "黑体": ("黑体", "FandolHei", "Noto Sans CJK SC"),
    "宋体": ("宋体", "SimSun", "FandolSong", "Noto Serif CJK SC"),
    "生僻字": ("BabelStone Han", "HanaMinB", "Noto Serif CJK SC"),
}
"""For each kind of official type, the fonts in the order in which the style sheet names them."""


@cache
def installed() -> tuple[str, ...]:
    """Return the font for each kind of type, as `仿宋：FandolFang`; `没有` if the machine has none."""
    lister = shutil.which("fc-list")
    if lister is None:
        return ()
    listed = subprocess.run([lister, ":", "family"], capture_output=True, text=True, check=False)  # noqa: S603
    families = {name.strip() for line in listed.stdout.splitlines() for name in line.split(",")}
    return tuple(
        f"{kind}：{next((f for f in fonts if f in families), '没有')}" for kind, fonts in ROLES.items()
    )
