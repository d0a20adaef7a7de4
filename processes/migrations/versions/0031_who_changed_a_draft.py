"""Who changed which file of a draft."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; of drafts under way the last one who changed anything is known by name only."""
    op.create_table('draft_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('file', sa.String(length=120), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('mark', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_draft_change_account_id_account')),
    sa.ForeignKeyConstraint(['draft_id'], ['draft.id'], name=op.f('fk_draft_change_draft_id_draft')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_change'))
    )
    with op.batch_alter_table('draft_change', schema=None) as batch_op:
        batch_op.create_index('ix_draft_change_draft', ['draft_id', 'account_id'], unique=False)
    op.execute(
        "INSERT INTO draft_change (draft_id, file, account_id, name, at, mark) "
        "SELECT draft.id, '', account.id, account.name, draft.changed_at, '' FROM draft "
        "JOIN account ON account.name = draft.changed_by WHERE draft.status IN ('open', 'proposed')"
    )


def downgrade() -> None:
    """Back."""
    op.drop_table('draft_change')
