"""Every route × every role × somebody else's: a case, a household, a paper and whatever hangs on them, read and written.

Whatever is sent, with a valid token and a plausible form, the answer is 403 or 404, nothing of the first township
stands in any answer, and no row of it is another one afterwards, nor hangs anything new on it.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.routing import Rule

from processes.access.models import Account
from processes.people.id_number import compose
from processes.rehearsal.county import PASSWORD
from processes.rehearsal.stage import Stage
from processes.releases import bundle as bundles
from processes.settings import from_environment
from processes.storage import keyring
from tests.builders import foreign, stages
from tests.builders.desks import Person
from tests.builders.foreign import Foreign
from tests.conftest import CONTENT
from tests.web.scope_routes import COUNTY, FOREIGN, JSON, LISTS, PERSONAL, ROUTES
from web.app import create_app
from web.limits import limiter

ELSEWHERE = (
    "t2_village1", "t2_clerk", "t2_investigator", "t2_leader", "department", "dept_housing",
)  # fmt: skip
OTHERS = (
    "t1_investigator", "county_clerk", "county_leader", "comparison", "supervisor", "finance", "auditor", "admin",
)  # fmt: skip
REFUSED = (403, 404)
FILES = frozenset({"attachments.add", "cases.attach", "archive.add_sheet"})
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Foreign]]:
    """One office for all roles: nothing of what is foreign changes, or the test is red."""
    folder: Path = tmp_path_factory.mktemp("scope")
    settings = replace(from_environment(), var=folder, content=CONTENT)
    keyring.use(keyring.open_keyring(settings.keys))
    every = [bundles.read_folder(p.parent) for p in sorted(CONTENT.glob("*/programme.toml"))]
    stage = stages.on_sqlite(settings, folder / "stage.sqlite", *every)
    was, limiter.enabled = limiter.enabled, False
    yield stage, foreign.make(stage)
    limiter.enabled = was
    stage.close()


def _rules(stage: Stage, *kinds: str) -> list[Rule]:
    found = [r for r in create_app(stage.office).url_map.iter_rules() if ROUTES.get(r.endpoint) in kinds]
    return sorted(found, key=lambda r: (r.rule, sorted(r.methods or ())))


def test_every_route_says_what_it_can_name(world: tuple[Stage, Foreign]) -> None:
    app = create_app(world[0].office)
    known = {r.endpoint for r in app.url_map.iter_rules()}
    assert known == set(ROUTES)


@pytest.mark.parametrize("username", ELSEWHERE)
def test_nothing_of_another_place_is_read_or_touched(world: tuple[Stage, Foreign], username: str) -> None:
    stage, made = world
    _try(stage, made, username, _rules(stage, FOREIGN, PERSONAL, LISTS, COUNTY))


@pytest.mark.parametrize("username", OTHERS)
def test_what_belongs_to_one_person__is_nobody_else_s_whatever_the_rank(
    world: tuple[Stage, Foreign], username: str
) -> None:
    stage, made = world
    _try(stage, made, username, _rules(stage, PERSONAL))


def test_who_only_reads__changes_nothing(world: tuple[Stage, Foreign]) -> None:
    """Whatever an auditor sends with a plausible form: no row of a place is another one, and nothing new hangs on it."""
    stage, made = world
    auditor = Person(stage, "auditor")
    foreign.harm(stage, made)
    faults: list[str] = []
    for rule in _rules(stage, FOREIGN):
        for method in sorted({"GET", "POST"} & set(rule.methods or ())):
            answered = _ask(auditor, rule, method, made)
            said = f"auditor {method} {rule.rule} → {answered.status_code}"
            faults += [f"{said}：{harm}" for harm in foreign.harm(stage, made)]
    assert not faults, "\n".join(faults)


def _try(stage: Stage, made: Foreign, username: str, rules: list[Rule]) -> None:
    person = Person(stage, username)
    own = _account(stage, username)
    foreign.harm(stage, made)
    faults: list[str] = []
    for rule in rules:
        kind = ROUTES[rule.endpoint]
        if rule.endpoint in ("sign_in.change_password",):
            continue  # of oneself, and it would end the session that asks
        for method in sorted({"GET", "POST"} & set(rule.methods or ())):
            answered = _ask(person, rule, method, made)
            said = f"{username} {method} {rule.rule} → {answered.status_code}"
            if kind in (FOREIGN, PERSONAL) and answered.status_code not in REFUSED:
                faults.append(said)
            if answered.status_code >= 500:  # noqa: PLR2004
                faults.append(said)
            shown = answered.text if answered.mimetype.startswith(("text/", "application/json")) else ""
            sent = _sent(rule, made)
            faults += [f"{said}：{mark}" for mark in made.marks if mark in shown and mark not in sent]
            faults += [f"{said}：{harm}" for harm in foreign.harm(stage, made, own)]
    assert not faults, "\n".join(faults)


def _account(stage: Stage, username: str) -> int:
    with stage.database.reading("") as session:
        return session.scalars(select(Account.id).where(Account.username == username)).one()


def _sent(rule: Rule, made: Foreign) -> str:
    return repr(_body(rule, made)) + _address(rule, made)


def _ask(person: Person, rule: Rule, method: str, made: Foreign) -> Any:
    address = _address(rule, made)
    if method == "GET":
        return person.get(address)
    if rule.endpoint in JSON:
        return person.send(address, _body(rule, made))
    form = {k: v for k, v in _body(rule, made).items() if isinstance(v, str | list)}
    if rule.endpoint in FILES:
        form["file"] = (io.BytesIO(PNG), "山.png")
    return person.post(address, form)


def _address(rule: Rule, made: Foreign) -> str:
    """The address with what is foreign in it; a new kind of argument has to be given a value here."""
    known = made.named
    first = rule.rule.split("/")[1]
    values = {
        "number": {"cases": known["case"], "households": known["household"], "archive": known["old_number"],
                   "prints": 1}.get(first),
        "code": known["run_code"] if first == "prints" else known["code"],
        "township": "340199101", "month": "2026-03", "kind": "pdf" if first in ("prints", "papers") else "xlsx",
        "act": {"funds": "confirm", "cases": "suspend", "migrations": "run", "studio": "rehearse"}.get(first),
        "programme": "minimum_living_allowance", "process": "apply", "name": "programme.toml", "page": "1",
        "draft_id": 1, "sheet_id": 1, "page_id": 1, "round_id": 1, "version_id": 1, "offer_id": 1, "sha256": "a" * 64,
        "scan": f"{'a' * 64}-{'b' * 32}", "path": "x", **{k: known[k] for k in (
            "item_id", "attachment_id", "involvement_id", "person_id", "phrase_id", "filter_id", "transfer_id",
            "difference_id", "incident_id", "move_id", "absence_id", "named_id", "entry_id", "username", "position",
        )}, "batch_id": known["batch_id"] if first == "worklist" else 1,
    }  # fmt: skip
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(values[m.group(1)]), rule.rule)


def _body(rule: Rule, made: Foreign) -> dict[str, Any]:
    """A plausible form: every field that any form has, with what is foreign in those that name something."""
    known = made.named
    first = rule.rule.split("/")[1]
    body = {
        "version": str(known["version"]), "reason": "写明理由", "note": "备注", "token": "t" * 20, "mode": "all",
        "quorum": "1", "question": "请问", "said": "情况属实", "verdict": "agree", "text": "不该写的话", "word": "请抓紧",
        "to": str(known["to"]), "on": "1", "clock": "whole_procedure", "paper": known["paper"], "ref": known["ref"],
        "household": known["household"], "id": str(known["destruction"]), "decision": "destroy", "accept": "1",
        "division": "340199102201", "relation": "子女", "to_place": "340199102", "person": "0", "name": "改名",
        "title": "题名", "closed_on": "2026-01-05", "retention": "长期", "position": "1", "signed": "0", "again": "1",
        "session": str(known["session"]), "sheet": known["sheet"], "case_number": known["case"], "amount": "100.00",
        "memo": "记账", "month": "2026-03", "kind": "case", "number": known["case"], "code": known["code"],
        "scan": f"{'a' * 64}-{'b' * 32}", "page": "1", "involvement": str(known["involvement_id"]), "change": "1",
        "item_id": str(known["item_id"]), "place": "340199101", "programme": "minimum_living_allowance",
        "username": known["username"], "same_as": known["same_as"], "away": str(known["away"]),
        "substitute": str(known["substitute"]), "papers": [known["code"]], "codes": [known["code"]],
        "ids": [str(known["item_id"])], "q": "密", "role": ["window_clerk"], "id_number": compose("340199", date(1961, 4, 5), 11),
        "from_on": "2026-03-02", "until_on": "2026-03-03", "phone": "0551-1234567", "from": "1", "row": ["1"],
        "factor": str(known["factor_id"]), "password": PASSWORD,
    }  # fmt: skip
    if rule.endpoint in ("archive.take_in",):
        body |= {"number": "JD-新-2", "retention": "长期"}
    if rule.endpoint in ("cases.move",):
        body |= {"to": "county_check"}
    if rule.endpoint in ("tasks.send_back",):
        body |= {"to": "apply/check_papers#1"}
    if rule.endpoint == "archive.propose":
        body |= {"kind": "old_file", "number": known["old_number"]}  # whose time is over: 2001 and 10 years
    if rule.endpoint == "contacts.record":
        body |= {"division": "340199101"}
    if first == "worklist":
        body |= {"kind": "claim", "items": [{"id": known["item_id"], "version": known["version"]}], "to": 0}
    if rule.endpoint in JSON:
        body |= {
            "data": {"opinion": "agree", "statement": "同意", "decision": "accept"}, "draft_version": 0,
            "overwrite": True, "version": known["version"], "picture": "", "quorum": 0, "base": 0, "seen": 0,
        }  # fmt: skip
    return body
