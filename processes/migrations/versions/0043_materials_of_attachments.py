"""Attachments are filed under a material of the programme, with a small picture of their first page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; what was filed before belongs to no material and has no picture."""
    with op.batch_alter_table("attachment") as table:
        table.add_column(sa.Column("material", sa.String(length=40), nullable=False, server_default=""))
        table.add_column(sa.Column("preview", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("attachment") as table:
        table.alter_column("material", server_default=None)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("attachment") as table:
        table.drop_column("preview")
        table.drop_column("material")
