"""Failed sign-ins are counted by name and place instead of locking accounts; changes of accounts wait for a second person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0045'
down_revision = '0043'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table('sign_in_attempts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name_mark', sa.String(length=64), nullable=False),
    sa.Column('place', sa.String(length=80), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('blocked_until', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_attempts')),
    sa.UniqueConstraint('name_mark', 'place', name='uq_sign_in_attempts_name_place')
    )
    op.create_index('ix_sign_in_attempts_last_at', 'sign_in_attempts', ['last_at'], unique=False)
    op.create_index('ix_sign_in_attempts_blocked_until', 'sign_in_attempts', ['blocked_until'], unique=False)
    op.create_table('account_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('roles', sa.Text(), nullable=False),
    sa.Column('division', sa.String(length=12), nullable=False),
    sa.Column('department', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('asked_by', sa.String(length=60), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('verdict', sa.String(length=10), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_by', sa.String(length=60), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("verdict IN ('', 'confirmed', 'refused', 'withdrawn')", name=op.f('ck_account_change_verdict')),
    sa.CheckConstraint("verdict <> 'confirmed' OR decided_by_id <> asked_by_id", name=op.f('ck_account_change_two_people')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_account_change_account_id_account')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['account.id'], name=op.f('fk_account_change_asked_by_id_account')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['account.id'], name=op.f('fk_account_change_decided_by_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_change'))
    )
    op.create_index('ix_account_change_account_id', 'account_change', ['account_id'], unique=False)
    op.create_index('uq_account_change_waiting', 'account_change', ['account_id'], unique=True,
        sqlite_where=sa.text("verdict = ''"), postgresql_where=sa.text("verdict = ''"))
    op.add_column('signed_in', sa.Column('browser', sa.String(length=64), server_default='', nullable=False))
    op.drop_column('account', 'failed_sign_ins')
    op.drop_column('account', 'locked_until')


def downgrade() -> None:
    """Back; who waits for a sign-in and which changes wait is lost."""
    with op.batch_alter_table('account') as batch_op:
        batch_op.add_column(sa.Column('failed_sign_ins', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('signed_in') as batch_op:
        batch_op.drop_column('browser')
    op.drop_table('account_change')
    op.drop_table('sign_in_attempts')
