"""Labels of keys on pages: one for each key that the office knows."""

from __future__ import annotations

from processes.cases.participants import AGREE, OBJECT
from processes.people import forms
from web import words
from web.desks import worklist


def test_each_category_has_a_word_for_lists() -> None:
    assert words.CATEGORIES.keys() == forms.CATEGORIES.keys()


def test_each_queue_says_that_it_is_empty() -> None:
    """Who is asked for a word has a table of their own."""
    assert words.EMPTY_QUEUES.keys() == worklist.TITLES.keys() - {"asked"}


def test_colours_are_called_the_same_in_the_filter_and_in_the_table() -> None:
    both = worklist.COLOUR_TITLES.keys() & words.COLOURS.keys()
    assert both == {"overdue", "red", "yellow"}
    assert all(worklist.COLOUR_TITLES[k] == words.COLOURS[k] for k in both)


def test_both_verdicts_have_a_word() -> None:
    assert words.VERDICTS.keys() == words.VERDICTS_OF_SECONDS.keys() == {AGREE, OBJECT}
