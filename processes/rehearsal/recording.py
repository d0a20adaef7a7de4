"""Records a scenario: plays the steps so far on a stage and returns the open steps with their forms.

The recorded scenario is the only state: every step plays it from the beginning, so that what is shown equals
what the rehearsal will do. It runs in a child process with a stage, keys and a clock of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from processes.access.permissions import ROLE_TITLES, Role
from processes.cases import seconds
from processes.cases.models import Case, WorkItem
from processes.cases.status import WorkItemStatus
from processes.engine import runtime
from processes.errors import FormInvalid, RehearsalBusy, YimenError
from processes.policy import values
from processes.policy.calendar import SHANGHAI
from processes.rehearsal import observation, scenarios, stage
from processes.rehearsal.player import Player
from processes.rehearsal.pool import Children, permanent_child
from processes.rehearsal.results import Result
from processes.rehearsal.stage import Stage
from processes.releases import bundle as bundles
from processes.releases import forms, publish
from processes.releases.bundle import Bundle
from processes.settings import Settings
from processes.texts import tr

SECONDS = 60
"""Somebody waits at the screen; a recorded case takes a few seconds."""
AT_ONCE, TURN_SECONDS = 3, 2
"""One is played and two wait, fewer than the desk's threads; further callers are refused."""
_turns = threading.BoundedSemaphore(AT_ONCE)


def look(
    settings: Settings, bundle: Bundle, others: list[Bundle], content: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the state of a scenario after its steps: the day, the open steps with their forms, how it ended.

    `fault` says why the last step was refused, with `fields` if a form was. Raises `ScenarioInvalid` if the
    content is not a scenario, `RehearsalCutOff` or `RehearsalEnded` if playing did not finish.
    """
    written = written_down({**content, "expect": {}})
    scenarios.parse(written.encode(), Path("录制"))
    packed = [bundles.pack(b) for b in (bundle, *others)]
    if not _turns.acquire(timeout=TURN_SECONDS):
        raise RehearsalBusy()
    try:
        return _child().do(_look, settings, packed, written)
    finally:
        _turns.release()


def expected(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the expectations for a recorded scenario: its result when recorded."""
    wanted: dict[str, Any] = {"outcome": found["outcome"], "award": None}
    if found["award"]:
        wanted["award"] = {k: found["award"][k] for k in ("monthly", "from", "grade")}
    if found["relief"]:
        wanted["relief"] = {"amount": found["relief"]["amount"]}
    wanted["path"] = found["path"]
    wanted["documents"] = list(dict.fromkeys(found["documents"]))
    if found["outcome"] is None:
        wanted["open"] = [o["task"] for o in found["open"] if o["own"]]
    return wanted


_MOST_PLACES = 40
"""Longer numbers are no amounts and are written as they are: `1E+999999` would have a million digits."""


class _Written(yaml.SafeDumper):
    """Writes decimal amounts digit by digit."""


def _amount(dumper: yaml.SafeDumper, value: Decimal) -> yaml.Node:
    if not value.is_finite() or abs(value.adjusted()) > _MOST_PLACES:
        return dumper.represent_str(str(value))
    if value == value.to_integral_value():
        return dumper.represent_int(int(value))
    return dumper.represent_scalar("tag:yaml.org,2002:float", f"{value:f}")


_Written.add_representer(Decimal, _amount)


def written_down(content: Mapping[str, Any]) -> str:
    """Return a scenario as the text of its file."""
    return str(yaml.dump(dict(content), Dumper=_Written, allow_unicode=True, sort_keys=False, width=110))


@cache
def _child() -> Children:
    return permanent_child(SECONDS)


def _look(settings: Settings, packed: list[bytes], written: str) -> dict[str, Any]:
    scenario = scenarios.parse(written.encode(), Path("录制"))[0]
    with stage.stage(settings, *map(bundles.unpack, packed)) as made:
        player = Player(made, scenario.content)
        error = _play(player, scenario.content)
        error["clock"] = made.clock.now.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        error |= {"open": [], "outcome": None, "award": None, "relief": None, "path": [], "documents": []}
        if player.number:
            error |= _standing(made, player)
    return error


def _play(player: Player, content: Mapping[str, Any]) -> dict[str, Any]:
    done = 0
    try:
        player.begin()
        for n, step in enumerate(content.get("steps", []), start=1):
            player.take(n, step)
            done = n
    except FormInvalid as fault:
        return {"done": done, "fault": fault.message, "fields": dict(fault.fields)}
    except YimenError as fault:
        return {"done": done, "fault": fault.message, "fields": {}}
    except (ValueError, KeyError, TypeError, ArithmeticError) as fault:
        return {"done": done, "fault": tr("情景内容有误：{fault}", fault=fault), "fields": {}}
    return {"done": done, "fault": "", "fields": {}}


def _standing(made: Stage, player: Player) -> dict[str, Any]:
    result = Result(tr("录制"), "")
    observation.look(made, player.number, player.division, result)
    with made.database.reading("") as session:
        rows = session.execute(
            select(WorkItem, Case).join(Case, Case.id == WorkItem.case_id).order_by(WorkItem.id)
        ).all()
        opened = [
            {
                "task": i.task, "title": i.title, "role": ROLE_TITLES[Role(i.role)], "case": case.programme_title,
                "programme": case.programme, "department": case.department, "own": case.number == player.number,
                "form": _form(made, case, i), "draft": values.plain(i.draft or {}),
                "earlier": [[d.task, d.title] for d, c in rows if c.id == case.id and d.status == WorkItemStatus.DONE],
            }
            for i, case in rows
            if i.status == WorkItemStatus.OPEN
        ]  # fmt: skip
        done = [
            i.task for i, case in rows if i.status == WorkItemStatus.DONE and case.number == player.number
        ]
    kept: dict[str, Any] = values.plain(
        {
            "outcome": result.outcome,
            "award": result.award,
            "relief": result.relief,
            "documents": result.documents,
        }
    )
    return {**kept, "open": opened, "path": done}


def _form(made: Stage, case: Case, item: WorkItem) -> dict[str, Any] | None:
    with made.database.reading("") as session:
        bundle = publish.open_release(session, case.release_id)
    schema = bundle.form(item.form)
    if schema is None:
        return None
    facts = bundle.facts(made.clock.now, case.division)
    definition = bundle.definition(case.process)

    def known() -> Mapping[str, Any]:
        data = runtime.look(definition, runtime.restore(definition, case.state, facts), facts).data
        with made.database.reading("") as session:
            found = seconds.choices(
                session, item.division, item.role, made.actor(item.role, item.division).account_id
            )
        return {**data, **seconds.offered(found)}

    return forms.resolved(schema, known)
