"""kill -9 in the middle of a completion, of a sweep and of printing: nothing is lost, nothing is half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import select

from processes.cases import events
from processes.cases.models import Case
from processes.office.steps.complete import CompleteTask
from processes.papers.models import IssuedPaper
from processes.rehearsal.stage import Stage
from processes.worker import jobs
from tests.builders import cases

_COMPLETE = """
import sys, time
from dataclasses import replace
from pathlib import Path
from processes.access.scope import Actor
from processes.cases import actions
from processes.office import Office
from processes.office.steps.complete import CompleteTask
from processes.settings import from_environment
from processes.storage import keyring
from processes.storage.unit_of_work import Database
var, url, item, version, account, division = sys.argv[1:]
settings = replace(from_environment(), var=Path(var))
keyring.use(keyring.open_keyring(settings.keys))
project = actions.project
def stall(*args, **kwargs):
    project(*args, **kwargs)
    args[0].flush()
    print("in the middle", flush=True)
    time.sleep(60)
actions.project = stall
actor = Actor(int(account), "窗口", frozenset({"window_clerk"}), division)
Office(settings, Database(url)).perform(CompleteTask(int(item), int(version), {"decision": "accept"}, "crash"), actor)
"""


def test_kill_9_before_the_commit__the_task_is_still_there_and_can_be_done(any_stage: Stage) -> None:
    number = cases.a_case(any_stage)
    item = cases.item_at(any_stage, number, "check_papers")
    clerk = any_stage.actor("window_clerk", cases.VILLAGE)
    arguments = [
        any_stage.office.settings.var, any_stage.database.engine.url.render_as_string(False), item.id, item.version,
        clerk.account_id, clerk.division,
    ]  # fmt: skip
    child = subprocess.Popen(
        [sys.executable, "-c", _COMPLETE, *map(str, arguments)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "in the middle\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert [i.task for i in cases.open_items(any_stage, number)] == ["check_papers"]
    again = CompleteTask(item.id, item.version, {"decision": "accept"}, "crash")
    assert any_stage.office.perform(again, clerk).status == "open"
    with any_stage.database.reading("") as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        assert events.verify(session, case) is None


def test_kill_9_of_the_press__the_paper_is_made_by_the_next_try(stage: Stage) -> None:
    from documents import render

    cases.a_case(stage, at="compare_economy")
    assert jobs.make_papers(stage.office) == 1
    number = cases.a_case(stage, at="compare_economy", division="340199102201")
    child = render.renderer()._child
    assert child is not None
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    for _ in range(50):
        if not child.is_alive():
            break
        time.sleep(0.1)
    assert jobs.make_papers(stage.office) == 1
    with stage.database.reading("") as session:
        papers = session.scalars(
            select(IssuedPaper).join(Case, Case.id == IssuedPaper.case_id).where(Case.number == number)
        ).all()
        assert [p.status for p in papers] == ["ready"]


def test_a_timer_is_swept_once_by_two_sweepers(any_stage: Stage) -> None:
    from processes.compound.sweeping import sweep
    from tests.storage.test_transactions import together

    number = cases.a_case(any_stage, at="record_objection")
    any_stage.set_clock(__import__("datetime").datetime(2026, 3, 12, 9, 0))
    together(lambda: sweep(any_stage.office), lambda: sweep(any_stage.office))
    assert [i.task for i in cases.open_items(any_stage, number)] in (["county_check"], ["county_visit"])
    assert Path(any_stage.office.settings.var).exists()
