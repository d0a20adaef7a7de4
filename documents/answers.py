"""Receives results of renderer child processes without executing anything from them.

A child reads untrusted files with C libraries. If it were taken over, it could send an object that runs code
when unpickled; so only our own result types are unpickled, up to a size limit.
"""

from __future__ import annotations

import io
import pickle
from multiprocessing.connection import Connection
from typing import Any

from documents import errors, sentences, sheets

MAX_ANSWER = 500_000_000
_KINDS = (sheets.Made, sheets.ScannedPage, sheets.SignatureSeen)
_FAULTS = tuple(
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.RendererError)
)
_KNOWN = {(kind.__module__, kind.__qualname__): kind for kind in (*_KINDS, *_FAULTS)}


class _Reader(pickle.Unpickler):
    """Unpickler for plain values, our own results and errors only."""

    def find_class(self, module: str, name: str) -> Any:
        """Return one of the known types; raises `RenderingFailed`."""
        try:
            return _KNOWN[module, name]
        except KeyError:
            raise errors.RenderingFailed(sentences.UNTRUSTED_ANSWER) from None


def receive(pipe: Connection) -> Any:
    """Return the next result; raises `EOFError`, `OSError` if the child has ended, `RenderingFailed` if it is
    not ours."""
    content = pipe.recv_bytes(MAX_ANSWER)
    try:
        return _Reader(io.BytesIO(content)).load()
    except errors.RenderingFailed:
        raise
    except Exception as fault:  # any error that a forged result causes in the unpickler
        raise errors.RenderingFailed(sentences.UNREADABLE_ANSWER) from fault
