"""A desk over a stage: a client per role that signs in as a person would."""

from __future__ import annotations

import copy
import re
from types import MethodType
from typing import Any

from flask import Config, Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from processes.access import account_states, accounts
from processes.access.models import Absence, Account
from processes.access.scope import system_actor
from processes.office import Office
from processes.office.accounts.changes import DecideAccountChange
from processes.office.accounts.same_person import DeclarePerson, UntiePerson
from processes.office.command import Command
from processes.office.personal.absences import ConfirmAbsence
from processes.rehearsal.county import PASSWORD
from processes.rehearsal.stage import Stage
from processes.storage import keyring
from web.app import create_app
from web.limits import limiter
from web.proxies import TrustedProxies

USERS = {
    "window_clerk": "t1_clerk", "investigator": "t1_investigator", "township_leader": "t1_leader",
    "village_assistant": "t1_village1", "county_clerk": "county_clerk", "county_leader": "county_leader",
    "comparison_officer": "comparison", "supervisor": "supervisor", "auditor": "auditor",
    "administrator": "admin", "finance_officer": "finance", "department_officer": "department",
}  # fmt: skip


_OF_EVERY_DESK = ("csrf", "limiter")
"""What the libraries that the desk uses keep of it; what the desk keeps itself is of one office."""
_models: dict[tuple[Any, ...], Flask] = {}
_latest: list[tuple[tuple[Any, ...], Flask]] = []


def desk_over(stage: Stage) -> Flask:
    """The desk over a stage's office: one for everybody there, as long as settings and keys stay."""
    made_of = (stage.office, stage.office.settings, keyring.current(), limiter.enabled)
    if not _latest or any(old is not new for old, new in zip(_latest[0][0], made_of, strict=True)):
        _latest[:] = [(made_of, _desk(stage.office))]
    if limiter.enabled:
        limiter.reset()  # whoever comes next is not counted with those before
    return _latest[0][1]


def _desk(office: Office) -> Flask:
    """A desk as `create_app` makes it, with routes and templates of one that was made before.

    Compiling two hundred routes takes longer than most tests.
    """
    settings = office.settings
    key = (limiter.enabled, settings.secure_cookies, tuple(settings.trusted_proxies))
    if key not in _models:
        _models[key] = create_app(office)
    model = _models[key]
    made = copy.copy(model)
    made.config = Config(model.root_path, {**model.config, "SECRET_KEY": keyring.current().session[0]})
    made.extensions = {name: one for name, one in model.extensions.items() if name in _OF_EVERY_DESK}
    made.extensions["office"] = office
    made.wsgi_app = TrustedProxies(MethodType(Flask.wsgi_app, made), settings.trusted_proxies)
    return made


def flat(page: str) -> str:
    """A page without the line ends and indents of its templates: what stands between two tags or beside a text."""
    return re.sub(r"\s*\n\s*(?=<)|(?<=>)\s*\n\s*", "", page)


class Person:
    """Somebody at the desk."""

    def __init__(self, stage: Stage, role: str = "") -> None:
        self.client: FlaskClient = desk_over(stage).test_client()
        self.csrf = self._token("/sign-in")
        if role:
            response = self.post("/sign-in", {"username": USERS.get(role, role), "password": PASSWORD})
            assert response.status_code == 302, response.text
            self.csrf = self._token("/about")

    def _token(self, path: str) -> str:
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.client.get(path).text)
        assert found is not None
        return found.group(1)

    def get(self, path: str) -> Any:
        """Open a page."""
        return self.client.get(path)

    def post(self, path: str, form: dict[str, Any]) -> Any:
        """Send a form."""
        return self.client.post(
            path,
            data=form | {"csrf_token": self.csrf},
            content_type="multipart/form-data",
            headers={"Referer": "https://localhost/"},
        )

    def send_form(self, path: str, form: dict[str, Any]) -> Any:
        """Send a form as the script of a page does, which reads JSON."""
        return self.client.post(
            path, data=form | {"csrf_token": self.csrf},
            headers={"Referer": "https://localhost/", "X-Requested-With": "fetch"},
        )  # fmt: skip

    def send(self, path: str, body: Any) -> Any:
        """Send JSON as the scripts do."""
        return self.client.post(
            path, json=body, headers={"X-CSRFToken": self.csrf, "X-Requested-With": "fetch"}
        )


def colleague(stage: Stage, of: str, username: str, name: str) -> int:
    """Another person of the same rank and place as a demo account, with the same published password."""
    with stage.database.unit_of_work() as uow:
        known = uow.session.scalars(select(Account).where(Account.username == of)).one()
        made = Account(
            username=username, name=name, password_hash=known.password_hash, roles=list(known.roles),
            division=known.division, is_demo=True,
        )  # fmt: skip
        uow.add(made)
        uow.flush()
        uow.commit()
        return made.id


def tied(stage: Stage, username: str, same_as: str) -> None:
    """Two accounts are one natural person: one administrator says so, another one confirms it."""
    with stage.database.reading("") as session:
        known = session.scalar(select(Account.id).where(Account.username == "admin_t"))
    if known is None:
        made = colleague(stage, "admin", "admin_t", "吴管理")
        with stage.database.unit_of_work() as uow:
            account_states.note(uow, system_actor(), uow.session.get_one(Account, made))
            uow.commit()
    _decided(stage, DeclarePerson(username, same_as))


def untied(stage: Stage, username: str) -> None:
    """An account is of the same person as others no longer, after `tied`."""
    _decided(stage, UntiePerson(username, "登记有误"))


def _decided(stage: Stage, command: Command[Any]) -> None:
    with stage.database.reading("") as session:
        first, second = (
            accounts.actor_of(session.scalars(select(Account).where(Account.username == name)).one())
            for name in ("admin", "admin_t")
        )
    change = stage.office.perform(command, first).change
    stage.office.perform(DecideAccountChange(change, accept=True), second)


def confirm_absences(stage: Stage) -> None:
    """A supervisor confirms whatever absences wait."""
    with stage.database.reading("") as session:
        waiting = session.scalars(select(Absence.id).where(Absence.confirmed_at.is_(None))).all()
    for absence in waiting:
        stage.office.perform(ConfirmAbsence(absence, True), stage.actor("supervisor", "340199"))
