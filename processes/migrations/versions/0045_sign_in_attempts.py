"""Failed sign-ins are counted by name and place instead of locking accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0045'
down_revision = '0039'
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
    op.add_column('signed_in', sa.Column('browser', sa.String(length=64), server_default='', nullable=False))
    op.drop_column('account', 'failed_sign_ins')
    op.drop_column('account', 'locked_until')


def downgrade() -> None:
    """No way back: an older program locks accounts."""
    raise NotImplementedError
