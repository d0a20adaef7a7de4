"""Accounts of one person, who registered a case, releases that it came from, who had a migration carried out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; who registered a case is told by its first event."""
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.add_column(sa.Column('person_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_account_person_id'), ['person_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_account_person_id_account'), 'account', ['person_id'], ['id'])
    with op.batch_alter_table('case_file', schema=None) as batch_op:
        batch_op.add_column(sa.Column('opened_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('former_releases', sa.Text(), nullable=False, server_default='[]'))
        batch_op.create_foreign_key(batch_op.f('fk_case_file_opened_by_id_account'), 'account', ['opened_by_id'], ['id'])
    with op.batch_alter_table('migration_batch', schema=None) as batch_op:
        batch_op.add_column(sa.Column('run_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('chosen_by', sa.Text(), nullable=False, server_default='[]'))
        batch_op.create_foreign_key(batch_op.f('fk_migration_batch_run_by_id_account'), 'account', ['run_by_id'], ['id'])
        batch_op.create_check_constraint(batch_op.f('ck_migration_batch_two_people'), 'run_by_id IS NULL OR run_by_id <> by_id')
    op.execute(
        "UPDATE case_file SET opened_by_id = (SELECT case_event.actor_id FROM case_event JOIN account ON account.id = case_event.actor_id "
        "WHERE case_event.case_id = case_file.id AND case_event.kind = 'opened' ORDER BY case_event.position LIMIT 1)"
    )
    op.execute(
        "UPDATE case_file SET former_releases = (SELECT '[' || max(migration_batch.from_id) || ']' FROM migration_row "
        "JOIN migration_batch ON migration_batch.id = migration_row.batch_id WHERE migration_row.case_id = case_file.id "
        "AND migration_row.status = 'migrated') WHERE id IN (SELECT case_id FROM migration_row WHERE status = 'migrated')"
    )


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table('migration_batch', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_migration_batch_two_people'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_migration_batch_run_by_id_account'), type_='foreignkey')
        batch_op.drop_column('chosen_by')
        batch_op.drop_column('run_by_id')
    with op.batch_alter_table('case_file', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_case_file_opened_by_id_account'), type_='foreignkey')
        batch_op.drop_column('former_releases')
        batch_op.drop_column('opened_by_id')
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_account_person_id_account'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_account_person_id'))
        batch_op.drop_column('person_id')
