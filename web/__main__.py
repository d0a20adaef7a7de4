"""`python -m web`: serves the desk with waitress."""

from __future__ import annotations

import os
import resource
import sys

import waitress

from processes.errors import YimenError
from processes.settings import LISTEN, OWNER_ONLY
from processes.texts import tr
from web import connections, proxies
from web.app import MAX_REQUEST, create_app
from web.stopping import answer_before_stopping

THREADS = 8
CONNECTIONS = 2_000
"""A browser keeps six idle connections; the library's own limit of 100 would allow 17 browsers."""
IDLE_SECONDS = 30
"""An idle connection is closed after this; the browser opens another one by itself."""


def main() -> None:
    """Serve until stopped; start-up errors are printed as one sentence."""
    os.umask(OWNER_ONLY)
    host, _, port = os.environ.get("YIMEN_LISTEN", LISTEN).partition(":")
    try:
        app = create_app()
    except YimenError as fault:
        sys.exit(fault.message)
    _allow_descriptors()
    try:
        server = waitress.create_server(
            app, host=host, port=int(port), threads=THREADS, ident="yimen",
            max_request_body_size=MAX_REQUEST + 1,  # larger requests are refused by their header alone
            connection_limit=CONNECTIONS, channel_timeout=IDLE_SECONDS, cleanup_interval=5, backlog=1024,
            asyncore_use_poll=True,  # `select` supports no descriptor above 1023
            clear_untrusted_proxy_headers=False,  # `web.proxies` decides whose headers count
        )  # fmt: skip
    except (OSError, ValueError):
        sys.exit(
            tr(
                "不能在 {host}:{port} 上提供服务：端口已被占用，或地址不对。请用 YIMEN_LISTEN 另设，例如 127.0.0.1:8001。",
                host=host,
                port=port,
            )
        )
    connections.limit(server, proxies.named(app.extensions["office"].settings.trusted_proxies))
    answer_before_stopping(server)
    server.run()


def _allow_descriptors() -> None:
    """Raise the limit of open files as far as the system allows: each connection needs one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS
    most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


if __name__ == "__main__":
    main()
