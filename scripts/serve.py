"""Serve the office on this machine: the web service and one worker, until stopped or until one of them ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from types import FrameType

_START_UP = 60.0
_DEMO = """演示账号（密码均为 yimen-2026）：
  t1_clerk 城关镇窗口 · t1_investigator、t1_investigator2 调查员 · t1_leader、t1_leader2 分管领导 · t1_village1 村协理员（t1 … t6 为六个乡镇）
  comparison 信息核对员 · county_clerk 县经办 · county_leader 县分管局长 · supervisor、supervisor2 流程管理员
  finance、finance2 备用金 · department 应急局、dept_medical、dept_education、dept_housing、dept_employment、dept_disabled 各部门 · auditor 审计 · admin 管理员"""


def main() -> int:
    """Start both processes, say when the first page can be opened, end both together; the exit code is that of the one that ended first."""
    address = os.environ["YIMEN_LISTEN"]
    if _is_taken(address):
        print(
            f"{address} 已有程序在使用，没有启动。请用 YIMEN_LISTEN 另设，例如 127.0.0.1:8001。",
            file=sys.stderr,
        )
        return 1
    web = subprocess.Popen([sys.executable, "-m", "web"])
    children = [web, subprocess.Popen([sys.executable, "-m", "processes.cli", "worker"])]
    stopping: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopping.append(number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        if _answers(address, web, stopping):
            print(f"\n一门已启动：http://{address}      （Ctrl+C 停止）", flush=True)
            if sys.argv[1:] == ["demo"]:
                print(_DEMO, flush=True)
        while not stopping and all(child.poll() is None for child in children):
            time.sleep(0.2)
        ended = [child.returncode for child in children if child.returncode is not None]
        return 0 if stopping else (ended[0] or 1)
    finally:
        for child in children:
            if child.poll() is None:
                child.terminate()
        for child in children:
            child.wait()


def _is_taken(address: str) -> bool:
    """Whether something else answers there already; it would be taken for this office."""
    host, _, port = address.partition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=1):
            return True
    except (OSError, ValueError):
        return False


def _answers(address: str, web: subprocess.Popen[bytes], stopping: list[int]) -> bool:
    """Whether the web service answers within a minute; ends early when it has ended."""
    until = time.monotonic() + _START_UP
    while time.monotonic() < until and web.poll() is None and not stopping:
        try:
            with urllib.request.urlopen(f"http://{address}/healthz", timeout=2):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(0.1)
    return False


if __name__ == "__main__":
    sys.exit(main())
