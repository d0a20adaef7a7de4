"""`python -m web`: serve the desk with waitress."""

from __future__ import annotations

import os

import waitress

from web.app import create_app

THREADS = 8

if __name__ == "__main__":
    host, _, port = os.environ.get("YIMEN_LISTEN", "127.0.0.1:8000").partition(":")
    waitress.serve(create_app(), host=host, port=int(port), threads=THREADS, ident="yimen")
