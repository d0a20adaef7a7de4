"""A desk over a stage: a client per role that signs in as a person would."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from processes import commands as c
from processes.access import account_states, accounts
from processes.access.models import Absence, Account
from processes.access.scope import system_actor
from processes.rehearsal.county import PASSWORD
from processes.rehearsal.stage import Stage
from web.app import create_app

USERS = {
    "window_clerk": "t1_clerk", "investigator": "t1_investigator", "township_leader": "t1_leader",
    "village_assistant": "t1_village1", "county_clerk": "county_clerk", "county_leader": "county_leader",
    "comparison_officer": "comparison", "supervisor": "supervisor", "auditor": "auditor",
    "administrator": "admin", "finance_officer": "finance", "department_officer": "department",
}  # fmt: skip


def flat(page: str) -> str:
    """A page without the line ends and indents of its templates: what stands between two tags or beside a text."""
    return re.sub(r"\s*\n\s*(?=<)|(?<=>)\s*\n\s*", "", page)


class Person:
    """Somebody at the desk."""

    def __init__(self, stage: Stage, role: str = "") -> None:
        self.client: FlaskClient = create_app(stage.office).test_client()
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
    _decided(stage, c.DeclarePerson(username, same_as))


def untied(stage: Stage, username: str) -> None:
    """An account is of the same person as others no longer, after `tied`."""
    _decided(stage, c.UntiePerson(username, "登记有误"))


def _decided(stage: Stage, command: c.Command) -> None:
    with stage.database.reading("") as session:
        first, second = (
            accounts.actor_of(session.scalars(select(Account).where(Account.username == name)).one())
            for name in ("admin", "admin_t")
        )
    change = stage.office.perform(command, first)["change"]
    stage.office.perform(c.DecideAccountChange(change, accept=True), second)


def confirm_absences(stage: Stage) -> None:
    """A supervisor confirms whatever absences wait."""
    with stage.database.reading("") as session:
        waiting = session.scalars(select(Absence.id).where(Absence.confirmed_at.is_(None))).all()
    for absence in waiting:
        stage.office.perform(c.ConfirmAbsence(absence, True), stage.actor("supervisor", "340199"))
