"""Write NOTICE: every third-party part that the program ships, builds in or installs, with version and licence.

`scripts/notice.py` writes the file; `scripts/notice.py --check` says whether it is up to date.  Python packages are
read from the environment of requirements/run.txt, front-end packages from package-lock.json, fonts from a list here.
"""

from __future__ import annotations

import json
import re
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)
_LICENCE_FIELD = 60
_SAID_ELSEWHERE = {
    "blinker": "MIT", "brotlicffi": "MIT", "tzdata": "Apache-2.0", "flask-wtf": "BSD-3-Clause",
    "wtforms": "BSD-3-Clause", "pyphen": "GPL-2.0-or-later OR LGPL-2.1-or-later OR MPL-1.1",
    "spiffworkflow": "LGPL-3.0-or-later", "pebble": "LGPL-3.0-only", "waitress": "ZPL-2.1", "component-props": "MIT", "cli-table": "MIT",
}  # fmt: skip
"""Licences of packages whose metadata names none, or names it in other words; read in their licence files."""
_BPMN_IO = "bpmn.io licence"
_FONTS = (
    (
        "FandolFang, FandolHei, FandolKai, FandolSong",
        "GPL-3.0 with font exception",
        "Debian texlive-lang-chinese",
    ),
    ("LXGW WenKai", "OFL-1.1", "Debian fonts-lxgw-wenkai"),
    ("BabelStone Han", "Arphic Public License", "Debian fonts-babelstone-han"),
)
_HEAD = """Yimen (一门)
Copyright 2026 the Yimen authors
Licensed under the Apache License, Version 2.0; see LICENSE.

This file is made by scripts/notice.py.  It names the third-party parts that the program builds in or installs.
Full licence texts are in the packages themselves: site-packages/*.dist-info for Python, node_modules/*/LICENSE for
the front end.

bpmn-js, dmn-js, form-js and their parts are built into the pages of the process studio under the bpmn.io licence:
the source code responsible for displaying the bpmn.io project watermark that links back to https://bpmn.io as part of
rendered diagrams must not be removed or changed, and it must stay fully visible and not be covered by other elements.

Apache ECharts, Copyright 2017-2026 The Apache Software Foundation, is built into the pages; this product includes
software developed at The Apache Software Foundation.
"""


def text() -> str:
    """The whole file."""
    parts = [
        _HEAD,
        "\nFonts, unpacked at set-up and embedded in papers\n",
        *(f"  {name} | {licence} | {source}\n" for name, licence, source in _FONTS),
        "\nBuilt into the pages (npm)\n",
        *(f"  {name} {version} | {licence}\n" for name, version, licence in front_end()),
        "\nInstalled beside the program (Python)\n",
        *(f"  {name} {version} | {licence}\n" for name, version, licence in python()),
    ]
    return "".join(parts)


def python() -> list[tuple[str, str, str]]:
    """Name, version, licence of every package of the runtime lock."""
    lock = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    return [(name, version, _licence(name)) for name, version in _PINNED.findall(lock)]


def front_end() -> list[tuple[str, str, str]]:
    """Name, version, licence of every package that the pages are built from; build tools are left out."""
    lock = json.loads((ROOT / "web/assets/package-lock.json").read_text(encoding="utf-8"))
    found = set()
    for place, package in lock["packages"].items():
        if not place or package.get("dev") or package.get("devOptional"):
            continue
        name = place.rpartition("node_modules/")[2]
        said = package.get("license", "")
        licence = _BPMN_IO if said.startswith("SEE LICENSE") else _SAID_ELSEWHERE.get(name) or said
        found.add((name, package["version"], licence or "?"))
    return sorted(found)


def _licence(name: str) -> str:
    if name in _SAID_ELSEWHERE:
        return _SAID_ELSEWHERE[name]
    about = metadata.metadata(name)
    said = about.get("License-Expression") or about.get("License") or ""
    if said and len(said) < _LICENCE_FIELD and "\n" not in said:
        return said
    kinds = [
        c.rpartition("::")[2].strip() for c in about.get_all("Classifier") or [] if c.startswith("License ::")
    ]
    return " OR ".join(kinds) or "?"


def main() -> int:
    """Write or check."""
    file = ROOT / "NOTICE"
    made = text()
    unnamed = [line.strip() for line in made.splitlines() if line.endswith("| ?")]
    if unnamed:
        sys.exit(f"no licence is known of: {', '.join(unnamed)}")
    if sys.argv[1:] == ["--check"]:
        return 0 if file.is_file() and file.read_text(encoding="utf-8") == made else 1
    file.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
