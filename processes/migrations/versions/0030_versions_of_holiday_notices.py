"""Versions of holiday notices, proposed by one person and confirmed by another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0030'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward: every notice that was entered stands as the first version of its year."""
    op.create_table('holiday_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('days_off', sa.Text(), nullable=False),
    sa.Column('worked_weekends', sa.Text(), nullable=False),
    sa.Column('document_number', sa.String(length=80), nullable=False),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('replaced_id', sa.Integer(), nullable=True),
    sa.Column('proposed_by_id', sa.Integer(), nullable=True),
    sa.Column('proposed_by', sa.String(length=60), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('confirmed_by_id', sa.Integer(), nullable=True),
    sa.Column('confirmed_by', sa.String(length=60), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('rejected_by', sa.String(length=60), nullable=False),
    sa.Column('rejected_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('rejected_because', sa.String(length=300), nullable=False),
    sa.Column('undo_asked_by_id', sa.Integer(), nullable=True),
    sa.Column('undo_asked_by', sa.String(length=60), nullable=False),
    sa.Column('undo_asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undo_because', sa.String(length=300), nullable=False),
    sa.Column('undone_by_id', sa.Integer(), nullable=True),
    sa.Column('undone_by', sa.String(length=60), nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status IN ('proposed', 'standing', 'superseded', 'withdrawn', 'rejected')", name=op.f('ck_holiday_version_status')),
    sa.CheckConstraint('confirmed_by_id IS NULL OR confirmed_by_id <> proposed_by_id', name=op.f('ck_holiday_version_two_people')),
    sa.CheckConstraint("proposed_by_id IS NULL OR status IN ('proposed', 'rejected') OR confirmed_by_id IS NOT NULL", name=op.f('ck_holiday_version_confirmed')),
    sa.CheckConstraint('undone_by_id IS NULL OR undone_by_id <> undo_asked_by_id', name=op.f('ck_holiday_version_two_people_undo')),
    sa.CheckConstraint("status <> 'withdrawn' OR undone_by_id IS NOT NULL", name=op.f('ck_holiday_version_undone')),
    sa.ForeignKeyConstraint(['replaced_id'], ['holiday_version.id'], name=op.f('fk_holiday_version_replaced_id_holiday_version')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['account.id'], name=op.f('fk_holiday_version_proposed_by_id_account')),
    sa.ForeignKeyConstraint(['confirmed_by_id'], ['account.id'], name=op.f('fk_holiday_version_confirmed_by_id_account')),
    sa.ForeignKeyConstraint(['undo_asked_by_id'], ['account.id'], name=op.f('fk_holiday_version_undo_asked_by_id_account')),
    sa.ForeignKeyConstraint(['undone_by_id'], ['account.id'], name=op.f('fk_holiday_version_undone_by_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_holiday_version')),
    sa.UniqueConstraint('year', 'version', name=op.f('uq_holiday_version_year_version'))
    )
    with op.batch_alter_table('holiday_version', schema=None) as batch_op:
        batch_op.create_index('uq_holiday_version_standing', ['year'], unique=True, sqlite_where=sa.text("status = 'standing'"), postgresql_where=sa.text("status = 'standing'"))
        batch_op.create_index('uq_holiday_version_proposed', ['year'], unique=True, sqlite_where=sa.text("status = 'proposed'"), postgresql_where=sa.text("status = 'proposed'"))
    op.execute(
        "INSERT INTO holiday_version (year, version, days_off, worked_weekends, document_number, status, proposed_by, "
        "confirmed_by, rejected_by, rejected_because, undo_asked_by, undo_because, undone_by) "
        "SELECT year, 1, days_off, worked_weekends, document_number, 'standing', '', '', '', '', '', '', '' FROM holiday_notice ORDER BY year"
    )
    op.drop_table('holiday_notice')


def downgrade() -> None:
    """Back: the version that stands is the notice."""
    op.create_table('holiday_notice',
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('days_off', sa.Text(), nullable=False),
    sa.Column('worked_weekends', sa.Text(), nullable=False),
    sa.Column('document_number', sa.String(length=80), nullable=False),
    sa.PrimaryKeyConstraint('year', name=op.f('pk_holiday_notice'))
    )
    op.execute(
        "INSERT INTO holiday_notice (year, days_off, worked_weekends, document_number) "
        "SELECT year, days_off, worked_weekends, document_number FROM holiday_version WHERE status = 'standing'"
    )
    op.drop_table('holiday_version')
