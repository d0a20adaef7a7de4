"""One of everything in the first township and of its people, for those who have nothing to do with it; and what became of it.

Triggers note every row that a request adds, changes or takes away, so that what a foreign request did is known to the row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select, text

from processes.access.models import Account
from processes.cases.colleague_models import Participant
from processes.cases.models import WorkItem
from processes.office.cases.comments import AddComment
from processes.office.steps.claim import ClaimTask
from processes.office.steps.countersign import CosignTask
from processes.papers.models import IssuedPaper
from processes.people.models import Household, Membership
from processes.rehearsal.stage import Stage
from processes.storage.base import Row
from tests.builders import cases, reliefs
from tests.builders.rows import Rows

OWNER, NAME, PLACE = "t1_clerk", "密山甲", "密山路 88 号"
LOGS = frozenset(
    {
        "access_log",
        "log_head",
        "signed_in",
        "sign_in_attempts",
        "command_token",
        "alembic_version",
        "number_series",
    }
)
"""What a request writes of itself; a session that is ended by somebody else is looked at for itself."""
_SHARED = frozenset({"fund", "parameter_book", "case_parameter"})
_TOUCHED = "touched_by_test"


@dataclass
class Foreign:
    """What belongs to the first township: by the name that an address or a form has for it."""

    named: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, set[int]] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)


def make(stage: Stage) -> Foreign:
    """A case under way with everything that hangs on it, what people keep for themselves, and what waits."""
    stage.set_clock(cases.noon())
    raw = {
        "address": PLACE, "phone": "13987654321",
        "members": [{"name": NAME, "relation": "本人", "birth": "1961-04-05", "sex": "男"}],
    }  # fmt: skip
    reliefs.money(stage)
    number = cases.a_case(stage, "township_opinion", raw=raw, on="2026-03-02T12:00")
    made = Foreign()
    _people(stage, made)
    _case(stage, made, number)
    _hung_on(stage, made)
    with stage.database.reading("") as session:
        for table in Row.metadata.sorted_tables:
            if table.name not in LOGS and "id" in table.columns:
                made.rows[table.name] = set(session.execute(text(f"SELECT id FROM {table.name}")).scalars())  # noqa: S608
    _watch(stage)
    return made


def _people(stage: Stage, made: Foreign) -> None:
    with stage.database.reading("") as session:
        accounts = {a.username: a.id for a in session.scalars(select(Account))}
    made.named |= {
        "username": OWNER, "away": accounts["t1_leader"], "to": accounts["t1_investigator2"],
        "substitute": accounts["t1_leader2"], "same_as": "t1_investigator",
    }  # fmt: skip
    made.rows["account of the first township"] = {i for u, i in accounts.items() if u.startswith("t1_")}


def _case(stage: Stage, made: Foreign, number: str) -> None:
    leader = stage.actor("township_leader", cases.VILLAGE)
    item = cases.item_at(stage, number, "township_opinion")
    stage.office.perform(ClaimTask(item.id, item.version), leader)
    second = stage.actor("township_leader#2", cases.VILLAGE).account_id or 0
    item = cases.item_at(stage, number, "township_opinion")
    stage.office.perform(CosignTask(item.id, item.version, (second,), "all"), leader)
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    stage.office.perform(AddComment(number, "密山户的备注"), clerk)
    item = cases.item_at(stage, number, "township_opinion")
    with stage.database.reading("") as session:
        case = session.scalars(select(WorkItem).where(WorkItem.id == item.id)).one()
        household = session.scalars(select(Household)).all()[-1]
        paper = session.scalars(select(IssuedPaper)).first()
        assert paper is not None
        made.named |= {
            "case": number, "case_number": number, "item_id": item.id, "version": item.version, "ref": item.ref,
            "household": household.number, "household_id": household.id, "case_id": case.case_id,
            "code": paper.code, "paper": paper.kind, "paper_id": paper.id,
            "person_id": session.scalars(select(Membership.person_id)).all()[-1],
            "involvement_id": session.scalars(
                select(Participant.id).where(Participant.kind == "cosign")
            ).one(),
            "release_id": paper.release_id,
        }  # fmt: skip
    made.marks |= {NAME, PLACE, number, household.number, paper.code, "密山证", "密山户"}


def _hung_on(stage: Stage, made: Foreign) -> None:
    """Rows of what else there is, written as the office would have."""
    known = made.named
    with stage.database.unit_of_work() as uow:
        rows = Rows(uow)
        owner = uow.session.scalars(select(Account.id).where(Account.username == OWNER)).one()
        here: dict[str, Any] = {"division": cases.VILLAGE}
        one = {
            "attachment_id": ("attachment", {"case_id": known["case_id"], "name": "密山证.png", "sha256": "a" * 64}),
            "phrase_id": ("phrase", {"made_by_id": owner, "division": "340199101", "text": "密山常用语"}),
            "filter_id": ("saved_filter", {"account_id": owner, "division": "340199101", "name": "密山筛选"}),
            "batch_id": ("batch_action", {"account_id": owner, "results": []}),
            "transfer_id": ("transfer", {
                "household_id": known["household_id"], "person_id": 0, "household_number": known["household"],
                "name": NAME, "from_place": "340199101", "to_place": "340199103", "status": "asked",
            }),
            "difference_id": ("person_difference", here | {
                "person_id": known["person_id"], "status": "open", "field": "name", "values": {"told": "别名", "own": "原名"},
            }),
            "incident_id": ("incident", {"case_id": known["case_id"], "message": "密山异常", "resolved_at": None}),
            "move_id": ("case_move", {
                "case_id": known["case_id"], "status": "asked", "reason": "密山移动", "case_version": 1,
            }),
            "absence_id": ("absence", {
                "account_id": known["away"], "substitute_id": known["substitute"], "from_on": date(2026, 3, 2),
                "until_on": date(2026, 3, 5), "reason": "密山外出",
            }),
            "named_id": ("named_substitute", {
                "account_id": known["away"], "substitute_id": known["to"], "reason": "密山名单",
            }),
            "old": ("old_file", here | {
                "number": "JD-密山-1", "household_id": known["household_id"], "closed_on": date(2001, 3, 1),
                "retention": "10年", "title": "密山旧档",
            }),
            "destruction": ("destruction", here | {"number": known["case"], "status": "proposed", "kind": "case"}),
            "run": ("print_run", {
                "code": "MSHAN22222", "kind": "batch", "asked_by_id": owner, "division": "340199101",
                "status": "failed", "title": "密山打印",
            }),
            "entry_id": ("fund_entry", {
                "division": "340199101", "status": "waiting", "kind": "top_up", "memo": "密山记账",
                "fund_id": uow.session.execute(text("SELECT id FROM fund")).scalars().first(), "case_id": None,
            }),
            "session": ("signed_in", {"account_id": owner}),
            "factor_id": ("second_factor", {"account_id": owner, "kind": "totp", "secret": "JBSWY3DPEHPK3PXP"}),
            "unsaved": ("unsaved", {"account_id": owner, "sheet": "m" * 20, "body": {"密": "山"}, "place": "/x"}),
        }  # fmt: skip
        for name, (table, given) in one.items():
            kind = Row.metadata.tables[table]
            refers = {
                k: known[k] for k in set(known) & set(kind.columns.keys()) if kind.columns[k].foreign_keys
            }
            fitting = refers | {k: v for k, v in given.items() if k in kind.columns}
            known[name] = rows.make(kind, **fitting)
        known |= {"old_number": "JD-密山-1", "run_code": "MSHAN22222", "sheet": "m" * 20, "position": 1}
        uow.commit()
    made.marks |= {"密山", "JD-密山-1", "MSHAN22222"}


def _watch(stage: Stage) -> None:
    with stage.database.engine.execution_options(write=True).begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE {_TOUCHED} (kind TEXT, row INTEGER, act TEXT)")
        for table in Row.metadata.sorted_tables:
            if table.name in LOGS:
                continue
            differs = " OR ".join(f'NEW."{c.name}" IS NOT OLD."{c.name}"' for c in table.columns)
            for act, row, when in (
                ("INSERT", "NEW", ""), ("DELETE", "OLD", ""), ("UPDATE", "OLD", f" WHEN {differs}"),
            ):  # fmt: skip
                connection.exec_driver_sql(
                    f"CREATE TRIGGER watch_{table.name}_{act} AFTER {act} ON {table.name}{when} BEGIN"
                    f" INSERT INTO {_TOUCHED} VALUES ('{table.name}', {row}.rowid, '{act}'); END"  # noqa: S608
                )


def harm(stage: Stage, made: Foreign, own: int | None = None) -> list[str]:
    """Which foreign rows the last request changed, took away or hung something on; forgets it.  `own`: who asked."""
    with stage.database.engine.execution_options(write=True).begin() as connection:
        touched = connection.exec_driver_sql(f"SELECT kind, row, act FROM {_TOUCHED}").all()  # noqa: S608
        if touched:
            connection.exec_driver_sql(f"DELETE FROM {_TOUCHED}")  # noqa: S608
        found = []
        for kind, row, act in touched:
            if (
                act != "INSERT"
                and row in made.rows.get(kind, set())
                and kind not in _SHARED
                and (kind, row) != ("account", own)
            ):
                found.append(f"{act} {kind} {row}")
            if act == "INSERT":
                found += _hung(connection, made, kind, row)
    return found


_OWNED = {
    "case_file": "case_id",
    "household": "household_id",
    "work_item": "item_id",
    "issued_paper": "paper_id",
}


def _hung(connection: Any, made: Foreign, kind: str, row: int) -> Iterator[str]:
    table = Row.metadata.tables[kind]
    for column in table.columns:
        for key in column.foreign_keys:
            named = _OWNED.get(key.column.table.name)
            if named is None:
                continue
            query = f"SELECT {column.name} FROM {kind} WHERE rowid = {row}"  # noqa: S608
            value = connection.exec_driver_sql(query).scalar()
            if value is not None and value == made.named[named]:
                yield f"INSERT {kind} on foreign {named}"
