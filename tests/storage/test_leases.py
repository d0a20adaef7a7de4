"""Jobs are leased: two workers do nothing twice, a killed one is followed, who waits goes first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from alembic import command
from sqlalchemy import select, text

from processes.access.models import Account
from processes.access.scope import system_actor
from processes.cases import notices
from processes.cases.models import Incident
from processes.compound import leasing
from processes.compound.sending import send_mail, send_short_messages
from processes.migrations import schema
from processes.office import Office
from processes.office.papers.make import PrintState
from processes.office.papers.renderer_reports import FailPaper
from processes.office.studio.drafts import AskRehearsal, OpenDraft
from processes.papers import issue
from processes.papers.models import IssuedPaper
from processes.rehearsal.stage import Stage
from processes.releases import drafts
from processes.storage import outbox
from processes.storage.outbox import OutboxRow
from processes.worker import jobs
from tests.builders import cases
from tests.builders.workers import free_port, worker
from tests.storage.test_transactions import together

_TAKE_ALL = """
(held,) = leasing.jobs(office, "trial", 1)
print(held.key, flush=True)
sys.stdin.readline()
leasing.finish(office, held.key)
for job in leasing.jobs(office, "trial", 1000):
    print(job.key, flush=True)
    leasing.finish(office, job.key)
"""
_TAKE_AND_STALL = """
for job in leasing.jobs(office, issue.RENDER, 1):
    print(job.key, flush=True)
    time.sleep(60)
"""
COUNT = 60


def _rows(stage: Stage, kind: str) -> list[OutboxRow]:
    with stage.database.reading("") as session:
        return list(session.scalars(select(OutboxRow).where(OutboxRow.kind == kind).order_by(OutboxRow.id)))


def test_two_workers_take_every_job_once(any_stage: Stage) -> None:
    with any_stage.database.unit_of_work() as uow:
        for n in range(COUNT):
            outbox.put(uow, "trial", f"trial/{n}", {})
        uow.commit()
    both = [worker(any_stage, _TAKE_ALL) for _ in range(2)]
    taken = []
    for one in both:  # one each: who comes first must not have taken all before the other has begun
        assert one.stdout is not None
        taken.append([one.stdout.readline().strip()])
    for one in both:  # the others together, only now
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    for keys, one in zip(taken, both, strict=True):
        keys += one.communicate(timeout=60)[0].split()
    assert sorted(taken[0] + taken[1]) == sorted(f"trial/{n}" for n in range(COUNT)), "each once, none left"


def test_a_killed_workers_job__is_taken_up_when_the_lease_is_over(any_stage: Stage) -> None:
    number = cases.a_case(any_stage, at="compare_economy")
    killed = worker(any_stage, _TAKE_AND_STALL)
    assert killed.stdout is not None
    key = killed.stdout.readline().strip()
    assert key.startswith(f"{issue.RENDER}/"), number
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert jobs.make_papers(any_stage.office) == 0, "the lease holds, dead or alive"
    any_stage.clock.now += outbox.LEASE
    assert jobs.make_papers(any_stage.office) == 1
    assert [r.done_at is not None for r in _rows(any_stage, issue.RENDER)] == [True]


def test_a_worker_that_lost_its_lease__ends_and_postpones_nothing(any_stage: Stage) -> None:
    first, second = any_stage.office, Office(any_stage.office.settings, any_stage.database)
    with any_stage.database.unit_of_work() as uow:
        outbox.put(uow, "trial", "trial/1", {})
        uow.commit()
    (job,) = leasing.jobs(first, "trial", 1)
    any_stage.clock.now += outbox.LEASE
    (again,) = leasing.jobs(second, "trial", 1)
    assert again.key == job.key
    assert not leasing.renew(first, job.key)
    leasing.finish(first, job.key)
    assert _rows(any_stage, "trial")[0].done_at is None
    assert leasing.renew(second, job.key)
    leasing.finish(second, job.key)
    assert _rows(any_stage, "trial")[0].done_at is not None


def test_who_waits_at_the_page__goes_before_what_steps_and_timers_ask_for(stage: Stage) -> None:
    with stage.database.unit_of_work() as uow:
        for name, urgency in (
            ("timer", outbox.Urgency.BY_ITSELF),
            ("step", outbox.Urgency.BY_A_PERSON),
            ("page", outbox.Urgency.SOMEBODY_WAITS),
        ):
            outbox.put(uow, "trial", name, {}, urgency=urgency)
        uow.commit()
    taken = []
    for job in leasing.jobs(stage.office, "trial", 10):
        taken.append(job.key)
        leasing.finish(stage.office, job.key)
    assert taken == ["page", "step", "timer"]
    number = cases.a_case(stage, at="compare_economy")
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    asked = stage.office.perform(PrintState(number, "approval_form"), clerk).code
    (first,) = leasing.jobs(stage.office, issue.RENDER, 1)
    assert first.payload["code"] == asked, "before the receipt that a step issued earlier"


def test_a_failure_that_comes_late__does_not_strand_a_paper_that_was_made(stage: Stage) -> None:
    cases.a_case(stage, at="compare_economy")
    assert jobs.make_papers(stage.office) == 1
    with stage.database.reading("") as session:
        code = session.scalars(select(IssuedPaper.code)).one()
    stage.office.perform(FailPaper(code, "render_failed", "太晚"), system_actor())
    with stage.database.reading("") as session:
        assert session.scalars(select(IssuedPaper.status)).one() == "ready"
        assert session.scalars(select(Incident)).all() == []


class _Box:
    def __init__(self) -> None:
        self.mails = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails += 1
        return "250 OK"


@pytest.fixture
def box(any_stage: Stage) -> Iterator[_Box]:
    """A mail server; everybody has an address and a telephone, and the gateway for short messages answers 500."""
    kept, refused = _Box(), _Gateway()
    server = Controller(kept, hostname="127.0.0.1", port=free_port())
    server.start()
    any_stage.office.settings = replace(
        any_stage.office.settings, smtp=f"smtp://127.0.0.1:{server.port}", mail_from="yimen@example.cn",
        sms_webhook=f"http://127.0.0.1:{refused.server.server_port}/",
    )  # fmt: skip
    with any_stage.database.unit_of_work() as uow:
        for account in uow.session.scalars(select(Account)):
            account.email, account.mobile = "a@example.cn", "13900000000"
        uow.commit()
    yield kept
    server.stop()
    refused.server.shutdown()
    refused.server.server_close()


class _Gateway:
    def __init__(self) -> None:
        class Refusing(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.send_response(500)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def _told(stage: Stage, people: int, each: int) -> None:
    stage.set_clock(datetime(2026, 3, 3, 10, 0))
    with stage.database.unit_of_work() as uow:
        accounts = uow.session.scalars(select(Account.id).order_by(Account.id).limit(people)).all()
        for _ in range(each):
            notices.tell(uow, accounts, "urged", "请尽快办理")
        uow.commit()


def test_a_dead_gateway__never_sends_the_mail_again(any_stage: Stage, box: _Box) -> None:
    _told(any_stage, people=1, each=1)
    for _ in range(5):
        send_mail(any_stage.office)
        send_short_messages(any_stage.office)
        any_stage.move("1 hours")
    assert box.mails == 1
    (waiting,) = _rows(any_stage, notices.SHORT_MESSAGE)
    assert (waiting.attempts, waiting.done_at, waiting.error) == (5, None, "HTTPError")


def test_two_workers_send_each_person_one_mail(any_stage: Stage, box: _Box) -> None:
    _told(any_stage, people=8, each=3)
    second = Office(any_stage.office.settings, any_stage.database)
    together(lambda: send_mail(any_stage.office), lambda: send_mail(second))
    while send_mail(any_stage.office) or send_mail(second):
        pass
    assert box.mails == 8, "one a person, with its three notices in it"


@pytest.mark.parametrize("any_stage", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("box")
def test_what_another_worker_is_taking__is_waited_for_and_not_split(any_stage: Stage) -> None:
    """One worker has the first of three notices in its hand: the other takes none of that person's, but the next person's."""
    _told(any_stage, people=2, each=3)
    taken: list[str] = []

    def take() -> None:
        with any_stage.database.unit_of_work() as uow:
            taken.extend(r.subject for r in outbox.claim_subject(uow, notices.MAIL, "second", 200))
            uow.commit()

    other = threading.Thread(target=take)
    with any_stage.database.unit_of_work() as uow:
        of_mail = select(OutboxRow).where(OutboxRow.kind == notices.MAIL).order_by(OutboxRow.id)
        first = uow.session.scalars(of_mail.limit(1).with_for_update()).one()
        subject = first.subject
        other.start()
        while other.is_alive() and not _one_waits(any_stage):
            pass
        for row in uow.session.scalars(of_mail.where(OutboxRow.subject == subject)):
            row.leased_until, row.leased_by = uow.now + outbox.LEASE, "first"
        uow.commit()
    other.join()
    assert len(taken) == 3
    assert subject not in taken


def _one_waits(stage: Stage) -> bool:
    """Whether a statement of this database waits for somebody's lock."""
    said = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with stage.database.engine.connect() as connection:
        return bool(connection.execute(text(said)).scalar())


def test_what_waited_before_the_upgrade__waits_after_it(any_stage: Stage) -> None:
    """A notice that was not sent, once a channel; a long print and a rehearsal that were asked for."""
    engine = any_stage.database.engine
    with any_stage.database.unit_of_work() as uow:
        account = uow.session.scalars(select(Account.id).order_by(Account.id)).first()
        notices.tell(uow, [account], "urged", "请尽快办理")
        uow.commit()
    author = any_stage.actor("supervisor", "340199")
    draft = int(any_stage.office.perform(OpenDraft("minimum_living_allowance"), author).draft)
    any_stage.office.perform(AskRehearsal(draft), author)
    command.downgrade(schema._config(engine), "0034")
    with any_stage.database.unit_of_work() as uow:
        uow.session.execute(
            text(
                "INSERT INTO outbox (kind, key, payload, created_at, due_at, attempts) SELECT 'send_notice', "
                "'send_notice/' || id, '{\"notice\": ' || id || '}', at, at, 3 FROM notice"
            )
        )
        uow.session.commit()
    schema.upgrade(engine)
    kinds = (notices.MAIL, notices.SHORT_MESSAGE)
    waiting = {k: [(r.key, r.subject, r.attempts) for r in _rows(any_stage, k)] for k in kinds}
    assert waiting == {k: [(f"{k}/1", f"account/{account}", 3)] for k in kinds}
    assert _rows(any_stage, "send_notice") == []
    (rehearsal,) = _rows(any_stage, drafts.REHEARSE)
    assert (rehearsal.key, rehearsal.payload) == (f"rehearse_draft/{draft}", {"draft": draft})
