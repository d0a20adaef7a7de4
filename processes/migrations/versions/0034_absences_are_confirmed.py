"""Absences are confirmed by a third person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; absences under way go on until they end."""
    with op.batch_alter_table('absence', schema=None) as batch_op:
        batch_op.add_column(sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('confirmed_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('confirmed_by', sa.String(length=60), nullable=False, server_default=''))
        batch_op.create_foreign_key(batch_op.f('fk_absence_confirmed_by_id_account'), 'account', ['confirmed_by_id'], ['id'])
        batch_op.create_check_constraint(
            batch_op.f('ck_absence_third_person'),
            'confirmed_by_id IS NULL OR (confirmed_by_id <> account_id AND confirmed_by_id <> substitute_id)',
        )
    op.execute("UPDATE absence SET confirmed_at = made_at")


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table('absence', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_absence_third_person'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_absence_confirmed_by_id_account'), type_='foreignkey')
        batch_op.drop_column('confirmed_by')
        batch_op.drop_column('confirmed_by_id')
        batch_op.drop_column('confirmed_at')
