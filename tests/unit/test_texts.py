"""Texts of the program: Chinese as strings, shown in another language with the same values."""

from __future__ import annotations

import pickle
from datetime import date, datetime

from processes.errors import DutySeparation
from processes.policy import values
from processes.policy.titled import TitledEnum
from processes.storage.sealing import _dump_message, _load_message
from processes.texts import Text, packed, shown, shown_throughout, tr, tr_day, tr_minute, unpacked

ENGLISH = {
    "还差 {n} 人": "{n} more needed", "{who}退回：{why}": "Sent back by {who}: {why}", "、": ", ", "办理中": "open",
    "{month}月{day}日": "{month}-{day}", "，已办结": ", done",
}  # fmt: skip


def find(message: str) -> str:
    return ENGLISH.get(message, message)


def test_a_text_is_its_chinese_sentence() -> None:
    text = tr("还差 {n} 人", n=2)
    assert text == "还差 2 人" and hash(text) == hash("还差 2 人") and f"{text}。" == "还差 2 人。"
    assert values.dumps({"why": text}) == values.dumps({"why": "还差 2 人"})


def test_it_is_shown_with_the_same_values__texts_among_them_too() -> None:
    text = tr("{who}退回：{why}", who="办理中", why=tr("还差 {n} 人", n=2))
    assert text == "办理中退回：还差 2 人"
    # What somebody is called is no text, even where it reads like one.
    assert shown(text, find) == "Sent back by 办理中: 2 more needed"


def test_what_people_typed_is_shown_as_it_is() -> None:
    assert shown("办理中", find) == "办理中"
    assert shown(None, find) is None


def test_braces_in_what_people_typed_are_no_placeholders() -> None:
    text = tr("{who}退回：{why}", who="{why}", why="{0.__class__}")
    assert shown(text, find) == "Sent back by {why}: {0.__class__}"


def test_texts_are_joined_and_added() -> None:
    joined = tr("、").join([tr("办理中"), "赵窗口"])
    assert joined == "办理中、赵窗口" and shown(joined, find) == "open, 赵窗口"
    assert shown(tr("办理中") + tr("，已办结"), find) == "open, done"
    assert shown("赵窗口" + tr("，已办结"), find) == "赵窗口, done"
    assert tr("、").join([]) == "" and shown(tr("、").join([]), find) == ""


def test_spaces_at_the_ends_stay() -> None:
    assert shown(tr(" 办理中 "), find) == " open "


def test_days_and_minutes() -> None:
    assert tr_day(date(2026, 3, 9)) == "03月09日" and shown(tr_day(date(2026, 3, 9)), find) == "03-09"
    assert tr_minute(datetime(2026, 3, 9, 8, 5)) == "03月09日 08:05"


def test_data_is_shown_throughout() -> None:
    data = {"rows": [{"title": tr("办理中"), "name": "办理中"}], "n": 3}
    assert shown_throughout(data, find) == {"rows": [{"title": "open", "name": "办理中"}], "n": 3}


def test_a_text_passes_between_processes_and_through_the_database() -> None:
    text = tr("{who}退回：{why}", who="赵窗口", why=tr("、").join([tr("办理中"), tr("还差 {n} 人", n=2)]))
    for again in (pickle.loads(pickle.dumps(text)), unpacked(values.loads(values.dumps(packed(text))))):
        assert again == text and isinstance(again, Text)
        assert shown(again, find) == "Sent back by 赵窗口: open, 2 more needed"


def test_a_plain_string_that_begins_like_a_stored_message_comes_back() -> None:
    for written in ("\x02", '\x02{"message": "{a}"}', "办理中"):
        assert _load_message(_dump_message(written)) == written


def test_titles_and_messages_of_errors_are_texts() -> None:
    class State(TitledEnum):
        OPEN = "open", "办理中"

    assert State.OPEN.title == "办理中" and shown(State.OPEN.title, find) == "open"
    fault = DutySeparation(earlier="入户调查", step="审批")
    assert isinstance(fault.message, Text) and "“入户调查”" in fault.message
