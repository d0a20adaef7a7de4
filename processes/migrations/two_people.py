"""Rules for two people, enforced by the database: both accounts of a row must be different persons
(docs/adr/0053).

A `CHECK` compares two accounts; which accounts are one person is in `account.person_id`. Triggers compare the
persons whenever one of the two is written, by any client. They are not part of a migration: SQLite drops them
with a table that is rebuilt, and refuses to rebuild `account` while triggers name it. So every run of
migrations removes them first and installs those of the current tables last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, inspect

NAME = "two_people"
_SAME = (
    "EXISTS (SELECT 1 FROM account x, account y WHERE x.id = {one} AND y.id = {other}"
    " AND COALESCE(x.person_id, x.id) = COALESCE(y.person_id, y.id))"
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two columns of a table that must name accounts of different people.

    `when`: only in rows for which this holds. `among`: the other account is in rows of another table, those
    whose third-named key equals the fourth-named column (`table`, `key`, `column`).
    """

    table: str
    one: str
    other: str
    when: str = ""
    among: tuple[str, str, str] | None = None

    @property
    def name(self) -> str:
        """The name of its trigger."""
        return f"{NAME}_{self.table}_{self.one}_{self.other}"

    @property
    def columns(self) -> dict[str, set[str]]:
        """The columns that it reads, by table."""
        if self.among is None:
            return {self.table: {self.one, self.other}}
        return {self.table: {self.one}, self.among[0]: {self.other}}

    def clash(self) -> str:
        """Return the condition under which a row is refused, in SQL of both databases."""
        one = f"NEW.{self.one}"
        if self.among is None:
            found = _SAME.format(one=one, other=f"NEW.{self.other}")
        else:
            table, key, column = self.among
            itself = " AND o.id <> NEW.id" if table == self.table else ""
            same = _SAME.format(one=one, other=f"o.{self.other}")
            among = f"{table} o WHERE o.{key} = NEW.{column}{itself}"
            found = f"EXISTS (SELECT 1 FROM {among} AND {same})"  # noqa: S608
        return f"{one} IS NOT NULL AND {self.when.format('NEW') or '1 = 1'} AND {found}"

    def changed(self, differs: str) -> str:
        """Return the SQL condition that a change of a row touches what is compared: earlier rows stay when two accounts
        become one."""
        comparisons = [f"NEW.{c} {differs} OLD.{c}" for c in sorted(self.columns[self.table])]
        return " OR ".join([*comparisons, f"NOT ({self.when.format('OLD')})"] if self.when else comparisons)


PAIRS: Sequence[Pair] = (
    Pair("absence", "confirmed_by_id", "account_id"),
    Pair("absence", "confirmed_by_id", "substitute_id"),
    Pair("absence", "account_id", "substitute_id"),
    Pair("account_change", "decided_by_id", "asked_by_id", "{}.verdict = 'confirmed'"),
    Pair("account_change", "decided_by_id", "account_id", "{}.verdict = 'confirmed'"),
    Pair("account_change", "decided_by_id", "same_as_id", "{}.verdict = 'confirmed'"),
    Pair("case_move", "decided_by_id", "asked_by_id", "{}.status = 'done'"),
    Pair("destruction", "decided_by_id", "proposed_by_id", "{}.status = 'done'"),
    Pair("draft", "approved_by_id", "author_id"),
    Pair("draft", "approved_by_id", "account_id", among=("draft_change", "draft_id", "id")),
    Pair("draw_number", "account_id", "account_id", among=("draw_number", "round_id", "round_id")),
    Pair("fund_entry", "confirmed_by_id", "entered_by_id", "{}.status = 'posted'"),
    Pair("holiday_version", "confirmed_by_id", "proposed_by_id"),
    Pair("holiday_version", "undone_by_id", "undo_asked_by_id"),
    Pair("migration_batch", "run_by_id", "by_id"),
    Pair("migration_batch", "undone_by_id", "run_by_id"),
    Pair("named_substitute", "account_id", "substitute_id"),
    Pair("named_substitute", "named_by_id", "account_id"),
    Pair("named_substitute", "named_by_id", "substitute_id"),
    Pair("parameter_value", "confirmed_by_id", "proposed_by_id"),
    Pair("property_exemption", "decided_by_id", "proposed_by_id"),
    Pair("work_item", "second_id", "completed_by_id"),
    Pair("work_item", "second_id", "completed_for_id"),
)
"""Every table in which one person proposes or does something and another one decides."""


_OVERLAP = (
    "CREATE TRIGGER IF NOT EXISTS two_people_absence_overlap_KIND BEFORE WRITE ON absence"
    " WHEN NEW.ended_at IS NULL AND EXISTS (SELECT 1 FROM absence o WHERE o.account_id = NEW.account_id"
    " AND o.ended_at IS NULL AND o.from_on <= NEW.until_on AND o.until_on >= NEW.from_on AND o.id <> NEW.id)"
    " BEGIN SELECT RAISE(ABORT, 'absence_overlap'); END"
)
"""One absence at a time; PostgreSQL has an exclusion constraint for it (migration 0052), SQLite has none."""


def remove(connection: Connection) -> None:
    """Drop every trigger, so that tables can be rebuilt."""
    if connection.dialect.name == "sqlite":
        named = f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '{NAME}%'"  # noqa: S608
        for (name,) in connection.exec_driver_sql(named).all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        return
    for pair in PAIRS:
        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {pair.name}() CASCADE")


def install(connection: Connection) -> None:
    """Create those triggers whose tables and columns exist."""
    tables = inspect(connection)
    there = set(tables.get_table_names())
    columns: dict[str, set[str]] = {}
    for pair in PAIRS:
        for table in pair.columns:
            if table not in columns:
                found = tables.get_columns(table) if table in there else []
                columns[table] = {c["name"] for c in found}
        if all(wanted <= columns[table] for table, wanted in pair.columns.items()):
            for statement in _made(pair, connection.dialect.name):
                connection.exec_driver_sql(statement)
    if connection.dialect.name == "sqlite" and "named_substitute" in there:
        for act in ("INSERT", "UPDATE"):
            connection.exec_driver_sql(_OVERLAP.replace("WRITE", act).replace("KIND", act.lower()))


def _made(pair: Pair, dialect: str) -> Iterator[str]:
    if dialect == "sqlite":
        for act, more in (("INSERT", ""), ("UPDATE", f" AND ({pair.changed('IS NOT')})")):
            yield (
                f"CREATE TRIGGER IF NOT EXISTS {pair.name}_{act.lower()} BEFORE {act} ON {pair.table}"
                f" WHEN {pair.clash()}{more} BEGIN SELECT RAISE(ABORT, '{pair.name}'); END"
            )
        return
    yield (
        f"CREATE OR REPLACE FUNCTION {pair.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'INSERT' THEN IF {pair.clash()} THEN"
        f" RAISE EXCEPTION '{pair.name}' USING ERRCODE = 'check_violation'; END IF;"
        f" ELSIF ({pair.changed('IS DISTINCT FROM')}) AND {pair.clash()} THEN"
        f" RAISE EXCEPTION '{pair.name}' USING ERRCODE = 'check_violation'; END IF;"
        " RETURN NEW; END $$"
    )
    yield (
        f"CREATE OR REPLACE TRIGGER {pair.name} BEFORE INSERT OR UPDATE ON {pair.table}"
        f" FOR EACH ROW WHEN (NEW.{pair.one} IS NOT NULL) EXECUTE FUNCTION {pair.name}()"
    )
