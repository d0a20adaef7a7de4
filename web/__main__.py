"""`python -m web`: serve the desk with waitress."""

from __future__ import annotations

import os
import sys

import waitress

from processes.errors import YimenError
from processes.settings import LISTEN, OWNER_ONLY
from web.app import create_app

THREADS = 8


def main() -> None:
    """Serve until stopped; what stands in the way is said in one sentence."""
    os.umask(OWNER_ONLY)
    host, _, port = os.environ.get("YIMEN_LISTEN", LISTEN).partition(":")
    try:
        app = create_app()
    except YimenError as fault:
        sys.exit(fault.message)
    try:
        server = waitress.create_server(app, host=host, port=int(port), threads=THREADS, ident="yimen")
    except (OSError, ValueError):
        sys.exit(
            f"不能在 {host}:{port} 上提供服务：端口已被占用，或地址不对。请用 YIMEN_LISTEN 另设，例如 127.0.0.1:8001。"
        )
    server.run()


if __name__ == "__main__":
    main()
