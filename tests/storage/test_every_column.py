"""Every column of every table: altered past the program it is found, or it stands here with the reason why it need not be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Column, Table, event, select, text
from sqlalchemy.orm import Session

from processes.access import account_states, log_chain, row_states
from processes.access.factor_models import SecondFactor
from processes.access.models import Account
from processes.access.scope import system_actor
from processes.cases import anchors, recorded_rows
from processes.cli.audit import UNREADABLE, chains
from processes.errors import SealBroken
from processes.office.accounts.sign_in import SignIn
from processes.oversight import copies, destroyed, fingerprints, numbers, records
from processes.people import history
from processes.people.models import Expense, Household, Income, Property
from processes.rehearsal.county import PASSWORD
from processes.rehearsal.stage import Stage
from processes.relief import audit, fund_queries
from processes.storage import resealing
from processes.storage.base import Row
from processes.worker.jobs import anchor_chains
from tests.builders import reliefs
from tests.builders.filled import loosen, with_stated, with_told
from tests.storage.test_award_audit import stopped
from tests.storage.test_every_table import COMPARED_ELSEWHERE, NOT_COMPARED, STATED, TOLD

Way = Callable[[Session, Stage], Iterable[str]]

NOT_FOUND = {
    "account.quiet_from": "a convenience: when its owner wants no mail",
    "account.quiet_until": "a convenience: when its owner wants no mail",
    "account.digest": "a convenience: whether its owner wants one mail a day",
    "account.language": "a convenience: the language of its owner's screens",
    "second_factor.label": "what its owner calls it",
    "second_factor.added_at": "what its owner is shown; whether it counts, and with which secret or key, is compared",
    "second_factor.confirmed_at": "what its owner is shown; one that becomes none, or the other way round, is found",
    "second_factor.used_at": "what its owner is shown",
    "second_factor.used_step": "the last code that was used: set back, a code can be used twice in its ninety seconds",
    "second_factor.sign_count": "what the key itself counts: set back, no answer but the key's own is taken",
    "case_file.version": "counts clicks, so that two people do not overwrite each other",
    "work_item.version": "counts clicks, so that two people do not overwrite each other",
    "work_item.changed_at": "what a page says of the last click; what was done stands in the events",
    "work_item.changed_by": "what a page says of the last click; what was done stands in the events",
    "work_item.draft_version": "counts what is typed and not handed in",
    "work_item.draft_at": "when something was typed that is not handed in",
    "work_item.urged": "how often somebody was reminded; each time stands in the events",
    "work_item.urged_at": "how often somebody was reminded; each time stands in the events",
    "issued_paper.status": "whether the worker has made the file; which file it is, is compared",
    "membership.position": "the order of the members on pages; another order of the members is found",
    "migration_batch.cursor": "how far the worker is; what it makes of each case is compared",
    "print_run.status": "how far the worker is; which file came of it is compared",
    "print_run.done": "how far the worker is; which file came of it is compared",
    "print_run.parts": "how far the worker is; which file came of it is compared",
    "signed_in.seen_at": "when it was used last, by the minute: a session ends after ten hours whatever it says, and "
    "opens only for whoever has the mark of its cookie",
    "signed_in.challenge": "what a passkey is asked, for five minutes: no answer but the key's own is taken",
    "signed_in.challenge_at": "what a passkey is asked, for five minutes: no answer but the key's own is taken",
}
"""Columns that may be altered without being found, and why that gives nobody anything."""


def _altered(column: Column[Any], old: Any) -> Any:
    """Another value than the old one, as SQLite keeps it."""
    named = type(column.type).__name__
    if named == "UtcDateTime":
        return "2031-05-06 07:08:09.000000"
    if named == "Yuan":
        return "77.00" if not isinstance(old, int) else old + 77
    if named == "ProcessData":
        told = json.loads(old) if old else []
        return json.dumps([*told, "改"] if isinstance(told, list) else {**told, "改": 1}, ensure_ascii=False)
    kind = column.type.python_type
    if kind is bool:
        return int(not old)
    if kind is int:
        return (old or 0) + 7
    if kind is date:
        return "2031-05-06"
    return (old or b"") + b"x" if kind is bytes else (old or "") + "改"


def _alter(session: Session, table: Table, column: Column[Any], where: str) -> None:
    """Alter the last row of a table in one column, past the program."""
    query = f'SELECT *, rowid AS here FROM "{table.name}" WHERE {where} ORDER BY rowid DESC'  # noqa: S608
    row = session.execute(text(query)).mappings().first()
    assert row is not None, f"there is no row of {table.name}"
    new = _altered(column, row[column.name])
    assert new != row[column.name]
    change = f'UPDATE "{table.name}" SET "{column.name}" = :new WHERE rowid = :here'  # noqa: S608
    session.execute(text(change), {"new": new, "here": row["here"]})
    session.expire_all()


def _unfound(stage: Stage, table: Table, ways: Sequence[Way], where: str = "1") -> Iterator[str]:
    """The columns of a table that may be altered without any of these comparisons saying more than before."""
    with stage.database.unit_of_work() as uow:
        session = uow.session
        known = [_faults(way, session, stage) for way in ways]
        for column in table.columns:
            if column.name == "id" and column.primary_key:
                continue  # what refers to it refers to nothing then (test_rows_that_refer_to_nothing)
            _alter(session, table, column, where)
            is_found = any(_faults(w, session, stage) - k for w, k in zip(ways, known, strict=True))
            session.rollback()
            if not is_found:
                yield f"{table.name}.{column.name}"


def _faults(way: Way, session: Session, stage: Stage) -> set[str]:
    try:
        return set(way(session, stage))
    except (SealBroken, *UNREADABLE) as fault:
        return {type(fault).__name__}


def _loose(stage: Stage) -> Stage:
    """Without what the database itself would say first: whoever alters rows past the program can alter that as well."""
    with stage.database.unit_of_work() as uow:
        found = (
            "SELECT type, name FROM sqlite_master WHERE type = 'trigger' OR sql LIKE 'CREATE UNIQUE INDEX%'"
        )
        for kind, name in uow.session.execute(text(found)).all():
            uow.session.execute(text(f'DROP {kind} "{name}"'))
        uow.session.commit()
    loosen(stage)
    event.listen(
        stage.database.engine, "connect", lambda raw, _: raw.execute("PRAGMA ignore_check_constraints=ON")
    )
    return stage


def _chains(session: Session, _stage: Stage) -> Iterable[str]:
    return [f"{number}{fault}" for number, fault in chains(session)[1].items()]


LOG: tuple[Way, ...] = (lambda s, _: log_chain.verify(s),)
SEALS: tuple[Way, ...] = (lambda s, stage: anchors.verify(s, stage.office.settings.anchors),)
ACCOUNTS: tuple[Way, ...] = (lambda s, _: account_states.differing(s), lambda s, _: resealing.broken(s))
MONEY: tuple[Way, ...] = (
    lambda s, _: audit.compare(s), lambda s, _: fund_queries.audit(s), lambda s, _: fingerprints.differing(s),
    lambda s, _: resealing.broken(s),
)  # fmt: skip
REGISTER: tuple[Way, ...] = (
    lambda s, _: records.differing(s), lambda s, _: fingerprints.differing(s), lambda s, _: destroyed.differing(s),
    lambda s, _: copies.differing(s), lambda s, _: resealing.broken(s),
)  # fmt: skip
WAYS: dict[str, tuple[Way, ...]] = {
    "access_log": LOG, "log_head": LOG, "account": ACCOUNTS, "second_factor": ACCOUNTS, "case_event": (_chains,),
    "chain_anchor": SEALS, "award": MONEY, "award_member": MONEY, "relief_payment": MONEY, "fund": MONEY,
    "fund_posting": MONEY, "household": REGISTER, "membership": REGISTER, "income": REGISTER,
    "expense": REGISTER, "property": REGISTER, "person": REGISTER, "household_version": REGISTER,
    "number_series": (lambda s, _: numbers.differing(s),),
}  # fmt: skip
"""With what the rows are compared that neither the log nor the events of cases tell of by their states."""


WHERE = {"number_series": "series LIKE 'case/%'", "award_member": "is_standing"}
"""Of which row: a series of papers may stand beyond the last one that is there, and leaves a gap that shows by itself;
who draws no more is held once by nobody."""


@pytest.fixture
def worked(whole_stage: Stage) -> Stage:
    """An office that paid by the month and at once, where somebody signed in, with a seal of a day."""
    stopped(whole_stage)
    reliefs.paid(whole_stage)
    whole_stage.office.perform(SignIn("t1_clerk", PASSWORD), system_actor())
    with whole_stage.database.unit_of_work() as uow:
        household = uow.session.scalars(select(Household).order_by(Household.id.desc())).first()
        account = uow.session.scalars(select(Account).order_by(Account.id.desc())).first()
        assert household is not None and account is not None
        person = household.members[0].person_id
        household.incomes.append(
            Income(person_id=person, kind="wages", annual_amount=Decimal(5), evidence="单据")
        )
        household.expenses.append(
            Expense(person_id=person, kind="medical", annual_amount=Decimal(5), evidence="单据")
        )
        household.properties.append(Property(kind="deposits", quantity=Decimal(5), evidence="单据"))
        household.version += 1
        uow.session.flush()
        history.keep(uow, household)
        account.email = "a@b.cn"
        uow.add(SecondFactor(account_id=account.id, kind="totp", secret="JBSWY3DP", added_at=uow.now, confirmed_at=uow.now))  # fmt: skip
        uow.session.flush()
        account_states.note(uow, system_actor(), account)
        uow.commit()
    whole_stage.set_clock(whole_stage.database.clock().replace(tzinfo=None) + timedelta(days=3))
    assert anchor_chains(whole_stage.office)
    return _loose(whole_stage)


def test_every_table_has_its_comparison() -> None:
    assert set(WAYS) == set(COMPARED_ELSEWHERE)
    named = {f"{t.name}.{col.name}" for t in Row.metadata.tables.values() for col in t.columns}
    assert set(NOT_FOUND) <= named
    assert not {name.partition(".")[0] for name in NOT_FOUND} & set(NOT_COMPARED)


def _expected(tables: Iterable[str]) -> set[str]:
    return {name for name in NOT_FOUND if name.partition(".")[0] in tables}


def test_a_column_of_what_the_log_tells_of__is_found(stage: Stage) -> None:
    made = _loose(with_stated(stage))
    ways: tuple[Way, ...] = (lambda s, _: row_states.differing(s), lambda s, _: resealing.broken(s))
    unfound = {one for kind in STATED.values() for one in _unfound(made, kind.__table__, ways)}
    assert sorted(unfound ^ _expected(STATED)) == []


def test_a_column_of_what_a_case_tells_of__is_found(stage: Stage) -> None:
    made = _loose(with_told(stage))
    ways: tuple[Way, ...] = (
        lambda s, _: recorded_rows.differing(s), lambda s, _: copies.differing(s), lambda s, _: resealing.broken(s),
        _chains, lambda s, _: destroyed.differing(s),
    )  # fmt: skip
    unfound = {one for kind in TOLD.values() for one in _unfound(made, kind.__table__, ways)}
    assert sorted(unfound ^ _expected(TOLD)) == []


def test_a_column_of_any_other_table__is_found(worked: Stage) -> None:
    unfound = {
        one
        for name, ways in WAYS.items()
        for one in _unfound(worked, Row.metadata.tables[name], ways, WHERE.get(name, "1"))
    }
    assert sorted(unfound ^ _expected(WAYS)) == []
