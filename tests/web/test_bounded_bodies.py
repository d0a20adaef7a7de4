"""What a window sends as JSON or TOML is bounded before anything reads it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from processes.errors import Invalid
from processes.rehearsal.stage import Stage
from processes.releases import toml_rows
from tests.builders.desks import Person
from tests.conftest import CONTENT
from web import forms


def _sent(person: Person, address: str, raw: bytes) -> str:
    headers = {
        "X-CSRFToken": person.csrf,
        "Referer": "https://localhost/",
        "Content-Type": "application/json",
    }
    answer = person.client.post(address, data=raw, headers=headers)
    assert answer.status_code == 422
    return str(answer.get_json()["message"])


def test_a_stranger_sends_little(stage: Stage) -> None:
    """Six bodies of 21 MB of empty objects made the desk grow to six gigabytes."""
    nobody = Person(stage)
    assert "提交的内容过多" in _sent(
        nobody, "/sign-in/again", b'{"a":"' + b"x" * forms.MOST_OF_A_STRANGER + b'"}'
    )
    assert "提交的内容过多" not in _sent(nobody, "/sign-in/again", b'{"a":"' + b"x" * 10_000 + b'"')


@pytest.mark.parametrize(
    "raw", [b'{"a":[' + b"{}," * forms.MOST_VALUES + b"1]}", b'{"a":"' + b"x" * forms.MOST_BYTES + b'"}']
)
def test_many_values_are_refused_unread(stage: Stage, monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    clerk = Person(stage, "window_clerk")
    reader = SimpleNamespace(loads=lambda *_, **__: pytest.fail("it was read"))
    monkeypatch.setattr(forms, "json", reader)
    assert "提交的内容过多" in _sent(clerk, "/households/save", raw)


DEEP = [
    "[" + ".".join("a" * 6) + "]", "a.b.c.d.e = 1", "x = [[[[[1]]]]]", "x = " + "{a = " * 5 + "1" + "}" * 5, "a" * toml_rows.MOST_BYTES + " = 1",
]  # fmt: skip


@pytest.mark.parametrize("text", DEEP)
def test_a_table_that_is_larger_or_deeper_than_any__is_refused_unread(text: str) -> None:
    with pytest.raises(Invalid, match="不能按表格编辑"):
        toml_rows.document(text)


def test_every_table_of_the_programmes_is_read() -> None:
    for file in sorted(CONTENT.rglob("*.toml")):
        toml_rows.document(file.read_text(encoding="utf-8"))
