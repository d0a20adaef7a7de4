"""By which way a session began: the office's own password, a provider of sign-ins, a directory."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0048'
down_revision = '0047'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table('signed_in') as batch_op:
        batch_op.add_column(sa.Column('way', sa.String(length=10), nullable=False, server_default='password'))


def downgrade() -> None:
    """Back; sessions that began elsewhere end, since nothing says any more that their password is not ours."""
    op.execute("UPDATE signed_in SET ended_at = seen_at WHERE way <> 'password' AND ended_at IS NULL")
    with op.batch_alter_table('signed_in') as batch_op:
        batch_op.drop_column('way')
