"""Hourly budgets of an account: they stop that account and nobody else, and end when the hour is over."""

from __future__ import annotations

import io
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image

from documents import render
from documents.errors import RendererBusy
from processes.errors import BudgetSpent, Invalid
from processes.papers import preview
from processes.rehearsal.stage import Stage
from processes.releases.bundle import Bundle
from tests.builders import cases
from tests.builders.desks import Person
from tests.web.test_masked_papers import form_of
from web import budgets

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
SMALL = budgets.Budget("上传文件", 3, 1)


def _spent(stage: Stage, role: str, budget: budgets.Budget) -> None:
    """The whole budget of an account is spent."""
    account = stage.actor(role, cases.VILLAGE).account_id or 0
    for _ in range(budget.times):
        with budgets.ledger(stage.office).spending(budget, account, 0, stage.clock.now):
            pass


def _spend(ledger: budgets.Ledger, account: int, size: int, at: datetime = NOW) -> None:
    with ledger.spending(SMALL, account, size, at):
        pass


def test_so_many_within_an_hour__then_told_when__another_account_goes_on() -> None:
    ledger = budgets.Ledger()
    for minute in (0, 10, 20):
        _spend(ledger, 1, 1, NOW + timedelta(minutes=minute))
    # The first of three was at 0 minutes: at 30 it is 30 minutes until its hour is over.
    with pytest.raises(BudgetSpent) as caught:
        _spend(ledger, 1, 1, NOW + timedelta(minutes=30))
    assert "已达上限（3 次，共 1 MB），请 30 分钟后再试" in caught.value.message
    _spend(ledger, 2, 1, NOW + timedelta(minutes=30))
    _spend(ledger, 1, 1, NOW + timedelta(minutes=60))
    with pytest.raises(BudgetSpent):
        _spend(ledger, 1, 1, NOW + timedelta(minutes=61))


def test_so_many_bytes_within_an_hour() -> None:
    ledger = budgets.Ledger()
    _spend(ledger, 1, 600_000)
    with pytest.raises(BudgetSpent):
        _spend(ledger, 1, 400_001)
    _spend(ledger, 1, 400_000)
    _spend(ledger, 1, 600_000, NOW + timedelta(hours=1))


def test_two_at_once__what_failed_is_over_as_well() -> None:
    ledger = budgets.Ledger()
    with ledger.spending(SMALL, 1, 1, NOW), ledger.spending(SMALL, 1, 1, NOW):
        with pytest.raises(BudgetSpent, match="还没有完成"):
            _spend(ledger, 1, 1)
        _spend(ledger, 2, 1)
    with pytest.raises(ZeroDivisionError), ledger.spending(SMALL, 2, 1, NOW):
        raise ZeroDivisionError
    _spend(ledger, 2, 1)


def test_an_account_that_has_spent_it__is_told_at_the_desk(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = cases.a_case(stage)
    clerk, colleague = Person(stage, "window_clerk"), Person(stage, "investigator")
    _spent(stage, "window_clerk", budgets.UPLOADS)
    refused = _upload(clerk, number)
    assert refused.status_code == 409
    assert "一小时内上传文件已达上限" in refused.text
    assert _upload(colleague, number).status_code == 302
    stage.set_clock(stage.clock.now + timedelta(hours=1))
    assert _upload(clerk, number).status_code == 302


@pytest.mark.parametrize(
    ("role", "budget", "method", "path"),
    [
        ("window_clerk", budgets.SEARCHES, "GET", "/search?q=%E5%BC%A0"),
        ("window_clerk", budgets.SEARCHES, "GET", "/households?q=%E5%BC%A0"),
        ("window_clerk", budgets.EXPORTS, "POST", "/cases/export"),
        ("window_clerk", budgets.PRINTS, "POST", "/papers/batch"),
        ("supervisor", budgets.CHECKS, "POST", "/studio/1/lint/apply.bpmn"),
        ("supervisor", budgets.REHEARSALS, "POST", "/studio/1/rehearse"),
        ("supervisor", budgets.RENDERINGS, "GET", "/studio/1/picture/papers/approval_form.html"),
        ("supervisor", budgets.PAPERS, "GET", "/papers/ABCDEFGHJK/original.pdf"),
    ],
)
def test_each_kind_of_work_is_refused_when_it_is_spent(
    stage: Stage, role: str, budget: budgets.Budget, method: str, path: str
) -> None:
    person = Person(stage, role)
    _spent(stage, role, budget)
    answer = person.get(path) if method == "GET" else person.post(path, {})
    assert (answer.status_code, f"一小时内{budget.what}已达上限" in answer.text) == (409, True)


def test_a_masked_page_counts_for_itself(stage: Stage) -> None:
    """Somebody who may see the numbers opens the stored file; who may not has it made, which is dearer."""
    supervisor, clerk = Person(stage, "supervisor"), Person(stage, "window_clerk")
    code = form_of(stage)
    for role in ("supervisor", "window_clerk"):
        _spent(stage, role, budgets.MASKED)
    assert supervisor.get(f"/papers/{code}/original.pdf").status_code == 409
    assert clerk.get(f"/papers/{code}/original.pdf").status_code == 200


def test_pages_in_tabs_are_opened_at_once(stage: Stage) -> None:
    """A browser asks for six at once: none of them is refused, whatever the kind of page."""
    for budget in (budgets.SEARCHES, budgets.PAPERS, budgets.MASKED, budgets.CHECKS):
        assert budget.at_once == 6


def _upload(person: Person, number: str) -> Any:
    picture = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(picture, "PNG")
    picture.seek(0)
    return person.post(f"/cases/{number}/attachments", {"file": (picture, "证.png")})


def test_no_paper_waits_for_a_scan__and_the_files_of_the_desk_leave_threads_free() -> None:
    """While the child for scans is at work, the press answers; a fourth file is refused and none of the others."""
    held = render._scanner._lock
    waiting = [threading.Thread(target=_read, daemon=True) for _ in range(render.UPLOADS_AT_ONCE)]
    with held:
        for thread in waiting:
            thread.start()
        while render._uploads._value:
            pass
        with pytest.raises(RendererBusy):
            render.count_pages(render.Counting(b"", False))
        assert render.renderer()._lock.acquire(blocking=False)
        render.renderer()._lock.release()
    for thread in waiting:
        thread.join()
    assert render._uploads._value == render.UPLOADS_AT_ONCE


def _read() -> None:
    with suppress(Exception):  # it is no picture; that it waits is what is tried
        render.read_scan(render.Scan(b"no picture", False))


def test_no_paper_waits_for_a_preview_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A template that counts to 10^12 is stopped; meanwhile papers are made and signed, and a fourth preview is refused."""
    loops = "{% for a in range(9999) %}{% for b in range(9999) %}{% for d in range(9999) %}{% endfor %}{% endfor %}{% endfor %}"
    plain = render.RenderJob({"t.html": "<p>字</p>"}, "t.html", {}, "", "2026-03-02T09:00:00")
    render.to_pdf(plain)
    render.to_screen(plain)
    monkeypatch.setattr(render._screen, "seconds", 8)
    told: list[str] = []

    def look() -> None:
        try:
            preview.pdf(
                Bundle({"papers/t.html": loops.encode()}), "t.html", {}, datetime(2026, 3, 2, 9, tzinfo=UTC)
            )
        except Invalid as fault:
            told.append(fault.message)

    looking = threading.Thread(target=look)
    looking.start()
    while not render._screen._lock.locked():
        time.sleep(0.01)
    assert render.to_pdf(plain).content
    assert looking.is_alive()
    looking.join()
    assert len(told) == 1
    assert "超过 8 秒" in told[0]
    for _ in range(render.SCREENS_AT_ONCE):
        assert render._screens.acquire(blocking=False)
    with pytest.raises(RendererBusy, match="预览"):
        render.to_screen(plain)
    render._screens.release(render.SCREENS_AT_ONCE)
    assert render.to_screen(plain).content
