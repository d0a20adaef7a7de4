"""Waiting times of scenario steps, parsed and limited, because every day on a stage is swept like a real one.

Ten years in all are several times what any programme needs, and take less than a minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from processes.errors import ScenarioInvalid
from processes.texts import tr

MOST_DAYS = 3_660
"""Days, working or not, that may pass in one step, and in all steps of a scenario together."""
KEYS = ("after", "wait")
"""Keys of a step for the time that passes before it."""
_MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60, "working day": 24 * 60}
_MOST_DIGITS = 9


def read(text: str) -> tuple[int, str]:
    """Parse number and unit of `3 working days`, `7 days`, `2 hours`; raises `ScenarioInvalid` otherwise."""
    number, _, unit_name = text.partition(" ")
    unit = unit_name.removesuffix("s")
    if not (number.isascii() and number.isdigit()) or unit not in _MINUTES:
        raise ScenarioInvalid(reason=tr("“{text}”应写作“3 working days”“7 days”或“2 hours”", text=text[:40]))
    if len(number) > _MOST_DIGITS or int(number) * _MINUTES[unit] > MOST_DAYS * _MINUTES["day"]:
        raise ScenarioInvalid(
            reason=tr("“{text}”太久，一个环节最多等待 {most_days} 天", text=text[:40], most_days=MOST_DAYS)
        )
    return int(number), unit


def length(number: int, unit: str) -> timedelta:
    """Return the length of a wait; a working day counts as one day."""
    return timedelta(minutes=number * _MINUTES[unit])


def demand(content: Mapping[str, Any], name: str) -> None:
    """Raise `ScenarioInvalid` with the position if a scenario waits longer than allowed; `name` is its file."""
    passed = timedelta()
    steps = content.get("steps", [])
    for n, step in enumerate(steps if isinstance(steps, list) else [], start=1):
        for key in KEYS:
            if not isinstance(step, Mapping) or key not in step:
                continue
            place = tr(
                "{name} 的情景“{get}”第 {n} 步（{key}）",
                name=name,
                get=str(content.get("scenario", ""))[:80],
                n=n,
                key=key,
            )
            try:
                passed += length(*read(str(step[key])))
            except ScenarioInvalid as fault:
                raise ScenarioInvalid(
                    reason=tr("{place}：{params}", place=place, params=fault.params["reason"])
                ) from fault
            if passed > timedelta(days=MOST_DAYS):
                raise ScenarioInvalid(
                    reason=tr(
                        "{place}：到此共等待 {days} 天，一个情景最多等待 {most_days} 天",
                        place=place,
                        days=passed.days,
                        most_days=MOST_DAYS,
                    )
                )
