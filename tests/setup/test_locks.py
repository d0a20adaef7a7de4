"""The lock files are complete and say what pyproject.toml asks for; the installer reads pip's sources."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from scripts import pip_index

ROOT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = {"run": ("build",), "dev": ("build", "dev")}
_LINE = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)(?:\[(?P<extras>[^]]*)\])?==(?P<version>[^ ;\\]+)", re.MULTILINE
)


def locked(name: str) -> dict[str, tuple[Version, set[str]]]:
    """Version and extras of every package of a lock file, by canonical name."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return {
        canonicalize_name(m["name"]): (Version(m["version"]), set((m["extras"] or "").split(",")) - {""})
        for m in _LINE.finditer(text)
    }


def missing(wanted: list[Requirement], lock: dict[str, tuple[Version, set[str]]]) -> list[str]:
    """Requirements that a lock does not meet in version."""
    return [
        str(r) for r in wanted
        if (found := lock.get(canonicalize_name(r.name))) is None or found[0] not in r.specifier
    ]  # fmt: skip


@pytest.mark.parametrize("name", LOCKS)
def test_what_the_project_asks_for_is_locked(name: str) -> None:
    extras = PROJECT["optional-dependencies"]
    asked = PROJECT["dependencies"] + [r for extra in LOCKS[name] for r in extras[extra]]
    assert missing([Requirement(r) for r in asked], locked(name)) == [], "run scripts/lock"


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_all_that_its_packages_ask_for__extras_included(name: str) -> None:
    """`coverage` without `[toml]` once broke every fresh installation when a newer one was released."""
    lock = locked(name)
    for package in lock:
        try:
            asked = [Requirement(r) for r in metadata.requires(package) or ()]
        except metadata.PackageNotFoundError:
            continue  # for another platform or interpreter
        _, extras = lock[package]
        needed = [
            r for r in asked
            if r.marker is None or any(r.marker.evaluate({"extra": e}) for e in ("", *extras))
        ]  # fmt: skip
        assert missing(needed, lock) == [], f"{package}: run scripts/lock"
        for r in needed:
            assert r.extras <= lock[canonicalize_name(r.name)][1], f"{package} asks for {r}"


def test_locks_hold_hashes_and_no_addresses() -> None:
    for file in (ROOT / "requirements").glob("*.txt"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"https?:|--(index|extra|find|trusted)", text), file
        blocks = re.split(r"\n(?=\S)", text.strip())
        assert all("--hash=sha256:" in b for b in blocks), file


def test_the_front_end_lock_holds_no_addresses_and_named_versions_only() -> None:
    assets = ROOT / "web" / "assets"
    assert '"resolved"' not in (assets / "package-lock.json").read_text(encoding="utf-8")
    named = re.findall(r'"[^"]+": "([^"]*\d+\.\d+\.\d+[^"]*)"', (assets / "package.json").read_text())
    assert [v for v in named if not re.fullmatch(r"\d+\.\d+\.\d+", v)] == []


def test_an_unmet_requirement_is_seen() -> None:
    lock = {"click": (Version("8.0"), set())}
    assert missing([Requirement("click>=8.1"), Requirement("flask")], lock) == ["click>=8.1", "flask"]


def test_sources_of_pip_are_passed_on(tmp_path: Path) -> None:
    here = tmp_path / "wheels"
    here.mkdir()
    listing = f"""global.index-url='https://one.example/simple'
:env:.index-url='https://two.example/simple'
global.extra-index-url='\\nhttps://three.example/simple\\nfile:///nowhere/simple'
global.find-links='{here} {tmp_path}/missing'
global.cert='/etc/ssl/cert.pem'
"""
    assert pip_index.arguments(listing) == [
        "--default-index", "https://two.example/simple",
        "--index", "https://three.example/simple",
        "--find-links", str(here),
    ]  # fmt: skip
