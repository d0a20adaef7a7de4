"""What a project owes its readers: licence, notice, dated changes, an index of the documents, one version."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_the_notice_names_what_is_locked() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/notice.py", "--check"], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0, "run .venv/bin/python scripts/notice.py"


def test_the_licence_is_the_one_that_the_project_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_one_version_everywhere__and_it_is_in_the_changelog() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    front = json.loads((ROOT / "web/assets/package.json").read_text(encoding="utf-8"))
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert project["version"] == front["version"]
    assert re.search(rf"^## \[{re.escape(project['version'])}\] - \d{{4}}-\d\d-\d\d$", changes, re.MULTILINE)
    headings = set(re.findall(r"^### (.+)$", changes, re.MULTILINE))
    assert headings <= {"Added", "Changed", "Fixed", "Security", "Removed", "Deprecated", "Migrations"}


def test_every_link_of_the_readmes_and_the_index_leads_somewhere() -> None:
    for file in (
        ROOT / "README.md",
        ROOT / "README.en.md",
        ROOT / "docs" / "README.md",
        ROOT / "CONTRIBUTING.md",
    ):
        for target in re.findall(r"\]\(([^)#]+)\)", file.read_text(encoding="utf-8")):
            assert (file.parent / target).exists(), f"{file.name}: {target}"


def test_every_page_of_the_documents_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    assert [
        p.name for p in (ROOT / "docs").glob("*.md") if p.name != "README.md" and p.name not in index
    ] == []


def test_every_decision_is_in_the_index__with_the_numbers_that_are_unused() -> None:
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text(encoding="utf-8")
    files = sorted(p.name for p in folder.glob("0*.md"))
    assert [name for name in files if f"]({name})" not in index] == []
    numbers = [int(name[:4]) for name in files]
    assert len(numbers) == len(set(numbers)), "a number is never used twice"
    unused = ", ".join(f"{n:04d}" for n in range(1, max(numbers) + 1) if n not in numbers)
    assert f"Unused numbers: {unused}." in index
