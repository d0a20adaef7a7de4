"""Everybody who saved something of a step's draft, as the separation of duties counts them.

Of before only the one is known who handed a delegated step back (`prepared_by_id`).

Revision ID: 0057
Revises: 0055
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("work_item", sa.Column("preparers", sa.Text(), nullable=True))


def downgrade() -> None:
    """Back."""
    op.drop_column("work_item", "preparers")
