"""Indexes by which clocks whose colour turns are found without reading those whose colour does not."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None

_INDEXES = {
    'ix_clock_turns_yellow': ('yellow_on', "= ''"),
    'ix_clock_turns_red': ('red_on', "= 'yellow'"),
    'ix_clock_runs_out': ('due_on', "IN ('yellow', 'red')"),
}


def upgrade() -> None:
    """Forward."""
    for name, (column, warned) in _INDEXES.items():
        where: Any = sa.text(f"warned {warned}")
        op.create_index(name, 'clock', ['stopped_on', column], unique=False, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Back."""
    for name in _INDEXES:
        op.drop_index(name, table_name='clock')
