"""When the office was restored from a backup, and which numbers it left out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table('restoration',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_anchor_id', sa.Integer(), nullable=False),
    sa.Column('gaps', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_restoration')),
    sa.UniqueConstraint('digest', name=op.f('uq_restoration_digest'))
    )


def downgrade() -> None:
    """Back."""
    op.drop_table('restoration')
