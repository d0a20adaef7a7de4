"""A renderer child process that was taken over cannot run code in the office."""

from __future__ import annotations

import multiprocessing
import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from documents import answers
from documents.errors import RenderingFailed, ScanUnreadable
from documents.sheets import Made, ScannedPage, SignatureSeen


class _Runs:
    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.place}",)


class _Builds:
    def __reduce__(self) -> Any:
        return eval, ("1",)


def answered(content: bytes) -> Any:
    ours, theirs = multiprocessing.Pipe()
    theirs.send_bytes(content)
    try:
        return answers.receive(ours)
    finally:
        ours.close()
        theirs.close()


def test_what_would_run_here_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "ran"
    for forged in (_Runs(place), [_Runs(place)], Made(_Runs(place), 1), _Builds(), Path(tmp_path)):  # type: ignore[arg-type]
        with pytest.raises(RenderingFailed):
            answered(pickle.dumps(forged))
    assert not place.exists()


@pytest.mark.parametrize(
    "content", [b"", b"no pickle", b"\x80\x05", pickle.dumps("x")[:-2], b"\x80\x04\x95" + b"\xff" * 8]
)
def test_what_is_no_answer_is_told(content: bytes) -> None:
    with pytest.raises(RenderingFailed):
        answered(content)


def test_answers_arrive_as_they_were_sent() -> None:
    seen = SignatureSeen("张三", "审批人", "2026-03-02", "县民政局", True, True, False, True)
    for sent in (Made(b"%PDF", 2), (ScannedPage(b"jpg", ("https://x",)),), (seen,), 7, b"png", "said"):
        assert answered(pickle.dumps(sent)) == sent
    told = answered(pickle.dumps(ScanUnreadable("图片不完整")))
    assert (type(told), str(told)) == (ScanUnreadable, "图片不完整")
