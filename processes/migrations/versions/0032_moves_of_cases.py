"""Moves of cases: who asked, who confirmed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; moves of before were made by one person and stand in the events of their cases."""
    op.create_table('case_move',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('case_version', sa.Integer(), nullable=False),
    sa.Column('ref', sa.String(length=160), nullable=False),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('to', sa.String(length=60), nullable=False),
    sa.Column('to_title', sa.String(length=60), nullable=False),
    sa.Column('is_back', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('asked_by', sa.String(length=60), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_by', sa.String(length=60), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('said', sa.String(length=300), nullable=False),
    sa.CheckConstraint("status IN ('asked', 'done', 'refused', 'expired')", name=op.f('ck_case_move_status')),
    sa.CheckConstraint("is_back OR status <> 'done' OR (decided_by_id IS NOT NULL AND decided_by_id <> asked_by_id)", name=op.f('ck_case_move_two_people')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['account.id'], name=op.f('fk_case_move_asked_by_id_account')),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_case_move_case_id_case_file')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['account.id'], name=op.f('fk_case_move_decided_by_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_move'))
    )
    asked = sa.text("status = 'asked'")
    with op.batch_alter_table('case_move', schema=None) as batch_op:
        batch_op.create_index('ix_case_move_at', ['asked_at'], unique=False)
        batch_op.create_index('uq_case_move_asked', ['case_id'], unique=True, postgresql_where=asked, sqlite_where=asked)


def downgrade() -> None:
    """Back."""
    op.drop_table('case_move')
