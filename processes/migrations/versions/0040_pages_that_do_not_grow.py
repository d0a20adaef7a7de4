"""Indexes and copied columns by which pages read what they show, however many rows were ever made."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from processes.policy.initials import initials, other_initials

revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None

_OPEN, _DONE, _RUNNING = "status = 'open'", "status = 'done'", "stopped_on IS NULL"
_NARROWED = ('division', 'department', 'destroyed_on')
_INDEXES: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ('ix_case_file_applicant', 'case_file', ('applicant',), ''),
    ('ix_case_file_latest', 'case_file', ('opened_at', 'id', 'status', 'programme', *_NARROWED), ''),
    ('ix_case_file_status', 'case_file', ('status', 'opened_at', 'id', 'programme', *_NARROWED), ''),
    ('ix_case_file_programme', 'case_file', ('programme', 'opened_at', 'id', 'status', *_NARROWED), ''),
    (
        'ix_work_item_open', 'work_item',
        (
            'due_on', 'id', 'township', 'task', 'title', 'division', 'programme', 'process', 'offered_at', 'department',
            'status',
        ),
        _OPEN,
    ),
    (
        'ix_work_item_steps', 'work_item',
        ('role', 'task', 'township', 'due_on', 'title', 'division', 'department', 'status'), _OPEN,
    ),
    (
        'ix_work_item_heat', 'work_item',
        (
            'programme', 'process', 'offered_at', 'task', 'title', 'took', 'completed_on', 'due_on', 'division', 'department',
            'status',
        ),
        _DONE,
    ),
    ('ix_clock_late', 'clock', ('due_on', 'case_id', 'red_on', 'stopped_on'), _RUNNING),
    ('ix_case_event_moved', 'case_event', ('id',), "kind = 'moved'"),
    ('ix_household_latest', 'household', ('updated_at', 'id', 'division'), ''),
    ('ix_person_initials', 'person', ('initials',), ''),
    ('ix_person_initials_other', 'person', ('initials_other',), ''),
    ('ix_access_log_action', 'access_log', ('action', 'id'), ''),
    ('ix_access_log_account', 'access_log', ('account_id', 'id'), ''),
    ('ix_access_log_target', 'access_log', ('target', 'id'), ''),
)  # fmt: skip

_FORMER = (
    ('ix_access_log_account_id', 'access_log', ('account_id',)),
    ('ix_clock_running', 'clock', ('stopped_on', 'due_on')),
    ('ix_case_file_division', 'case_file', ('division',)),
    ('ix_household_division', 'household', ('division',)),
    ('ix_issued_paper_division', 'issued_paper', ('division',)),
)
"""Planners take them for the lists, and then put everything in order that lies in a place."""


def upgrade() -> None:
    """Forward."""
    op.add_column('work_item', sa.Column('process', sa.String(length=60), nullable=False, server_default=''))
    op.add_column('work_item', sa.Column('completed_on', sa.Date(), nullable=True))
    op.add_column('work_item', sa.Column('took', sa.Integer(), nullable=True))
    op.add_column('person', sa.Column('initials', sa.String(length=60), nullable=False, server_default=''))
    op.add_column('person', sa.Column('initials_other', sa.String(length=60), nullable=False, server_default=''))
    op.add_column('issued_paper', sa.Column('is_printed', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        sa.text("UPDATE issued_paper SET is_printed = :yes WHERE id IN (SELECT paper_id FROM printing)").bindparams(
            sa.bindparam('yes', True, sa.Boolean())
        )
    )
    op.create_index(
        'ix_issued_paper_unprinted', 'issued_paper', ['id'], unique=False,
        sqlite_where=sa.text('is_printed = 0'), postgresql_where=sa.text('NOT is_printed'),
    )  # fmt: skip
    _measure()
    _spell()
    for name, table, _ in _FORMER:
        op.drop_index(name, table_name=table)
    for name, table, columns, only in _INDEXES:
        where: Any = sa.text(only) if only else None
        op.create_index(name, table, list(columns), unique=False, sqlite_where=where, postgresql_where=where)


def _measure() -> None:
    """Process, day and duration of what is there."""
    op.execute("UPDATE work_item SET process = (SELECT process FROM case_file WHERE case_file.id = work_item.case_id)")
    if op.get_bind().dialect.name == 'sqlite':
        day = "date(completed_at, '+8 hours')"
        seconds = "CAST(round((julianday(completed_at) - julianday(offered_at)) * 86400) AS INTEGER) / 60"
    else:
        day = "(completed_at AT TIME ZONE 'Asia/Shanghai')::date"
        seconds = "floor(extract(epoch FROM completed_at - offered_at) / 60)::integer"
    op.execute(f"UPDATE work_item SET completed_on = {day}, took = {seconds} WHERE completed_at IS NOT NULL")


def _spell() -> None:
    """Initials of the names that are there."""
    connection = op.get_bind()
    for name in connection.execute(sa.text("SELECT DISTINCT name FROM person")).scalars().all():
        connection.execute(
            sa.text("UPDATE person SET initials = :first, initials_other = :other WHERE name = :name"),
            {"first": initials(name), "other": other_initials(name), "name": name},
        )


def downgrade() -> None:
    """Back."""
    op.drop_index('ix_issued_paper_unprinted', table_name='issued_paper')
    for name, table, _, _ in reversed(_INDEXES):
        op.drop_index(name, table_name=table)
    for name, table, columns in _FORMER:
        op.create_index(name, table, list(columns), unique=False)
    for table, added in (
        ('person', 'initials_other'), ('person', 'initials'), ('work_item', 'took'), ('work_item', 'completed_on'),
        ('work_item', 'process'), ('issued_paper', 'is_printed'),
    ):  # fmt: skip
        op.drop_column(table, added)
