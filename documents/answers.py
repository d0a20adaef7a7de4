"""What a child of the press answers, read without letting it run anything here.

A child reads files of strangers with libraries written in C.  Whoever took one over could answer with an object that runs
code where it is unpacked; so only our own kinds of answers are unpacked, and only so many bytes.
"""

from __future__ import annotations

import io
import pickle
from multiprocessing.connection import Connection
from typing import Any

from documents import errors, sheets

MAX_ANSWER = 500_000_000
_KINDS = (sheets.Made, sheets.ScannedPage, sheets.SignatureSeen)
_FAULTS = tuple(
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.PressError)
)
_KNOWN = {(kind.__module__, kind.__qualname__): kind for kind in (*_KINDS, *_FAULTS)}


class _Reader(pickle.Unpickler):
    """Plain values, our own answers and errors; nothing else is looked up."""

    def find_class(self, module: str, name: str) -> Any:
        """One of the known kinds; raises `RenderingFailed`."""
        try:
            return _KNOWN[module, name]
        except KeyError:
            raise errors.RenderingFailed("文书进程的回答不可信") from None


def receive(pipe: Connection) -> Any:
    """The next answer; raises `EOFError`, `OSError` when the child has ended, `RenderingFailed` when it is none of ours."""
    content = pipe.recv_bytes(MAX_ANSWER)
    try:
        return _Reader(io.BytesIO(content)).load()
    except errors.RenderingFailed:
        raise
    except Exception as fault:  # whatever a forged answer makes the reader stumble over
        raise errors.RenderingFailed("文书进程的回答无法读取") from fault
