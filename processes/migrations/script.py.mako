"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def money_type() -> sa.types.TypeEngine[object]:
    """NUMERIC(14, 2), as text on SQLite, which would make it a float."""
    return sa.Numeric(14, 2).with_variant(sa.String(20), "sqlite")


def upgrade() -> None:
    """Forward."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Back."""
    ${downgrades if downgrades else "pass"}
