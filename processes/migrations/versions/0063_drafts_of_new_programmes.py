"""A draft of a new programme began with no release.

Revision ID: 0063
Revises: 0062
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("draft") as batch_op:
        batch_op.alter_column("base_id", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    """Back; a draft of a new programme that was published began with its first release, any other one goes."""
    op.execute(
        "UPDATE draft SET base_id = (SELECT min(r.id) FROM release r WHERE r.programme = draft.programme) "
        "WHERE base_id IS NULL"
    )
    op.execute("DELETE FROM draft_change WHERE draft_id IN (SELECT id FROM draft WHERE base_id IS NULL)")
    op.execute("DELETE FROM draft WHERE base_id IS NULL")
    with op.batch_alter_table("draft") as batch_op:
        batch_op.alter_column("base_id", existing_type=sa.Integer(), nullable=False)
