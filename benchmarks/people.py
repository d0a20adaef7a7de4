"""A hundred simultaneous users at a real desk: each signs in, views queues and cases, claims and finishes steps."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import urlencode
from uuid import uuid4

from sqlalchemy import select

from processes.access.accounts import actor_of
from processes.access.models import Account
from processes.errors import PasswordsBusy
from processes.office.cases.start import StartCase
from processes.office.steps.claim import ClaimTask
from processes.rehearsal.county import PASSWORD, TOWNSHIPS, township_code
from processes.rehearsal.stage import Stage
from processes.releases import bundle as bundles
from processes.settings import ROOT, from_environment
from processes.storage import keyring
from processes.storage.unit_of_work import current_instant
from tests.builders import cases

CASES_FOR_EACH = 3
_TRIES, _A_FEW_SECONDS = 30, 2
_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
_ITEM = re.compile(r'data-item="(\d+)" data-version="(\d+)"')
_CASE = re.compile(r'href="/cases/([^"/]+)"')


class Visitor:
    """One person's browser: cookies, the page's token, how long each answer took."""

    def __init__(self, port: int, times: list[float], faults: list[str]) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookie, self.token = "", ""
        self.times, self.faults = times, faults

    def ask(self, method: str, path: str, body: str = "", kind: str = "") -> str:
        """Send a request and follow where it leads; the time is that of the whole."""
        begun = time.perf_counter()
        headers = {"Cookie": self.cookie, "Referer": "http://127.0.0.1/", "X-CSRFToken": self.token}
        if kind:
            headers["Content-Type"] = kind
        self.connection.request(method, path, body.encode() or None, headers)
        answer = self.connection.getresponse()
        page = answer.read().decode()
        for name, value in answer.getheaders():
            if name == "Set-Cookie":
                self.cookie = value.split(";")[0]
        self.times.append((time.perf_counter() - begun) * 1000)
        if answer.status >= 400 and PasswordsBusy.text not in page:  # noqa: PLR2004  (whatever is an error)
            self.faults.append(f"{method} {path} {answer.status} {page[:120]}")
        found = _TOKEN.search(page)
        self.token = found.group(1) if found else self.token
        return page

    def sign_in(self, username: str) -> None:
        """Sign in with a browser that the desk does not know; who is asked to come again in a few seconds does so."""
        self.ask("GET", "/sign-in")
        form = urlencode({"username": username, "password": PASSWORD, "csrf_token": self.token})
        for _ in range(_TRIES):
            page = self.ask("POST", "/sign-in", form, "application/x-www-form-urlencoded")
            if PasswordsBusy.text not in page:
                return
            time.sleep(_A_FEW_SECONDS)
        self.faults.append(f"{username} was asked to come again {_TRIES} times")

    def day(self, username: str) -> None:
        """Sign in, take one's own cases one after the other and finish their first step."""
        self.sign_in(username)
        self.ask("GET", "/")
        for _ in range(CASES_FOR_EACH):
            page = self.ask("GET", f"/worklist?queue=mine&q={username}")
            numbers, items = _CASE.findall(page), _ITEM.findall(page)
            if not items:
                page = self.ask("GET", "/worklist?queue=mine")
                numbers, items = _CASE.findall(page), _ITEM.findall(page)
            if not items:
                return
            number, (item, version) = numbers[0], items[0]
            self.ask("GET", f"/cases/{number}")
            self.ask("GET", f"/cases/{number}/tasks/{item}")
            body = {"version": int(version), "data": {"decision": "accept"}, "token": str(uuid4())}
            self.ask("POST", f"/cases/{number}/tasks/{item}/complete", json.dumps(body), "application/json")


def measure(people: int) -> dict[str, float]:
    """`requests`, `errors`, `median_ms`, `p95_ms`, `per_second`."""
    with desk(people) as (port, usernames):
        times: list[list[float]] = [[] for _ in usernames]
        faults: list[str] = []
        threads = [
            threading.Thread(target=Visitor(port, own, faults).day, args=(name,))
            for name, own in zip(usernames, times, strict=True)
        ]
        begun = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - begun
    every = sorted(t for own in times for t in own)
    for fault in faults[:5]:
        sys.stderr.write(fault + "\n")
    return {
        "people": people, "requests": len(every), "errors": len(faults), "median_ms": round(median(every), 1),
        "p95_ms": round(every[int(len(every) * 0.95)], 1), "per_second": round(len(every) / seconds, 1),
    }  # fmt: skip


@contextmanager
def desk(people: int) -> Iterator[tuple[int, list[str]]]:
    """A real desk with so many clerks, each with cases of their own: its port and their names."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["YIMEN_VAR"] = folder
        settings = from_environment()
        keyring.use(keyring.open_keyring(settings.keys))
        stage = Stage(settings, settings.database_url)
        stage.found(bundles.read_folder(ROOT / "bpmn" / "minimum_living_allowance"))
        usernames = _clerks(stage, people)
        stage.close()
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = int(found.getsockname()[1])
        environment = {**os.environ, "YIMEN_LISTEN": f"127.0.0.1:{port}"}
        with Path(folder, "desk.log").open("wb") as log:
            server = subprocess.Popen(
                [sys.executable, "-m", "web"], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
            try:
                _await(port)
                yield port, usernames
            finally:
                server.terminate()
                server.wait()


def _clerks(stage: Stage, people: int) -> list[str]:
    """So many window clerks over the townships, each with cases that they have claimed."""
    stage.clock.now = current_instant()
    with stage.database.unit_of_work() as uow:
        model = uow.session.scalars(select(Account).where(Account.username == "t1_clerk")).one()
        names = [f"clerk_{n}" for n in range(people)]
        for n, name in enumerate(names):
            uow.add(
                Account(
                    username=name, name=f"窗口{n}", password_hash=model.password_hash, roles=list(model.roles),
                    division=township_code(1 + n % len(TOWNSHIPS)), is_demo=True,
                )
            )  # fmt: skip
        uow.commit()
    for n, name in enumerate(names):
        with stage.database.reading("") as session:
            clerk = actor_of(session.scalars(select(Account).where(Account.username == name)).one())
        for k in range(CASES_FOR_EACH):
            place = f"{clerk.division}201"
            household = cases.a_household(stage, place, cases.person_household(f"{n}-{k}-{uuid4()}"))
            command = StartCase("minimum_living_allowance", household, cases.APPLICATION, str(uuid4()))
            number = str(stage.office.perform(command, clerk).case)
            item = cases.open_items(stage, number)[0]
            stage.office.perform(ClaimTask(item.id, item.version), clerk)
    return names


def _await(port: int) -> None:
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == http.client.OK:
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the desk did not start")
