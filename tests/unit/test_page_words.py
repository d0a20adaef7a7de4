"""Labels of keys on pages: one for each key that the office knows."""

from __future__ import annotations

from processes.cases.status import ClockColour, CosignVerdict, DueBucket, ParticipantKind
from processes.people import forms
from web import words


def test_each_category_has_a_word_for_lists() -> None:
    assert words.CATEGORIES.keys() == forms.CATEGORIES.keys()


def test_each_queue_says_that_it_is_empty() -> None:
    """Who is asked for a word has a table of their own."""
    assert words.EMPTY_QUEUES.keys() == words.QUEUES.keys() - {"asked"}


def test_colours_are_called_the_same_in_the_filter_and_in_the_table() -> None:
    parts, colours = DueBucket.titles(), ClockColour.titles()
    both = parts.keys() & colours.keys()
    assert both == {"overdue", "red", "yellow"}
    assert all(parts[k] == colours[k] for k in both)


def test_each_verdict_has_a_word_for_signers_and_for_seconds() -> None:
    def said(kind: ParticipantKind) -> list[str]:
        return [kind.answer_title(verdict) for verdict in ("agree", "object", "")]

    assert said(ParticipantKind.COSIGN) == ["同意", "不同意", ""]
    assert said(ParticipantKind.SECOND) == ["已确认参加", "提出异议", ""]
    assert set(CosignVerdict.titles()) == {"agree", "object"}
