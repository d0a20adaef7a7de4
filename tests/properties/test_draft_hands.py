"""Whoever changed anything of a draft never publishes it, in whatever order three people act."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from processes.access.models import AccessLog
from processes.errors import DutySeparation, YimenError
from processes.office.command import Command
from processes.office.studio.drafts import (
    AddDraftFile,
    ApproveDraft,
    DropDraftFile,
    OpenDraft,
    ProposeDraft,
    ReplaceDraftFiles,
    SaveDraftFile,
    TakeBackDraft,
)
from processes.rehearsal.stage import Stage
from processes.releases import drafts, publish
from processes.releases.models import Draft, Release
from processes.storage.unit_of_work import UnitOfWork

NAMES = ("CHANGES.md", "papers/public_notice.html")
SCENARIO = "scenarios/of_{n}.yaml"
PROGRAMME = "minimum_living_allowance"
ROUNDS = 12


@pytest.mark.parametrize("seed", range(4))
def test_who_changed_a_draft_never_publishes_it(
    stage: Stage, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is looked at is who, not whether the content is sound: it is taken as played and green.
    monkeypatch.setattr(drafts, "_demand_sound", lambda *_: None)
    monkeypatch.setattr(publish, "publish", _published)
    stage.set_clock(datetime(2026, 3, 2, 9, 0))
    random = Random(seed)
    people = [stage.actor(who, "340199") for who in ("supervisor", "supervisor#2")]
    admin = stage.actor("administrator", "340199")
    third = replace(people[1], account_id=admin.account_id, name="孙督查")
    people.append(third)
    draft, hands = 0, set[int | None]()
    published = refused = 0
    for n in range(ROUNDS * 6):
        actor = random.choice(people)
        act = random.choice(
            ("open", "save", "save", "add", "drop", "replace", "propose", "back", "approve", "approve")
        )
        try:
            if act == "open" or not draft:
                before = draft
                draft = int(stage.office.perform(OpenDraft(PROGRAMME), actor).draft)
                hands = hands if draft == before else {actor.account_id}
                continue
            stage.office.perform(_command(act, draft, n, stage), actor)
        except DutySeparation:
            assert act == "approve"
            assert actor.account_id in hands
            refused += 1
            continue
        except YimenError:
            continue
        if act in ("save", "add", "drop", "replace", "propose"):
            hands.add(actor.account_id)
        if act == "approve":
            assert actor.account_id not in hands
            published, draft = published + 1, 0
    assert refused
    with stage.database.reading("") as session:
        logged = set(session.scalars(select(AccessLog.action)))
        for row in session.scalars(select(Draft).where(Draft.status == "published")):
            assert row.approved_by not in {
                c.name for rows in drafts.changes(session, row.id).values() for c in rows
            }
    assert logged >= {"draft_saved", "draft_proposed"}
    assert ("draft_published" in logged) == bool(published)


def _published(uow: UnitOfWork, *_: object) -> Release:
    return uow.session.scalars(select(Release)).one()


def _command(act: str, draft: int, n: int, stage: Stage) -> Command[Any]:
    with stage.database.reading("") as session:
        files = drafts.bundle_of(drafts.one(session, draft)).files
        version = drafts.one(session, draft).version
    name = NAMES[n % len(NAMES)]
    text = files[name].decode() + f"\n<!-- {n} -->"
    mine = sorted(f for f in files if f.startswith("scenarios/of_"))
    return {
        "save": lambda: SaveDraftFile(draft, version, name, text),
        "add": lambda: AddDraftFile(draft, SCENARIO.format(n=n), "scenario: 演练"),
        "drop": lambda: DropDraftFile(draft, mine[0] if mine else "scenarios/none.yaml"),
        "replace": lambda: ReplaceDraftFiles(draft, {name: text}),
        "propose": lambda: ProposeDraft(draft, "演练", date(2026, 4, 1)),
        "back": lambda: TakeBackDraft(draft),
        "approve": lambda: ApproveDraft(draft),
    }[act]()
