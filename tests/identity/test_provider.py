"""Signing in at a real provider: what it says is checked, and nobody gets in who has no account here."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from sqlalchemy import update

from processes.access import oidc, sessions
from processes.access.models import Account
from processes.access.scope import system_actor
from processes.errors import LocalPasswordOff, PermissionMissing, ProviderAway, ProviderRefused
from processes.office import Office
from processes.office.accounts.identity_provider import ProveVouched, SignInVouched, TakeProviderAnswer
from processes.rehearsal.county import PASSWORD
from processes.rehearsal.stage import Stage
from processes.settings import Provider
from processes.storage.unit_of_work import current_instant
from tests.builders.desks import Person
from tests.builders.factors import entries, make_real

pytestmark = [pytest.mark.identity, pytest.mark.xdist_group("identity")]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[timedelta]:
    """How much later it is by the wall clock of the desk."""
    passed = [timedelta(0)]
    monkeypatch.setattr(sessions, "wall", lambda: current_instant() + passed[0])
    return passed


def at_the_provider(address: str, username: str, browser: requests.Session | None = None) -> str:
    """Sign in there as a person does; answers the address that leads back."""
    with browser or requests.Session() as there:
        answer = there.get(address, allow_redirects=False)
        for _ in range(12):
            if answer.is_redirect:
                to = urljoin(answer.url, answer.headers["Location"])
                if "/sign-in/provider/back" in to:
                    return to
                answer = there.get(to, allow_redirects=False)
                continue
            form = re.search(r'action="([^"]+)"', answer.text)
            assert form is not None, answer.text
            prompt = re.search(r'name="prompt" value="([^"]+)"', answer.text)
            told = {"prompt": prompt[1] if prompt else "login", "login": username, "password": "x"}
            answer = there.post(urljoin(answer.url, form[1]), data=told, allow_redirects=False)
    raise AssertionError("the provider leads nowhere")


def begun(person: Person, path: str = "/sign-in/provider?next=/worklist") -> str:
    answer = person.get(path)
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def back(person: Person, address: str) -> Any:
    parts = urlsplit(address)
    return person.get(f"{parts.path}?{parts.query}")


def signed_in(office: Stage, username: str = "t1_clerk") -> Person:
    person = Person(office)
    answer = back(person, at_the_provider(begun(person), username))
    assert answer.status_code == 302, answer.text
    return person


def test_to_the_provider_and_back(office: Stage) -> None:
    person = Person(office)
    assert "通过统一身份认证登录" in person.get("/sign-in").text
    address = begun(person)
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    answer = back(person, at_the_provider(address, "t1_clerk"))
    assert answer.headers["Location"] == "/worklist"
    assert person.get("/worklist").status_code == 200
    assert entries(office, "sign_in") == ["oidc"]
    person.csrf = person._token("/about")
    assert person.post("/sign-out", {}).headers["Location"] == "/sign-in?left=yes"
    assert "/session/end?client_id=yimen" in person.get("/sign-in?left=yes").text


def test_nobody_gets_in_without_an_account(office: Stage) -> None:
    person = Person(office)
    refused = back(person, at_the_provider(begun(person), "stranger"))
    assert refused.status_code == 403
    assert "没有可用的账号" in refused.text
    with office.database.unit_of_work() as uow:
        uow.session.execute(update(Account).where(Account.username == "t1_clerk").values(is_active=False))
        uow.commit()
    let_go = back(person, at_the_provider(begun(person), "t1_clerk"))
    assert (let_go.status_code, person.get("/worklist").status_code) == (403, 302)


def test_an_answer_is_taken_once__and_by_the_browser_that_asked(office: Stage) -> None:
    person = Person(office)
    address = at_the_provider(begun(person), "t1_clerk")
    assert back(Person(office), address).status_code == 403, "another browser has asked nothing"
    assert back(person, address).status_code == 302
    assert back(person, address).status_code == 403


@pytest.mark.parametrize("path", ["/sign-in/provider?next=/worklist", "/sign-in/provider?again=yes"])
def test_a_request_is_answered_once__whatever_the_browser_keeps_and_the_provider_says(
    office: Stage, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """State, nonce and code come again with the cookie of before; this provider would give a token each time."""
    person = signed_in(office) if "again" in path else Person(office)
    address = at_the_provider(begun(person, path), "t1_clerk")
    kept = {c.key: c.value for c in person.client._cookies.values()}  # type: ignore[attr-defined]
    asked: list[str] = []

    def finish(_provider: Provider, _back: str, request: oidc.Asked, *_: object) -> oidc.Vouched:
        asked.append(request.state)
        return oidc.Vouched("t1_clerk", has_factor=True)

    monkeypatch.setattr(oidc, "finish", finish)
    assert back(person, address).status_code in (200, 302)
    thief = Person(office)
    for browser in (person, thief):
        for name, value in kept.items():
            browser.client.set_cookie(name, value, domain="localhost")
        refused = back(browser, address)
        assert (refused.status_code, "已经用过" in refused.text) == (403, True)
    assert len(asked) == 1


def test_the_answer_to_a_request_is_taken_by_the_program_alone(office: Stage) -> None:
    office.office.perform(TakeProviderAnswer("s"), system_actor())
    with pytest.raises(ProviderRefused):
        office.office.perform(TakeProviderAnswer("s"), system_actor())
    with pytest.raises(PermissionMissing):
        office.office.perform(TakeProviderAnswer("t"), office.actor("window_clerk", "340199101201"))


@pytest.mark.parametrize(
    "change",
    [
        lambda a: re.sub(r"state=[^&]+", "state=other", a),
        lambda a: re.sub(r"&state=[^&]+", "", a),
        lambda a: re.sub(r"code=[^&]+", "code=other", a),
        lambda a: re.sub(r"iss=[^&]+", "iss=https%3A%2F%2Fevil.example", a),
        lambda a: a + "&error=access_denied",
    ],
    ids=["other state", "no state", "other code", "other issuer", "refused"],
)
def test_answers_that_fit_nothing(office: Stage, change: Callable[[str], str]) -> None:
    person = Person(office)
    address = change(at_the_provider(begun(person), "t1_clerk"))
    refused = back(person, address)
    assert refused.status_code == 403, refused.text
    assert person.get("/worklist").status_code == 302


def test_an_answer_that_comes_too_late(office: Stage, later: list[timedelta]) -> None:
    person = Person(office)
    address = at_the_provider(begun(person), "t1_clerk")
    later[0] = timedelta(minutes=11)
    assert "已经过时" in back(person, address).text


def test_without_the_verifier_a_stolen_code_is_worth_nothing(office: Stage, provider: Provider) -> None:
    address, asked = oidc.begin(provider, "http://localhost/sign-in/provider/back", False)
    told = {k: v[0] for k, v in parse_qs(urlsplit(at_the_provider(address, "t1_clerk")).query).items()}
    stolen = replace(asked, verifier="x" * 48)
    with pytest.raises(ProviderRefused):
        oidc.finish(provider, "http://localhost/sign-in/provider/back", stolen, told, False)


KEY = RSAKey.generate_key(2048, {"kid": "k"}, auto_kid=False)
AT = Provider("https://id.example.gov.cn", "yimen", "s")


def claims(**other: Any) -> dict[str, Any]:
    now = int(sessions.wall().timestamp())
    told = {"iss": AT.issuer, "aud": "yimen", "sub": "1", "exp": now + 300, "iat": now, "nonce": "n"}
    return {k: v for k, v in (told | other).items() if v is not None}


def token(told: dict[str, Any], algorithm: str = "RS256", key: Any = KEY) -> str:
    return jwt.encode({"alg": algorithm, "kid": "k"}, told, key, algorithms=[algorithm])


def judged(text: str) -> dict[str, Any]:
    return oidc.claims_of(AT, text, KeySet([KEY]).as_dict(private=False), "n")


def test_a_right_token_passes() -> None:
    assert judged(token(claims()))["sub"] == "1"
    assert judged(token(claims(aud=["yimen", "other"], azp="yimen")))["sub"] == "1"


@pytest.mark.parametrize(
    "other",
    [
        {"iss": "https://evil.example"}, {"iss": None}, {"aud": "other"}, {"aud": None}, {"nonce": "m"}, {"nonce": None},
        {"exp": 1}, {"exp": None}, {"iat": None}, {"sub": None}, {"iat": 9_999_999_999},
        {"aud": ["yimen", "other"]}, {"aud": ["yimen", "other"], "azp": "other"},
    ],
    ids=str,
)  # fmt: skip
def test_wrong_claims(other: dict[str, Any]) -> None:
    with pytest.raises(ProviderRefused):
        judged(token(claims(**other)))


def _letters(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def test_wrong_signatures() -> None:
    stranger = RSAKey.generate_key(2048, {"kid": "k"}, auto_kid=False)
    right = token(claims())
    head, body, _ = right.split(".")
    none = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
    # The public key as a shared secret.
    shared = _letters(b'{"alg":"HS256","kid":"k"}') + f".{body}"
    mark = hmac.new(KEY.as_pem(private=False), shared.encode(), "sha256").digest()
    shared = f"{shared}.{_letters(mark)}"
    for text in (
        token(claims(), key=stranger),
        f"{none}.{body}.",
        f"{head}.{body}.",
        f"{right}x",
        "",
        "a.b.c",
        shared,
    ):
        with pytest.raises(ProviderRefused):
            judged(text)


def test_passwords_of_the_office_count_for_administrators_alone(office: Stage) -> None:
    refused = Person(office).post("/sign-in", {"username": "t1_clerk", "password": PASSWORD})
    assert (refused.status_code, "须通过单位的统一身份认证登录" in refused.text) == (403, True)
    assert Person(office, "administrator").get("/accounts").status_code == 200
    assert LocalPasswordOff.code == "local_password_off"


def test_what_counts_as_a_second_factor_is_said_by_the_setting(office: Stage, provider: Provider) -> None:
    make_real(office, "t1_leader")
    made = replace(office.office.settings, second_factor_roles=frozenset({"township_leader"}))
    office.office = Office(made, office.database)
    assert signed_in(office, "t1_leader").get("/worklist").headers["Location"] == "/factors"
    found = office.office.perform(SignInVouched("t1_leader", True), system_actor())
    assert found.awaits == ""


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ({"amr": ["pwd", "mfa"]}, True), ({"acr": "mfa"}, True), ({"amr": ["pwd"]}, False), ({}, False),
        ({"amr": "mfa"}, False), ({"amr": [["mfa"]]}, False), ({"acr": ["mfa"]}, False),
    ],
)  # fmt: skip
def test_ways_that_count_are_those_that_are_named(said: dict[str, Any], counts: bool) -> None:
    assert oidc._has_factor(replace(AT, factors=frozenset({"mfa"})), said) is counts
    assert not oidc._has_factor(AT, said), "none counts unless it is named"


def test_once_more_at_the_provider(office: Stage, later: list[timedelta]) -> None:
    person = signed_in(office, "t1_leader")
    person.csrf = person._token("/about")
    with office.database.unit_of_work() as uow:
        from processes.access.models import SignedIn

        uow.session.execute(update(SignedIn).values(verified_at=current_instant() - timedelta(minutes=20)))
        uow.commit()
    state = person.get("/identity/state").json
    assert (state["due"], state["provider"], state["password"]) == (True, True, False)
    assert person.send("/identity/verify", {"password": PASSWORD}).json["code"] == "rule_broken"
    # Somebody else who signs in there proves nothing for this session.
    other = back(person, at_the_provider(begun(person, "/sign-in/provider?again=1"), "t1_clerk"))
    assert "不是本次登录的账号" in other.text
    assert person.get("/identity/state").json["due"] is True
    done = back(person, at_the_provider(begun(person, "/sign-in/provider?again=1"), "t1_leader"))
    assert "验证通过" in done.text
    assert person.get("/identity/state").json["due"] is False


def test_nobody_vouches_but_the_program(office: Stage) -> None:
    with pytest.raises(PermissionMissing):
        office.office.perform(SignInVouched("admin", True), office.actor("window_clerk", "340199101"))
    with pytest.raises(PermissionMissing):
        office.office.perform(ProveVouched(1, "admin"), office.actor("window_clerk", "340199101"))


def test_a_provider_that_is_away__or_says_it_is_another(provider: Provider) -> None:
    with pytest.raises(ProviderAway):
        oidc.begin(replace(provider, issuer="http://127.0.0.1:1"), "http://localhost/", False)
    with pytest.raises(ProviderAway):
        oidc.begin(
            replace(provider, issuer=provider.issuer.replace("127.0.0.1", "localhost")),
            "http://localhost/",
            False,
        )


@pytest.mark.parametrize(
    ("address", "is_safe"),
    [
        ("https://id.example.gov.cn", True), ("http://id.example.gov.cn", False), ("http://127.0.0.1:8", True),
        ("http://127.0.0.1.evil.example", False), ("", False), ("file:///etc/passwd", False),
    ],
)  # fmt: skip
def test_where_secrets_may_go(address: str, is_safe: bool) -> None:
    assert oidc.is_safe(address) is is_safe
