"""Files of households go when nobody of them is in a case any more: the day on which one went.

Revision ID: 0055
Revises: 0054
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("household", sa.Column("destroyed_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Back."""
    op.drop_column("household", "destroyed_on")
