"""What one account may have the program read or make within an hour: files, bytes, and what starts the press.

Counted in memory, by the account, where the work is asked for: a hostile or broken window stops itself and nobody else.
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

from flask import request

from processes.access.scope import Actor
from processes.errors import BudgetSpent
from web import auth

_HOUR = timedelta(hours=1)
_MEGABYTE = 1_000_000
AT_ONCE = 2
"""Files or renderings of one account under way; the window that sends many sends them one after the other."""


@dataclass(frozen=True, slots=True)
class Budget:
    """So many times, and so many bytes, within an hour."""

    what: str
    times: int
    megabytes: int = 0


UPLOADS = Budget("上传文件", 600, 2_000)
RENDERINGS = Budget("生成预览", 600)


@dataclass(slots=True)
class _Spent:
    """What an account did within the last hour, oldest first."""

    done: deque[tuple[datetime, int]] = field(default_factory=deque)
    size: int = 0
    under_way: int = 0


class Ledger:
    """What the accounts have spent of their budgets in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spent: dict[tuple[str, int], _Spent] = defaultdict(_Spent)

    @contextmanager
    def spending(self, budget: Budget, account: int, size: int, now: datetime) -> Iterator[None]:
        """Count one piece of work while it is done; raises `BudgetSpent`."""
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
            if spent.under_way >= AT_ONCE:
                raise BudgetSpent(reason=f"您的上一项“{budget.what}”还没有完成，请稍候再试")
            full = bool(budget.megabytes) and spent.size + size > budget.megabytes * _MEGABYTE
            if full or len(spent.done) >= budget.times:
                minutes = _minutes(spent.done[0][0] + _HOUR - now) if spent.done else 60
                raise BudgetSpent(
                    reason=f"一小时内{budget.what}已达上限（{_most(budget)}），请 {minutes} 分钟后再试"
                )
            spent.done.append((now, size))
            spent.size += size
            spent.under_way += 1
            return spent

    def forget(self) -> None:
        """Begin anew, as after a restart."""
        with self._lock:
            self._spent.clear()


ledger = Ledger()


def spends(budget: Budget) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A route whose every POST, or GET that renders, counts against a budget of whoever asks; below `require`."""

    def wrap(route: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(route)
        def counted(actor: Actor, *args: Any, **kwargs: Any) -> Any:
            size = request.content_length or 0
            now = auth.office().database.clock()
            with ledger.spending(budget, actor.account_id or 0, size, now):
                return route(actor, *args, **kwargs)

        return counted

    return wrap


def _minutes(left: timedelta) -> int:
    return max(1, -(-int(left.total_seconds()) // 60))


def _most(budget: Budget) -> str:
    size = f"，共 {budget.megabytes} MB" if budget.megabytes else ""
    return f"{budget.times} 次{size}"
