"""Opinions that are written often; why a migration was taken back stands beside why it was made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0042'
down_revision = '0040'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table('phrase',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('owner', sa.String(length=40), nullable=False),
    sa.Column('text', sa.String(length=300), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('made_by', sa.String(length=60), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['made_by_id'], ['account.id'], name=op.f('fk_phrase_made_by_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_phrase')),
    sa.UniqueConstraint('owner', 'text', name='uq_phrase_owner_text')
    )
    with op.batch_alter_table('migration_batch', schema=None) as batch_op:
        batch_op.add_column(sa.Column('undone_because', sa.Text(), nullable=False, server_default=''))


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table('migration_batch', schema=None) as batch_op:
        batch_op.drop_column('undone_because')
    op.drop_table('phrase')
