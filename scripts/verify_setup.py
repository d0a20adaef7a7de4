"""Whether a step of the set-up works: `python LOCK…`, `paper`, `front-end`.  Exit code 1 and one sentence when not."""

from __future__ import annotations

import json
import re
import sys
from importlib import import_module, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)\s*(;[^\\]*)?", re.MULTILINE)
_MODULES = ("flask", "sqlalchemy", "SpiffWorkflow", "lxml.etree", "processes", "documents", "web")
_NO_PDF = 1_000


def python(lock: str) -> str | None:
    """Every package of a lock file is there in its version, and the program's own can be imported."""
    from packaging.markers import Marker

    for name, version, marker in _PINNED.findall(Path(lock).read_text(encoding="utf-8")):
        if marker and not Marker(marker[1:].strip()).evaluate():
            continue
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            return f"缺少组件 {name}"
        if found != version:
            return f"组件 {name} 应为 {version}，装的是 {found}"
    for module in _MODULES:
        import_module(module)
    return None


def paper() -> str | None:
    """A page in the official face is set by the same program that sets the office's papers."""
    import weasyprint

    html = "<p style='font-family:FandolFang,\"Noto Sans CJK SC\",sans-serif'>一门受理、协同办理</p>"
    made = weasyprint.HTML(string=html).write_pdf()
    if not made or not made.startswith(b"%PDF") or len(made) < _NO_PDF:
        return "没有排出文书"
    return None


def front_end() -> str | None:
    """The manifest of each language names every entry of the desk, and every file that it names is there."""
    config = (ROOT / "web/assets/vite.config.js").read_text(encoding="utf-8")
    entries = re.findall(r'"(src/\w+/\w+\.js)"', config)
    for static in (ROOT / "web/static", ROOT / "web/static/en"):
        manifest = json.loads((static / ".vite" / "manifest.json").read_text(encoding="utf-8"))
        for entry in entries:
            if entry not in manifest:
                return f"没有生成 {entry}"
        for built in manifest.values():
            for file in (built["file"], *built.get("css", [])):
                if not (static / file).is_file():
                    return f"缺少文件 {static.name}/{file}"
    return None if entries else "没有入口"


def main() -> None:
    """Verify one step."""
    step, *rest = sys.argv[1:]
    sys.path.insert(0, str(ROOT))
    fault = {"python": python, "paper": paper, "front-end": front_end}[step](*rest)
    if fault:
        sys.exit(fault)


if __name__ == "__main__":
    main()
