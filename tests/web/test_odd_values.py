"""Every route × every parameter × what nobody types: an answer or a refusal, never a defect.

By default one value of each parameter is tried, another for each route, so that all of them are tried many times;
`HYPOTHESIS_PROFILE=nightly` tries every one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.routing import Rule

from processes.access.permissions import MAY, Permission, Role
from processes.rehearsal.stage import Stage
from tests.builders import foreign
from tests.builders.desks import USERS, Person
from tests.builders.foreign import Foreign
from tests.builders.nightly import NIGHTLY
from tests.web import test_scope as scope
from tests.web.scope_routes import JSON, ROUTES
from web import budgets
from web.app import create_app

ODD = (
    "", " ", "\x00", "²", "٣", "1_000", "-1", "0", str(2**31), str(2**63), str(10**40), "9" * 5_000, "1e999999",
    "-1e999999", "Infinity", "NaN", "9999-12-31", "0000-00-00", "0001-01-01", "9999-12", "0001-01", "0000-00",
    "2026-13", "2026-02-30", "../../etc/passwd", "%00", "_", "<img src=x onerror=a>", "'\"`;--", "x" * 5_000,
    "甲" * 300, "\r\nX: y", "=1+1", "🙂", "\u202e", "٢٠٢٦-٠٣-٠٢", "true", "null", "[]", "{}", "1.5", "+1", "０１",
)  # fmt: skip
RAW = (
    "Infinity", "-Infinity", "NaN", "1e999999", "-1e999999", str(2**31), str(2**63), str(10**40), "9" * 5_000, "-1",
    "0.5", "true", "null", "[]", "{}", "[[[[]]]]", '[{"a": 1}]', '{"a": {"b": [1e999]}}', '"\\u0000"', '"\\ud800"',
    '"²"', '"9999-12-31"', '"' + "x" * 5_000 + '"', '[null, 1, "x"]',
)  # fmt: skip
"""The same as JSON, which can say more."""
FEW = 1
DEFECT = 500
LAST = ("admin.", "sign_in.", "identity.")
"""What may end the session of whoever tries, or close their account: tried when everything else is."""
NOBODY = "nobody-there"
office = scope.world


def _parameters(rule: Rule, known: dict[str, Any]) -> list[str]:
    """Names that the file of a route reads from a request, of those that any form has."""
    module = ROUTE_FILES[rule.endpoint.split(".")[0]]
    return [name for name in (*known, *QUERIES) if f'"{name}"' in module]


QUERIES = (
    "q", "page", "month", "on", "before", "township", "task", "state", "kind", "order", "days", "since", "until",
    "holder", "queue", "columns", "colour", "programme", "process", "case", "worst", "unsaved", "next", "category", "all",
    "fault", "action", "household", "saved", "noted", "after", "again", "left",
)  # fmt: skip
ROUTE_FILES = {path.stem: path.read_text(encoding="utf-8") for path in Path("web/desks").glob("*.py")} | {
    "static_files": ""
}


def _who(stage: Stage, app: Any, rule: Rule) -> str:
    """Somebody who may use a route, of the first township where there is such a one."""
    permission: Permission | None = app.view_functions[rule.endpoint].permission
    if permission is None:
        return ""
    roles = MAY[permission]
    return next(name for role, name in USERS.items() if Role(role) in roles)


class Desk:
    """One signed-in client for each person, signed in again where the session has ended."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.people: dict[str, Person] = {}

    def ask(self, username: str, method: str, address: str, **sent: Any) -> Any:
        """Send a request as somebody; `""` is nobody."""
        if username not in self.people:
            self.people[username] = Person(self.stage, username)
        person = self.people[username]
        headers = {"X-CSRFToken": person.csrf, "Referer": "https://localhost/", **sent.pop("headers", {})}
        answer = person.client.open(address, method=method, headers=headers, **sent)
        if answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in"):
            del self.people[username]
        return answer


@pytest.fixture
def desk(office: tuple[Stage, Foreign], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The desk of the office in which all of it is tried, whose budgets nobody counts."""
    monkeypatch.setattr(budgets, "spending", lambda *_: nullcontext())
    return Desk(office[0])


def _rules(stage: Stage) -> list[Rule]:
    rules = [r for r in create_app(stage.office).url_map.iter_rules() if r.endpoint in ROUTES]
    return sorted(
        rules,
        key=lambda r: (*(r.endpoint.startswith(part) for part in LAST), r.rule, sorted(r.methods or ())),
    )


def _chosen(values: tuple[str, ...], turn: Iterator[int]) -> list[str]:
    if NIGHTLY:
        return list(values)
    start = next(turn) * FEW
    return [values[(start + n) % len(values)] for n in range(FEW)]


def _defects(answers: Iterator[tuple[str, Any]]) -> list[str]:
    return [
        f"{said[:300]} → {a.status_code}"
        for said, a in answers
        if a.status_code >= DEFECT and a.status_code != 503
    ]


def test_odd_values_in_addresses(office: tuple[Stage, Foreign], desk: Desk) -> None:
    stage, made = office
    app, turn = create_app(stage.office), count()

    def answers() -> Iterator[tuple[str, Any]]:
        for rule in _rules(stage):
            good, who = _good(rule, made), _who(stage, app, rule)
            for name in sorted(rule.arguments):
                for odd in _chosen(ODD, turn):
                    address = _with(rule, good, name, odd)
                    for method in sorted({"GET", "POST"} & set(rule.methods or ())):
                        yield f"{who} {method} {rule.rule} {name}={odd!r}", desk.ask(who, method, address)

    found = _defects(answers())
    assert not found, "\n".join(found)


def _good(rule: Rule, made: Foreign) -> str:
    """An address with what is there; an administrator's closes and changes the account of nobody who tries."""
    return scope._address(rule, made).replace(f"/accounts/{foreign.OWNER}", f"/accounts/{NOBODY}")


def _with(rule: Rule, good: str, name: str, odd: str) -> str:
    """The address of a route with one argument changed."""
    pattern = re.sub(
        r"<(?:\w+:)?(\w+)>", lambda m: f"(?P<{m.group(1)}>.+?)", re.sub(r"\.(?=<|\w+$)", r"\\.", rule.rule)
    )
    found = re.fullmatch(pattern, good)
    assert found is not None, (rule.rule, good)
    start, end = found.span(name)
    return good[:start] + quote(odd, safe="") + good[end:]


def test_odd_values_behind_the_question_mark(office: tuple[Stage, Foreign], desk: Desk) -> None:
    stage, made = office
    app, turn = create_app(stage.office), count()

    def answers() -> Iterator[tuple[str, Any]]:
        for rule in _rules(stage):
            good, who = _good(rule, made), _who(stage, app, rule)
            for name in _parameters(rule, {}):
                for odd in _chosen(ODD, turn):
                    for method in sorted({"GET", "POST"} & set(rule.methods or ())):
                        said = f"{who} {method} {rule.rule}?{name}={odd!r}"
                        yield said, desk.ask(who, method, good, query_string={name: odd})

    found = _defects(answers())
    assert not found, "\n".join(found)


def test_odd_values_in_forms(office: tuple[Stage, Foreign], desk: Desk) -> None:
    stage, made = office
    app, turn = create_app(stage.office), count()

    def answers() -> Iterator[tuple[str, Any]]:
        for rule in _rules(stage):
            if "POST" not in (rule.methods or ()) or rule.endpoint in JSON:
                continue
            good, who = _good(rule, made), _who(stage, app, rule)
            body = {k: v for k, v in scope._body(rule, made).items() if isinstance(v, str | list)}
            if rule.endpoint.startswith("admin."):
                body |= {"username": NOBODY, "same_as": NOBODY}
            for name in _parameters(rule, body):
                for odd in _chosen(ODD, turn):
                    said = f"{who} POST {rule.rule} {name}={odd!r}"
                    yield said, desk.ask(who, "POST", good, data=body | {name: odd})

    found = _defects(answers())
    assert not found, "\n".join(found)


def test_odd_values_in_json(office: tuple[Stage, Foreign], desk: Desk) -> None:
    stage, made = office
    app, turn = create_app(stage.office), count()

    def answers() -> Iterator[tuple[str, Any]]:
        for rule in _rules(stage):
            if rule.endpoint not in JSON:
                continue
            good, who = _good(rule, made), _who(stage, app, rule)
            body = scope._body(rule, made) | {
                "form": {},
                "document": "",
                "rows": [],
                "items": [],
                "signers": [],
            }
            for name in _parameters(rule, body):
                for odd in _chosen(RAW, turn):
                    told = (
                        json.dumps({k: v for k, v in body.items() if k != name})[:-1] + f', "{name}": {odd}}}'
                    )
                    for sent in (told, odd):
                        said = f"{who} POST {rule.rule} {name}={odd}"
                        yield said, desk.ask(who, "POST", good, data=sent, content_type="application/json")

    found = _defects(answers())
    assert not found, "\n".join(found)
