"""How offices are reached and who hears appeals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table('office_contact',
    sa.Column('division', sa.String(length=12), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=False),
    sa.Column('address', sa.String(length=120), nullable=False),
    sa.Column('review_body', sa.String(length=60), nullable=False),
    sa.Column('court', sa.String(length=60), nullable=False),
    sa.Column('changed_by', sa.String(length=60), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['division'], ['division.code'], name=op.f('fk_office_contact_division_division')),
    sa.PrimaryKeyConstraint('division', name=op.f('pk_office_contact'))
    )


def downgrade() -> None:
    """Back."""
    op.drop_table('office_contact')
