"""Cases are found by what was said in them, on both databases, within one's own places."""

from __future__ import annotations

import pytest

from processes.cases import queries, queues
from processes.office.cases.comments import AddComment
from processes.rehearsal.stage import Stage
from processes.storage import full_text
from tests.builders import cases


def test_pairs_of_characters() -> None:
    assert full_text.pairs("妻子常年患病，DB-2026") == ["妻子", "子常", "常年", "年患", "患病", "db", "2026"]
    assert full_text.pairs("𬱟") == ["𬱟"]
    assert full_text.pairs("，。") == []


def test_codes_and_words_too_short_to_be_looked_for__are_not_kept(any_stage: Stage) -> None:
    number = cases.a_case(any_stage, "compare_economy")
    with any_stage.database.reading("") as session:
        assert [row.number for row in queries.cases(session, "因病").rows] == [number]
        for code in ("accept", "illness", "是", "否"):
            assert list(full_text.matching(session, code)) == []


@pytest.mark.parametrize("word", ["东村三组", "李秀英", "建议纳入", "予以受理"])
def test_words_of_the_application_and_of_steps_find_a_case(any_stage: Stage, word: str) -> None:
    number = cases.a_case(any_stage, "post_notice")
    cases.a_case(any_stage, raw=cases.OTHER_HOUSEHOLD, division=f"{cases.VILLAGE[:9]}202")
    leader = any_stage.actor("township_leader", cases.VILLAGE)
    with any_stage.database.reading(leader.division) as session:
        assert number in [row.number for row in queries.cases(session, word).rows]
    with any_stage.database.reading("340199102") as session:
        assert queries.cases(session, word).rows == []


@pytest.mark.parametrize("word", ["常年患病", "省城复查"])
def test_what_was_typed_freely__is_not_in_the_index(any_stage: Stage, word: str) -> None:
    number = cases.a_case(any_stage, "post_notice")
    clerk = any_stage.actor("window_clerk", cases.VILLAGE)
    any_stage.office.perform(AddComment(number, "申请人下周去省城复查"), clerk)
    with any_stage.database.reading("") as session:
        assert list(full_text.matching(session, word)) == []


def test_a_queue_looks_into_the_text_when_no_name_begins_so(any_stage: Stage) -> None:
    number = cases.a_case(any_stage)
    clerk = any_stage.actor("window_clerk", cases.VILLAGE)
    with any_stage.database.reading(clerk.division) as session:
        found = queues.worklist(session, clerk, queues.Wanted("office", word="东村三组"))
        assert [i.case_number for i in found.rows] == [number]
        for nonsense in ("'; DROP TABLE", '" OR body:', "& |", "没有这样的话"):
            assert queues.worklist(session, clerk, queues.Wanted("office", word=nonsense)).rows == []
