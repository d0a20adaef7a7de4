"""What a countersigning has come to, in each mode, with so many who agreed, object and have not spoken."""

from __future__ import annotations

import pytest

from processes.cases.colleague_models import Participant
from processes.cases.participants import verdict
from processes.cases.status import CosignMode, CosignVerdict, ParticipantStatus

OPEN = ""
ALL, ANY, ORDER, QUORUM = CosignMode
AGREE, OBJECT = CosignVerdict
WAITING, LATER, DONE, _ = ParticipantStatus


def signers(mode: str, quorum: int, said: str) -> list[Participant]:
    """One for each letter: `+` agreed, `-` objects, `?` is asked, `.` comes later."""
    words = {"+": (DONE, AGREE), "-": (DONE, OBJECT), "?": (WAITING, ""), ".": (LATER, "")}
    return [
        Participant(mode=mode, quorum=quorum, status=words[s][0], verdict=words[s][1], name=f"签{n}")
        for n, s in enumerate(said)
    ]


@pytest.mark.parametrize(
    ("mode", "quorum", "said", "expected"),
    [
        (ALL, 0, "++?", OPEN), (ALL, 0, "+++", AGREE), (ALL, 0, "+-?", OBJECT), (ALL, 0, "-", OBJECT),
        (ORDER, 0, "+?.", OPEN), (ORDER, 0, "++.", OPEN), (ORDER, 0, "+++", AGREE), (ORDER, 0, "-..", OBJECT),
        (ANY, 0, "???", OPEN), (ANY, 0, "-??", OPEN), (ANY, 0, "--+", AGREE), (ANY, 0, "+??", AGREE), (ANY, 0, "---", OBJECT),
        # Two of three: one is not enough, and two objections leave only one who could still agree.
        (QUORUM, 2, "+??", OPEN), (QUORUM, 2, "++?", AGREE), (QUORUM, 2, "+-?", OPEN), (QUORUM, 2, "--?", OBJECT),
        (QUORUM, 2, "-+-", OBJECT), (QUORUM, 2, "+-+", AGREE), (QUORUM, 3, "++?", OPEN), (QUORUM, 3, "+++", AGREE),
        # Nobody need agree who is not there, and somebody must.
        (QUORUM, 5, "++", AGREE), (QUORUM, 5, "+?", OPEN), (QUORUM, 0, "??", OPEN), (QUORUM, 0, "+?", AGREE), (QUORUM, 0, "--", OBJECT),
    ],
)  # fmt: skip
def test_verdict(mode: str, quorum: int, said: str, expected: str) -> None:
    assert verdict(signers(mode, quorum, said)) == expected


def test_verdict__nobody_left_to_ask_stops_nothing() -> None:
    assert verdict([]) == AGREE
