"""Scripts swallow no exit code, and nothing in set-up, tests or program sends anything to anybody."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SCRIPTS = [
    p for p in (ROOT / "run", ROOT / "test", ROOT / ".ci" / "run", *sorted((ROOT / "scripts").iterdir()))
    if p.is_file() and p.read_text(encoding="utf-8").startswith("#!/usr/bin/env bash")
]  # fmt: skip
SWALLOWED = (
    (r"\|\|\s*(true|:)(\s|;|\)|$)", "an exit code is thrown away"),
    (r"set \+e", "errors are turned off"),
    (r";\s*true\b", "an exit code is replaced"),
    (r"\|\s*grep -v", "a pipe hides what failed in front of it"),
    (r"^[^#]*(?<![|&>0-9])&\s*$", "nobody waits for this process"),
)
OUTSIDE = re.compile(r"https?://(?!127\.0\.0\.1|localhost|\{|\$|\"|')[\w.-]+")
NAMES_ONLY = re.compile(
    r"https?://(www\.w3\.org|www\.omg\.org|schema\.omg\.org|bpmn\.io|spiffworkflow\.org|yimen\.(local|example)|"
    r"schemas?\.[\w.-]+|camunda\.org|flowable\.org|example\.invalid|[\w.-]+\.example|json-schema\.org|ns\.adobe\.com|www\.aiim\.org)"
)


def swallowed(text: str) -> list[str]:
    """What is wrong with a script, by line."""
    return [
        f"{n}: {what}"
        for n, line in enumerate(text.splitlines(), start=1)
        for pattern, what in SWALLOWED
        if not line.lstrip().startswith("#") and re.search(pattern, line)
    ]


SOURCED = {"postgresql.sh", "clamd.sh"}
"""Read by other scripts, which begin with it."""


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_no_exit_code_is_swallowed(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "set -euo pipefail" in text or path.name in SOURCED, "begin with set -euo pipefail"
    assert swallowed(text) == []


@pytest.mark.parametrize(
    "bad", ["pip install x || true", "a | grep -v WARNING", "set +e", "kill $p || :", "server &"]
)
def test_a_bad_line_is_seen(bad: str) -> None:
    assert swallowed(bad)


def test_every_script_is_read() -> None:
    assert {p.name for p in SCRIPTS} >= {"run", "test", "setup.sh", "postgresql.sh", "bare", "lock"}


def test_install_scripts_of_packages_do_not_run() -> None:
    text = (ROOT / "scripts" / "setup.sh").read_text(encoding="utf-8")
    installs = re.findall(r"\bci\b[^\n]*|npm install[^\n]*", text)
    assert installs
    assert all("--ignore-scripts" in line for line in installs)
    assert "DO_NOT_TRACK=1" in text


@pytest.mark.parametrize("folder", ["processes", "documents", "web", "scripts", "benchmarks"])
def test_no_address_outside_is_named(folder: str) -> None:
    """Only names of XML namespaces and schemas look like addresses; nothing is fetched from them."""
    kinds = {".py", ".js", ".html", ".css", ".sh", ".toml", ""}
    found = []
    for path in sorted((ROOT / folder).rglob("*")):
        built = {"node_modules", "static", "__pycache__"} & set(path.parts)
        if built or not path.is_file() or path.suffix not in kinds:
            continue
        for m in OUTSIDE.finditer(path.read_text(encoding="utf-8")):
            if not NAMES_ONLY.match(m[0]):
                found.append(f"{path.relative_to(ROOT)}: {m[0]}")
    assert found == []


def test_node_is_looked_for_once() -> None:
    """The folder of a wheel's Node, on PATH from then on, holds an `npm` that does not run."""
    asked = (
        "set -eu; . scripts/setup.sh; NODE=(one); NPM=(two three); node_command; echo ${NODE[*]} ${NPM[*]}"
    )
    told = subprocess.run(["bash", "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["one", "two", "three"]
