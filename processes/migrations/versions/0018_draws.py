"""draws: numbers that two offices commit to, and the lots drawn with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

COLLECTING = sa.text("status = 'collecting'")


def upgrade() -> None:
    """Forward."""
    op.create_table('draw_round',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revealed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revealed_by', sa.String(length=60), nullable=False),
    sa.Column('division', sa.String(length=12), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draw_round'))
    )
    op.create_index('ix_draw_round_division', 'draw_round', ['division'], unique=False)
    op.create_index(
        'uq_draw_round_collecting', 'draw_round', ['division'], unique=True,
        postgresql_where=COLLECTING, sqlite_where=COLLECTING,
    )
    op.create_table('draw_number',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('office', sa.String(length=40), nullable=False),
    sa.Column('number', sa.LargeBinary(), nullable=False),
    sa.Column('nonce', sa.LargeBinary(), nullable=False),
    sa.Column('commitment', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_draw_number_account_id_account')),
    sa.ForeignKeyConstraint(['round_id'], ['draw_round.id'], name=op.f('fk_draw_number_round_id_draw_round')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draw_number')),
    sa.UniqueConstraint('round_id', 'office', name=op.f('uq_draw_number_round_id_office'))
    )
    op.create_table('drawn_lot',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=True),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('case_number', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('seal', sa.String(length=64), nullable=False),
    sa.Column('lot', sa.String(length=6), nullable=False),
    sa.Column('rate', sa.String(length=10), nullable=False),
    sa.Column('is_chosen', sa.Boolean(), nullable=False),
    sa.Column('because', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('division', sa.String(length=12), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_drawn_lot_case_id_case_file')),
    sa.ForeignKeyConstraint(['round_id'], ['draw_round.id'], name=op.f('fk_drawn_lot_round_id_draw_round')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drawn_lot')),
    sa.UniqueConstraint('case_id', 'name', name=op.f('uq_drawn_lot_case_id_name'))
    )
    op.create_index('ix_drawn_lot_round', 'drawn_lot', ['round_id'], unique=False)
    op.create_index('ix_drawn_lot_division', 'drawn_lot', ['division'], unique=False)


def downgrade() -> None:
    """Back."""
    op.drop_table('drawn_lot')
    op.drop_table('draw_number')
    op.drop_table('draw_round')
