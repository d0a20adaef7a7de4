"""The language of the screens: by account, by browser, in answers of JSON, in mails, in notices and on the command line."""

from __future__ import annotations

import json
from html import unescape

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from processes.access.models import Account
from processes.cases import notices
from processes.cases.models import Notice
from processes.cli import main as cli
from processes.compound.sending import Letter
from processes.languages.catalogue import ENGLISH, lookup
from processes.rehearsal.stage import Stage
from processes.texts import Text, shown
from tests.builders import cases
from tests.builders.desks import Person

IN_ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en-GB,en;q=0.9"}


def _choose(person: Person, language: str, page: str = "/") -> None:
    answer = person.post("/language", {"language": language, "page": page})
    assert answer.status_code == 302 and answer.location == page


def test_the_browser_says_it_until_somebody_chooses(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    assert '<html lang="zh-CN">' in clerk.get("/").text
    clerk.client.environ_base |= IN_ENGLISH
    page = clerk.get("/").text
    assert '<html lang="en">' in page and "Work list" in page
    _choose(clerk, "zh")
    assert '<html lang="zh-CN">' in clerk.get("/").text, "the account's choice goes before the browser's"


def test_a_choice_goes_with_the_account_to_another_browser(stage: Stage) -> None:
    _choose(Person(stage, "window_clerk"), "en", "/queue")
    assert '<html lang="en">' in Person(stage, "window_clerk").get("/").text
    assert '<html lang="zh-CN">' in Person(stage, "township_leader").get("/").text


def test_it_can_be_chosen_before_signing_in(stage: Stage) -> None:
    visitor = Person(stage)
    _choose(visitor, "en", "/sign-in")
    page = visitor.get("/sign-in").text
    assert '<html lang="en">' in page and "Sign in" in page and ">中文<" in page


@pytest.mark.parametrize("language", ["", "fr", "en\n", "../en"])
def test_only_languages_that_exist(stage: Stage, language: str) -> None:
    assert Person(stage, "window_clerk").post("/language", {"language": language}).status_code == 404


def test_it_leads_to_no_other_place(stage: Stage) -> None:
    for page in ("//example.com", "https://example.com", "/\\example.com", ""):
        answer = Person(stage).post("/language", {"language": "en", "page": page})
        assert answer.location == "/"


def test_errors_are_told_in_english__to_scripts_and_on_pages(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    clerk.client.environ_base |= IN_ENGLISH
    told = clerk.send_form("/reach", {"email": "no address"})
    assert told.status_code == 422
    assert told.json["message"] == "The input is not valid: the email address is not correct"
    assert "You may not do this" in clerk.get("/audit").text or "Your role lacks" in clerk.get("/audit").text


def test_what_was_typed_is_never_translated(stage: Stage) -> None:
    """An opinion that reads like a button stays what it is."""
    leader = Person(stage, "township_leader")
    leader.client.environ_base |= IN_ENGLISH
    assert leader.send("/phrases", {"text": "签收"}).json["phrases"][0]["text"] == "签收"


def _notice(stage: Stage) -> Notice:
    number = cases.a_case(stage, "township_opinion")
    stage.move("60 days")
    with stage.database.reading("") as session:
        query = select(Notice).where(Notice.case_number == number, Notice.kind == notices.WARNING)
        return session.scalars(query.order_by(Notice.id.desc())).first()  # type: ignore[return-value]


def test_a_notice_is_shown_to_each_reader_in_their_language(stage: Stage) -> None:
    text = _notice(stage).text
    assert isinstance(text, Text) and "已超期" in text
    supervisor = Person(stage, "supervisor")
    assert "已超期" in supervisor.get("/notices").text
    supervisor.client.environ_base |= IN_ENGLISH
    page = unescape(supervisor.get("/notices").text)
    assert shown(text, lookup(ENGLISH)) in page and text not in page


def test_a_mail_is_written_in_the_language_of_the_account(stage: Stage) -> None:
    notice = _notice(stage)
    with stage.database.reading("") as session:
        account = session.scalars(select(Account).where(Account.username == "supervisor")).one()
    letter = Letter(account, [notice], ["k"])
    assert [shown(line, letter.find) for line in letter.lines] == [f"期限预警　{notice.case_number}"]
    account.language = "en"
    (line,) = (shown(line, letter.find) for line in letter.lines)
    assert line.endswith(notice.case_number) and line.isascii()


def test_the_command_line(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "open_office", lambda: stage.office)
    monkeypatch.setenv("YIMEN_LANGUAGE", "en")
    nobody = CliRunner().invoke(cli.main, ["explain", "340199101-DB-2026-99999"])
    assert nobody.exit_code == 1 and nobody.output.strip().isascii() and "not found" in nobody.output.lower()
    roles = CliRunner().invoke(cli.main, ["account", "add", "--help"]).output
    assert roles.isascii() and "--role Role" in roles
    wrong = CliRunner().invoke(cli.main, ["lint"])
    assert wrong.exit_code == 2 and wrong.output.strip().isascii()
    monkeypatch.setenv("YIMEN_LANGUAGE", "xx")
    assert "没有找到" in CliRunner().invoke(cli.main, ["explain", "340199101-DB-2026-99999"]).output


def test_what_programs_read_is_the_same_in_every_language(monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = []
    for language in ("zh", "en"):
        monkeypatch.setenv("YIMEN_LANGUAGE", language)
        answer = CliRunner().invoke(cli.main, ["lint", "--json", "bpmn/minimum_living_allowance"])
        outputs.append(json.loads(answer.output))
    assert outputs[0] == outputs[1]
