"""Who suspended a clock, a step of the process or a supervisor with the whole case, stands in the suspension.

Of what there is, the case's events say it: a suspension is a supervisor's that began on the day of an event `suspended`
which names the clock and gives the same reason.

Revision ID: 0064
Revises: 0063
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from processes.policy import values
from processes.policy.calendar import civil_date
from processes.storage import keyring
from processes.storage.types import UtcDateTime

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

EVENT = sa.table(
    "case_event", sa.column("case_id"), sa.column("position"), sa.column("kind"), sa.column("at", UtcDateTime()),
    sa.column("title"), sa.column("payload"),
)
CLOCK = sa.table("clock", sa.column("id"), sa.column("case_id"), sa.column("name"))
SUSPENSION = sa.table(
    "suspension", sa.column("id"), sa.column("clock_id"), sa.column("from_on", sa.Date()), sa.column("reason"),
    sa.column("seal_mark"), sa.column("cause"),
)


def upgrade() -> None:
    """Forward."""
    op.add_column("suspension", sa.Column("cause", sa.String(10), nullable=False, server_default="step"))
    connection = op.get_bind()
    suspended = sa.select(EVENT).where(EVENT.c.kind == "suspended").order_by(EVENT.c.case_id, EVENT.c.position)
    for event in connection.execute(suspended).all():
        named = (event.case_id, event.position)
        title = _opened(event.title, "case_event", "title", *named)
        clocks = values.loads(_opened(event.payload, "case_event", "payload", *named) or "{}").get("clocks", [])
        found = (
            sa.select(SUSPENSION)
            .join_from(SUSPENSION, CLOCK, CLOCK.c.id == SUSPENSION.c.clock_id)
            .where(
                CLOCK.c.case_id == event.case_id,
                CLOCK.c.name.in_([str(name) for name in clocks]),
                SUSPENSION.c.from_on == civil_date(event.at),
            )
        )
        for row in connection.execute(found).all():
            if _opened(row.reason, "suspension", "reason", row.seal_mark) == title:
                is_it = SUSPENSION.c.id == row.id
                connection.execute(sa.update(SUSPENSION).where(is_it).values(cause="office"))


def downgrade() -> None:
    """Back."""
    op.drop_column("suspension", "cause")


def _opened(sealed: Any, table: str, column: str, *named: Any) -> str:
    """A sealed text, empty where nothing is stored: of what was destroyed."""
    if sealed is None:
        return ""
    bound = "\x1f".join([table, column, *map(str, named)]).encode()
    return keyring.current().unseal(bytes(sealed), bound).decode()
