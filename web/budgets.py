"""Hourly budgets of an account for reading and making documents: number, bytes, and use of the renderer.

Counted in memory by account, so that a malicious or broken client stops only itself.
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from weakref import WeakKeyDictionary

from flask import request

from processes.access.scope import Actor
from processes.errors import BudgetSpent
from processes.office import Office
from processes.texts import tr
from web import auth

_HOUR = timedelta(hours=1)
_MEGABYTE = 1_000_000
AT_ONCE = 2
"""Simultaneous work of a kind for one account; pages send multiple files one by one."""
_TABS = 6
"""A browser sends at most six requests at once, when somebody opens many tabs."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits within an hour, in requests and bytes, and at the same time."""

    what: str
    times: int
    megabytes: int = 0
    at_once: int = AT_ONCE


# Several times what the busiest person does in an hour: a budget stops scripts, not people.
UPLOADS = Budget(tr("上传文件"), 600, 2_000)
RENDERINGS = Budget(tr("生成预览"), 600)
PAPERS = Budget(tr("打开文书"), 3_000, at_once=_TABS)
"""Stored files, read and sent; a person who prints singly opens one in ten seconds (360)."""
MASKED = Budget(tr("查看遮盖的文书"), 600, at_once=_TABS)
"""Each uses the renderer; a person reads a paper for a minute (60), or opens a case's ten at once."""
MADE = Budget(tr("生成文书"), 600)
"""Papers on demand, statements, records of draws: a window makes one in a minute or two (60)."""
SIGNATURES = Budget(tr("签章"), 1_200)
"""A leader who signs a month's decisions one after the other, three seconds each."""
PRINTS = Budget(tr("批量打印和清册"), 300)
"""Long work of the worker: at the month's end five programmes for each of twenty townships (100)."""
EXPORTS = Budget(tr("导出"), 300)
"""Lists and files; exporting the files of households one by one takes a minute for each (60)."""
SEARCHES = Budget(tr("查询和统计"), 6_000, at_once=_TABS)
"""Lists, searches and figures. An open queue refreshes every ten seconds: ten tabs of them make 3,600."""
CHECKS = Budget(tr("检查流程草稿"), 3_000, at_once=_TABS)
"""The editor checks when typing pauses for 0.6 seconds: at most 3,000 in an hour."""
TYPED = Budget(tr("自动保存"), 6_000, 500, at_once=_TABS)
"""One request a second while somebody types without a pause is 3,600."""
REHEARSALS = Budget(tr("演练、测算和迁移"), 120)
"""Minutes of the worker each; one request in a few minutes (20)."""


@dataclass(slots=True)
class _Spent:
    """What an account used in the last hour, oldest first."""

    done: deque[tuple[datetime, int]] = field(default_factory=deque)
    size: int = 0
    under_way: int = 0


class Ledger:
    """The use of budgets by accounts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spent: dict[tuple[str, int], _Spent] = defaultdict(_Spent)

    @contextmanager
    def spending(self, budget: Budget, account: int, size: int, now: datetime) -> Iterator[None]:
        """Count one piece of work while it is in progress; raises `BudgetSpent`."""
        spent = self._begun(budget, account, size, now)
        try:
            yield
        finally:
            with self._lock:
                spent.under_way -= 1

    def _begun(self, budget: Budget, account: int, size: int, now: datetime) -> _Spent:
        with self._lock:
            spent = self._spent[budget.what, account]
            while spent.done and spent.done[0][0] <= now - _HOUR:
                spent.size -= spent.done.popleft()[1]
            if spent.under_way >= budget.at_once:
                raise BudgetSpent(reason=tr("您的上一项“{what}”还没有完成，请稍候再试", what=budget.what))
            full = bool(budget.megabytes) and spent.size + size > budget.megabytes * _MEGABYTE
            if full or len(spent.done) >= budget.times:
                minutes = _minutes(spent.done[0][0] + _HOUR - now) if spent.done else 60
                raise BudgetSpent(
                    reason=tr(
                        "一小时内{what}已达上限（{budget}），请 {minutes} 分钟后再试",
                        what=budget.what,
                        budget=_most(budget),
                        minutes=minutes,
                    )
                )
            spent.done.append((now, size))
            spent.size += size
            spent.under_way += 1
            return spent


_ledgers: WeakKeyDictionary[Office, Ledger] = WeakKeyDictionary()


def ledger(office: Office) -> Ledger:
    """Return the use of budgets in this process for an office."""
    return _ledgers.setdefault(office, Ledger())


def spends(budget: Budget) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a route whose every request counts against the user's budget; placed below `require`."""

    def wrap(route: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(route)
        def counted(actor: Actor, *args: Any, **kwargs: Any) -> Any:
            with spending(budget, actor):
                return route(actor, *args, **kwargs)

        counted.budget = budget  # type: ignore[attr-defined]
        return counted

    return wrap


@contextmanager
def spending(budget: Budget, actor: Actor) -> Iterator[None]:
    """Count part of a route against a budget of its own; raises `BudgetSpent`."""
    office, size = auth.office(), request.content_length or 0
    with ledger(office).spending(budget, actor.account_id or 0, size, office.database.clock()):
        yield


def _minutes(left: timedelta) -> int:
    return max(1, -(-int(left.total_seconds()) // 60))


def _most(budget: Budget) -> str:
    size = tr("，共 {megabytes} MB", megabytes=budget.megabytes) if budget.megabytes else ""
    return tr("{times} 次{size}", times=budget.times, size=size)
