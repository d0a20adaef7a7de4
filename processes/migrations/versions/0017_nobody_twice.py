"""nobody twice: what people stand in, what cases ask relief for, seals of the fund's entries."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

from processes.errors import UpgradeStopped
from processes.storage.types import ProcessData, Yuan

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

HELD_ONCE = sa.text("is_standing AND NOT is_disputed")
STANDING = sa.text("status = 'standing'")


ONCE = {
    'person_merge': ('uq_person_merge_standing', 'provisional_id', 'undone_at IS NULL'),
    'draft': ('uq_draft_under_way', 'programme', "status IN ('open', 'proposed')"),
    'destruction': ('uq_destruction_proposed', 'number', "status = 'proposed'"),
}


def money_type() -> sa.types.TypeEngine[object]:
    """NUMERIC(14, 2), as text on SQLite, which would make it a float."""
    return sa.Numeric(14, 2).with_variant(sa.String(20), "sqlite")


def upgrade() -> None:
    """Forward."""
    _one_payment_a_case()  # first: what stops the upgrade stops it before anything is done
    _claims()
    with op.batch_alter_table('award_member', schema=None) as batch_op:
        batch_op.add_column(sa.Column('programme', sa.String(length=60), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('is_standing', sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column('is_disputed', sa.Boolean(), nullable=False, server_default=sa.false()))
    _members()
    op.create_index(
        'uq_award_member_standing', 'award_member', ['person_id', 'programme'], unique=True,
        postgresql_where=HELD_ONCE, sqlite_where=HELD_ONCE,
    )
    with op.batch_alter_table('relief_payment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('refunded', money_type(), nullable=False, server_default='0.00'))
    op.create_index(
        'uq_relief_payment_standing', 'relief_payment', ['case_id'], unique=True,
        postgresql_where=STANDING, sqlite_where=STANDING,
    )
    with op.batch_alter_table('fund', schema=None) as batch_op:
        batch_op.add_column(sa.Column('head', sa.String(length=64), nullable=False, server_default=''))
    with op.batch_alter_table('fund_entry', schema=None) as batch_op:
        batch_op.add_column(sa.Column('digest', sa.String(length=64), nullable=False, server_default=''))
    _seal_funds()
    _once_under_way()


def downgrade() -> None:
    """Back."""
    for table in ('person_merge', 'draft', 'destruction'):
        op.drop_index(ONCE[table][0], table_name=table)
    op.drop_index('uq_relief_payment_standing', table_name='relief_payment')
    op.drop_index('uq_award_member_standing', table_name='award_member')
    for table, columns in (
        ('award_member', ('programme', 'is_standing', 'is_disputed')), ('relief_payment', ('refunded',)),
        ('fund', ('head',)), ('fund_entry', ('digest',)),
    ):
        for column in columns:  # in place: others refer to these tables, which SQLite would make anew
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    op.drop_table('relief_claim_person')
    op.drop_table('relief_claim')


def _claims() -> None:
    op.create_table('relief_claim',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('event', sa.String(length=40), nullable=False),
    sa.Column('is_bills', sa.Boolean(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=True),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('amount', money_type(), nullable=False),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.Column('seen', sa.Text(), nullable=False),
    sa.Column('seen_until', sa.Integer(), nullable=False),
    sa.Column('division', sa.String(length=12), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_relief_claim_case_id_case_file')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_relief_claim')),
    sa.UniqueConstraint('case_id', name=op.f('uq_relief_claim_case_id'))
    )
    with op.batch_alter_table('relief_claim', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_relief_claim_division'), ['division'], unique=False)
    op.create_table('relief_claim_person',
    sa.Column('claim_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('is_concerned', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['claim_id'], ['relief_claim.id'], name=op.f('fk_relief_claim_person_claim_id_relief_claim')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_relief_claim_person_person_id_person')),
    sa.PrimaryKeyConstraint('claim_id', 'person_id', name=op.f('pk_relief_claim_person'))
    )
    with op.batch_alter_table('relief_claim_person', schema=None) as batch_op:
        batch_op.create_index('ix_relief_claim_person_person', ['person_id'], unique=False)
    _claims_of_payments()


def _claims_of_payments() -> None:
    """What was paid before is found by person from now on: the members of its household, as they are registered now."""
    connection = op.get_bind()
    payment = sa.table(
        'relief_payment', sa.column('id', sa.Integer), sa.column('case_id', sa.Integer),
        sa.column('household_id', sa.Integer), sa.column('event', sa.String), sa.column('event_on', sa.Date),
        sa.column('amount', Yuan), sa.column('granted_on', sa.Date), sa.column('status', sa.String),
        sa.column('division', sa.String),
    )
    membership = sa.table('membership', sa.column('household_id', sa.Integer), sa.column('person_id', sa.Integer))
    claim = sa.table(
        'relief_claim', sa.column('id', sa.Integer), sa.column('case_id', sa.Integer), sa.column('event', sa.String),
        sa.column('is_bills', sa.Boolean), sa.column('from_on', sa.Date), sa.column('until_on', sa.Date),
        sa.column('amount', Yuan), sa.column('asked_on', sa.Date), sa.column('seen', ProcessData),
        sa.column('seen_until', sa.Integer), sa.column('division', sa.String),
    )
    person = sa.table(
        'relief_claim_person', sa.column('claim_id', sa.Integer), sa.column('person_id', sa.Integer),
        sa.column('is_concerned', sa.Boolean),
    )
    last = {}
    for row in connection.execute(sa.select(payment).order_by(payment.c.id)).all():
        if row.case_id not in last or row.status == 'standing':
            last[row.case_id] = row
    for number, row in enumerate(last.values(), start=1):
        connection.execute(claim.insert().values(
            id=number, case_id=row.case_id, event=row.event, is_bills=row.event_on is None, from_on=row.event_on,
            until_on=row.event_on, amount=row.amount, asked_on=row.granted_on, seen=[], seen_until=0,
            division=row.division,
        ))
        people = connection.execute(
            sa.select(membership.c.person_id).where(membership.c.household_id == row.household_id).distinct()
        ).scalars().all()
        for one in people:
            connection.execute(person.insert().values(claim_id=number, person_id=one, is_concerned=True))
    if last and connection.dialect.name == 'postgresql':
        connection.execute(sa.text("SELECT setval(pg_get_serial_sequence('relief_claim', 'id'), :n)"), {"n": len(last)})


def _members() -> None:
    """What each member stands in; who stands twice already is marked, paid on, and named by every audit."""
    connection = op.get_bind()
    award = sa.table(
        'award', sa.column('id', sa.Integer), sa.column('programme', sa.String), sa.column('status', sa.String)
    )
    member = sa.table(
        'award_member', sa.column('award_id', sa.Integer), sa.column('person_id', sa.Integer),
        sa.column('programme', sa.String), sa.column('is_standing', sa.Boolean), sa.column('is_disputed', sa.Boolean),
    )
    of_award = sa.select(award.c.programme).where(award.c.id == member.c.award_id).scalar_subquery()
    connection.execute(member.update().values(programme=of_award))
    gone = sa.select(award.c.id).where(award.c.status != 'standing')
    connection.execute(member.update().where(member.c.award_id.in_(gone)).values(is_standing=sa.false()))
    earlier = member.alias()
    twice = sa.exists().where(
        earlier.c.person_id == member.c.person_id, earlier.c.programme == member.c.programme,
        earlier.c.is_standing, earlier.c.award_id < member.c.award_id,
    )
    connection.execute(
        member.update().where(member.c.is_standing, twice).values(is_disputed=sa.true())
    )


def _one_payment_a_case() -> None:
    connection = op.get_bind()
    twice = connection.execute(sa.text(
        "SELECT c.number FROM relief_payment p JOIN case_file c ON c.id = p.case_id "
        "WHERE p.status = 'standing' GROUP BY c.number HAVING count(*) > 1 ORDER BY c.number"
    )).scalars().all()
    if twice:
        raise UpgradeStopped(
            reason=f"办件 {'、'.join(twice)} 登记了两笔有效的临时救助金，不能升级。请先核实，把多登记的一笔标为撤回（status = 'withdrawn'）后重试。"
        )


def _seal_funds() -> None:
    """Seals of what was posted until now, as `fund_seals` makes them."""
    connection = op.get_bind()
    fund = sa.table('fund', sa.column('id', sa.Integer), sa.column('township', sa.String), sa.column('head', sa.String))
    entry = sa.table(
        'fund_entry', sa.column('id', sa.Integer), sa.column('fund_id', sa.Integer), sa.column('serial', sa.Integer),
        sa.column('kind', sa.String), sa.column('booked_on', sa.Date), sa.column('amount', Yuan),
        sa.column('memo', sa.Text), sa.column('case_number', sa.String), sa.column('reverses_id', sa.Integer),
        sa.column('question', sa.String), sa.column('entered_by', sa.String), sa.column('confirmed_by', sa.String),
        sa.column('status', sa.String), sa.column('digest', sa.String),
    )
    posting = sa.table(
        'fund_posting', sa.column('id', sa.Integer), sa.column('entry_id', sa.Integer), sa.column('account', sa.String),
        sa.column('amount', Yuan),
    )
    for own in connection.execute(sa.select(fund)).all():
        head = ''
        rows = connection.execute(
            sa.select(entry).where(entry.c.fund_id == own.id, entry.c.status == 'posted').order_by(entry.c.serial)
        ).all()
        for row in rows:
            sides = connection.execute(sa.select(posting).where(posting.c.entry_id == row.id)).all()
            said = [
                head, own.township, row.serial, row.kind, row.booked_on.isoformat(), f"{row.amount:.2f}", row.memo,
                row.case_number, row.reverses_id or 0, row.question, row.entered_by, row.confirmed_by,
                *sorted(f"{p.account} {p.amount:.2f}" for p in sides),
            ]
            head = hashlib.sha256("\n".join(map(str, said)).encode()).hexdigest()
            connection.execute(entry.update().where(entry.c.id == row.id).values(digest=head))
        connection.execute(fund.update().where(fund.c.id == own.id).values(head=head))


def _once_under_way() -> None:
    """One identification of a person, one draft of a programme, one proposal for a file: the first of two stands."""
    connection = op.get_bind()
    ends = {
        'person_merge': "undone_at = at, undone_by = '系统（重复登记）'",
        'draft': "status = 'discarded'",
        'destruction': "status = 'refused', decided_by = '系统（重复提出）'",
    }
    for table, (index, column, condition) in ONCE.items():
        connection.execute(sa.text(
            f"UPDATE {table} SET {ends[table]} WHERE {condition} AND id NOT IN "
            f"(SELECT min(id) FROM {table} WHERE {condition} GROUP BY {column})"
        ))
        where = sa.text(condition)
        op.create_index(index, table, [column], unique=True, postgresql_where=where, sqlite_where=where)
