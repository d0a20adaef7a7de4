"""Apps and sessions for tests of second factors: codes of a secret, time by the wall clock that tests move."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
from sqlalchemy import select, update

from processes.access import sessions
from processes.access.factor_models import SecondFactor
from processes.access.models import AccessLog, Account
from processes.rehearsal.county import PASSWORD
from processes.rehearsal.stage import Stage
from tests.builders.desks import Person

PERIOD = 30


def code(secret: str, ahead: int = 0) -> str:
    """What the app shows now, or so many periods later."""
    return pyotp.TOTP(secret).at(sessions.wall() + timedelta(seconds=PERIOD * ahead))


def enrol(person: Person) -> tuple[str, list[str]]:
    """Enrol an app on screen; answers its secret and the recovery codes."""
    page = person.post("/factors/totp", {"password": PASSWORD})
    found = re.search(r'id="secret">([A-Z2-7]+)<', page.text)
    assert found is not None, page.text
    done = person.post("/factors/totp/confirm", {"code": code(found.group(1), -1), "label": "本人手机"})
    assert "恢复码（只显示这一次）" in done.text, done.text
    person.csrf = person._token("/factors")
    return found.group(1), re.findall(r"<li><code>([A-Z0-9-]+)</code>", done.text)


def arrive(stage: Stage, username: str) -> Person:
    """Somebody who has given the password and not the second factor."""
    person = Person(stage)
    answer = person.post("/sign-in", {"username": username, "password": PASSWORD})
    assert answer.status_code == 302, answer.text
    person.csrf = person._token("/sign-in")
    return person


def entries(stage: Stage, action: str) -> list[str]:
    """Targets of an action in the access log, in order."""
    with stage.database.reading("") as session:
        query = select(AccessLog.target).where(AccessLog.action == action).order_by(AccessLog.id)
        return list(session.scalars(query))


def make_real(stage: Stage, username: str) -> None:
    """An account whose password is not published, so that its role may ask for a second factor."""
    with stage.database.unit_of_work() as uow:
        uow.session.execute(update(Account).where(Account.username == username).values(is_demo=False))
        uow.commit()


def factors_of(stage: Stage, username: str) -> list[SecondFactor]:
    """The factors of an account, untried ones among them."""
    with stage.database.reading("") as session:
        query = select(SecondFactor).join(Account, Account.id == SecondFactor.account_id)
        return list(session.scalars(query.where(Account.username == username).order_by(SecondFactor.id)))
