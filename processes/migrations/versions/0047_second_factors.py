"""Second factors of accounts, recovery codes, and what a session has proven and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0047'
down_revision = '0046'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; sessions that are open count as verified when they began."""
    op.create_table('second_factor',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('label', sa.String(length=40), nullable=False),
    sa.Column('secret', sa.LargeBinary(), nullable=True),
    sa.Column('seal_mark', sa.String(length=24), nullable=False, server_default=''),
    sa.Column('used_step', sa.Integer(), nullable=False),
    sa.Column('credential', sa.String(length=1400), nullable=True),
    sa.Column('public_key', sa.Text(), nullable=False),
    sa.Column('sign_count', sa.BigInteger(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('totp', 'passkey')", name=op.f('ck_second_factor_kind')),
    sa.CheckConstraint("(kind = 'totp') = (secret IS NOT NULL)", name=op.f('ck_second_factor_secret')),
    sa.CheckConstraint("(kind = 'passkey') = (credential IS NOT NULL)", name=op.f('ck_second_factor_credential')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_second_factor_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_second_factor')),
    sa.UniqueConstraint('credential', name='uq_second_factor_credential')
    )
    op.create_index('ix_second_factor_account_id', 'second_factor', ['account_id'], unique=False)
    op.create_table('recovery_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_recovery_code_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code')),
    sa.UniqueConstraint('account_id', 'digest', name='uq_recovery_code_account_digest')
    )
    with op.batch_alter_table('signed_in') as batch_op:
        batch_op.add_column(sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('proof', sa.String(length=20), nullable=False, server_default='password'))
        batch_op.add_column(sa.Column('awaits', sa.String(length=12), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('challenge', sa.String(length=100), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('challenge_at', sa.DateTime(timezone=True), nullable=True))
    op.execute('UPDATE signed_in SET verified_at = began_at')
    with op.batch_alter_table('signed_in') as batch_op:
        batch_op.alter_column('verified_at', existing_type=sa.DateTime(timezone=True), nullable=False)
    with op.batch_alter_table('account_change') as batch_op:
        batch_op.add_column(sa.Column('resets_factors', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Back; whoever had a second factor signs in with the password alone."""
    op.execute("UPDATE account_change SET verdict = 'withdrawn' WHERE resets_factors AND verdict = ''")
    with op.batch_alter_table('account_change') as batch_op:
        batch_op.drop_column('resets_factors')
    # A session that has not shown its second factor must not become a whole one.
    op.execute("UPDATE signed_in SET ended_at = seen_at WHERE awaits <> '' AND ended_at IS NULL")
    with op.batch_alter_table('signed_in') as batch_op:
        for name in ('challenge_at', 'challenge', 'awaits', 'proof', 'verified_at'):
            batch_op.drop_column(name)
    op.drop_table('recovery_code')
    op.drop_index('ix_second_factor_account_id', table_name='second_factor')
    op.drop_table('second_factor')
