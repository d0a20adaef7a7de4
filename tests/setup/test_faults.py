"""What goes wrong while setting up is one sentence and a failure, and the next call mends it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
ENVIRONMENT = ". scripts/setup.sh; python_environment run"
pytestmark = [pytest.mark.registries, pytest.mark.xdist_group("setup")]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The program as a newcomer has it after the installer was fetched."""
    if not (ROOT / ".uv" / "stamp").is_file():
        pytest.fail("run the tests with ./test")
    files = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    wanted = (
        "scripts/",
        "requirements/",
        "processes/",
        "web/",
        "documents/",
        "pyproject.toml",
        "LICENSE",
        "NOTICE",
        "README",
    )
    for name in files.stdout.split("\0"):
        if name.startswith(wanted) and (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / ".uv", tmp_path / ".uv", symlinks=True)
    return tmp_path


def run(clone: Path, script: str = ENVIRONMENT, **extra: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k not in ("YIMEN_VAR", "FONTCONFIG_FILE")} | extra
    return subprocess.run(
        ["bash", "-c", script], cwd=clone, env=environment, capture_output=True, text=True, timeout=300, check=False
    )  # fmt: skip


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a failure."""
    assert done.returncode != 0
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def mended(clone: Path) -> None:
    done = run(clone)
    assert done.returncode == 0, done.stderr
    assert (clone / ".venv" / "stamp").is_file()
    assert (
        subprocess.run([clone / ".venv/bin/yimen", "--help"], capture_output=True, check=False).returncode
        == 0
    )


def test_a_wrong_hash(clone: Path) -> None:
    lock = clone / "requirements" / "run.txt"
    right = lock.read_text()
    lock.write_text(
        re.sub(r"(click==\S+ \\\n(?:.*\\\n)*?.*?sha256:)[0-9a-f]{64}", rf"\g<1>{'0' * 64}", right, count=1)
    )
    wrong = lock.read_text()
    block = re.search(r"click==(?:.*\\\n)+.*\n", wrong)
    assert block is not None
    lock.write_text(wrong.replace(block[0], re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", block[0])))
    assert "校验值不符" in refused(run(clone))
    assert not (clone / ".venv" / "stamp").exists()
    lock.write_text(right)
    mended(clone)


def test_no_source_of_packages(clone: Path, tmp_path: Path) -> None:
    away = {
        "PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_FIND_LINKS": "",
        "PIP_EXTRA_INDEX_URL": "", "UV_CACHE_DIR": str(tmp_path / "cache"), "UV_HTTP_RETRIES": "0",
    }  # fmt: skip
    assert "不能从软件源取得组件" in refused(run(clone, **away))
    assert not (clone / ".venv" / "stamp").exists()
    mended(clone)


def test_a_full_disk(clone: Path) -> None:
    may = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0
    if os.getuid() != 0 or not may:
        pytest.skip("mounting a small disk needs root")
    (clone / ".venv").mkdir()
    small = f"mount -t tmpfs -o size=24m tmpfs .venv && {{ {ENVIRONMENT}; }}"
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "bash", "-c", small], cwd=clone, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert "磁盘空间不足" in refused(done)
    mended(clone)


def test_a_killed_installation(clone: Path) -> None:
    started = subprocess.Popen(
        ["bash", "-c", ENVIRONMENT], cwd=clone, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )  # fmt: skip
    packages = clone / ".venv" / "lib"
    until = time.monotonic() + 120
    while len(list(packages.glob("python3*/site-packages/*"))) < 12 and time.monotonic() < until:
        time.sleep(0.01)
    os.killpg(started.pid, signal.SIGKILL)
    started.wait()
    assert not (clone / ".venv" / "stamp").exists()
    mended(clone)


def test_an_environment_of_other_locks_is_brought_up_to_date(clone: Path) -> None:
    mended(clone)
    (clone / ".venv" / "stamp").write_text("run 0000000000000000\n")
    mended(clone)
