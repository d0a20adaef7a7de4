"""Families registered on pages in English: by spreadsheet, and unusual ones, are stored as on pages in Chinese."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import lxml.html
import pytest
from sqlalchemy import select

from processes.languages.catalogue import ENGLISH, lookup
from processes.people.models import Membership
from processes.rehearsal.stage import Stage
from processes.texts import shown_throughout, tr
from tests.builders.desks import Person
from tests.web.test_household_sheet import GOOD, _village, named, sheet_of

LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def _clerk(stage: Stage, language: str) -> Person:
    stage.set_clock(datetime(2026, 3, 2, 9, 0))
    clerk = Person(stage, "window_clerk")
    clerk.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    return clerk


def _read(clerk: Person, stage: Stage) -> list[dict[str, Any]]:
    """The families of a sheet as its page gives them to the script."""
    sheet = sheet_of(*named(GOOD, _village(stage)))
    page = clerk.post("/households/sheet", {"file": (io.BytesIO(sheet), "a.xlsx")})
    return json.loads(lxml.html.fromstring(page.text).xpath('//script[@id="ready-data"]')[0].text)


def _body(family: dict[str, Any]) -> dict[str, Any]:
    return {
        "form": family["form"], "household": None, "version": 0, "token": family["token"], "unsaved": "", "confirmed": [],
    }  # fmt: skip


@LANGUAGES
def test_families_of_a_sheet_are_stored_with_their_relations(whole_stage: Stage, language: str) -> None:
    clerk = _clerk(whole_stage, language)
    for family in _read(clerk, whole_stage):
        saved = clerk.send("/households/save", _body(family))
        assert saved.status_code == 200, saved.text
    with whole_stage.database.reading("") as session:
        relations = set(session.scalars(select(Membership.relation)))
    assert "本人" in relations and all(not one.isascii() for one in relations)


@LANGUAGES
def test_what_is_unusual_is_asked_in_the_language_and_confirmed_as_stored(
    whole_stage: Stage, language: str
) -> None:
    clerk = _clerk(whole_stage, language)
    family = _read(clerk, whole_stage)[0]
    family["form"]["members"][1]["relation"] = "父母"  # younger than the head of the household
    asked = clerk.send("/households/save", _body(family))
    assert asked.status_code == 409
    fields = asked.json["fields"]
    assert fields["confirm"] and len(fields["asked"]) == len(fields["confirm"])
    assert (fields["asked"] == fields["confirm"]) is (language == "zh")
    saved = clerk.send("/households/save", _body(family) | {"confirmed": fields["confirm"]})
    assert saved.status_code == 200, saved.text


def test_a_result_of_a_command_is_shown_by_its_fields() -> None:
    @dataclass(frozen=True, slots=True)
    class Result:
        said: str
        rows: tuple[str, ...]

    answer = shown_throughout(Result(tr("应为整数"), (tr("应为整数"), "应为整数")), lookup(ENGLISH))
    assert answer["said"].isascii() and answer["rows"][1] == "应为整数"
