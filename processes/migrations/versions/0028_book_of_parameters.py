"""The county's book of parameters, and what cases computed with."""

from __future__ import annotations

import json
import tomllib

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import uuid4

import orjson
import sqlalchemy as sa
import zstandard
from alembic import op

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None

IN_FORCE = sa.text("status = 'in_force'")
PROPOSED = sa.text("status = 'proposed'")
STANDING = sa.text("status = 'standing'")


def upgrade() -> None:
    """Forward."""
    op.create_table('parameter_book',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('version', sa.String(length=36), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_parameter_book_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_parameter_book'))
    )
    op.create_table('parameter_value',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('division', sa.String(length=12), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('release', sa.String(length=80), nullable=False),
    sa.Column('hands', sa.Text(), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=True),
    sa.Column('proposed_by', sa.String(length=60), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_by_id', sa.Integer(), nullable=True),
    sa.Column('confirmed_by', sa.String(length=60), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by', sa.String(length=60), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('replaced_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("status IN ('proposed', 'in_force', 'rejected', 'withdrawn', 'replaced')", name=op.f('ck_parameter_value_known_status')),
    sa.CheckConstraint('confirmed_by_id <> proposed_by_id', name=op.f('ck_parameter_value_two_people')),
    sa.CheckConstraint(
        "proposed_by_id IS NULL OR confirmed_by_id IS NOT NULL OR status NOT IN ('in_force', 'replaced')",
        name=op.f('ck_parameter_value_confirmed_before_in_force'),
    ),
    sa.CheckConstraint("status <> 'proposed' OR confirmed_by_id IS NULL", name=op.f('ck_parameter_value_proposed_is_unconfirmed')),
    sa.ForeignKeyConstraint(['confirmed_by_id'], ['account.id'], name=op.f('fk_parameter_value_confirmed_by_id_account')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['account.id'], name=op.f('fk_parameter_value_proposed_by_id_account')),
    sa.ForeignKeyConstraint(['replaced_by_id'], ['parameter_value.id'], name=op.f('fk_parameter_value_replaced_by_id_parameter_value')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_parameter_value'))
    )
    for name, where in (('in_force', IN_FORCE), ('proposed', PROPOSED)):
        op.create_index(
            f'uq_parameter_value_{name}', 'parameter_value', ['name', 'division', 'since'], unique=True,
            postgresql_where=where, sqlite_where=where,
        )
    op.create_table('case_parameter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('division', sa.String(length=12), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('is_confirmed', sa.Boolean(), nullable=False),
    sa.Column('confirmed_by', sa.String(length=60), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case_file.id'], name=op.f('fk_case_parameter_case_id_case_file')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_parameter'))
    )
    op.create_index('ix_case_parameter_case', 'case_parameter', ['case_id'], unique=False)
    op.create_index(
        'uq_case_parameter_standing', 'case_parameter', ['case_id', 'name', 'day'], unique=True,
        postgresql_where=STANDING, sqlite_where=STANDING,
    )
    _plant()


def _plant() -> None:
    """The values of the newest releases become the book, none of them confirmed; of two releases the later one speaks."""
    connection = op.get_bind()
    query = sa.text("SELECT programme, number, title, content, published_at, published_by FROM release ORDER BY published_at DESC, id DESC")
    seen: set[str] = set()
    known: set[str] = set()
    for row in connection.execute(query).mappings().all():
        if row["programme"] in seen:
            continue
        seen.add(row["programme"])
        files = orjson.loads(zstandard.decompress(bytes(row["content"])))
        declared: dict[str, Any] = {}
        for file in ("common/policy.toml", "policy.toml"):
            document = tomllib.loads(files.get(file, ""), parse_float=Decimal)
            declared.update({p["name"]: p for p in document.get("parameter", [])})
        for name, parameter in declared.items():
            if name in known:
                continue
            known.add(name)
            for value in parameter["values"]:
                _insert(connection, row, name, value)
    # A new version each time: what a process keeps of a book is found by it, and no two books share one.
    if known:
        connection.execute(sa.text("INSERT INTO parameter_book (id, version) VALUES (1, :v)"), {"v": str(uuid4())})


def _insert(connection: sa.Connection, release: Any, name: str, value: dict[str, Any]) -> None:
    kind, text = _written(value["value"])
    connection.execute(
        sa.text(
            "INSERT INTO parameter_value (name, division, since, value, kind, source, status, release, hands, proposed_by, "
            "proposed_at, confirmed_by, ended_by, reason) VALUES (:name, :division, :since, :value, :kind, :source, "
            "'in_force', :release, '[]', :by, :at, '', '', '')"
        ).bindparams(sa.bindparam("since", type_=sa.Date())),
        {
            "name": name, "division": str(value["division"]), "since": value["from"], "value": text, "kind": kind,
            "source": str(value["source"])[:200], "release": f"{release['title']}第 {release['number']} 版"[:80],
            "by": str(release["published_by"])[:60], "at": release["published_at"],
        },
    )


def _written(raw: Any) -> tuple[str, str]:
    if isinstance(raw, bool):
        return "truth", "true" if raw else "false"
    if isinstance(raw, list):
        return "list", json.dumps([f"{Decimal(str(v)):f}" for v in raw])
    try:
        return "number", f"{Decimal(str(raw)):f}"
    except InvalidOperation:
        return "text", str(raw)


def downgrade() -> None:
    """Back."""
    op.drop_table('case_parameter')
    op.drop_table('parameter_value')
    op.drop_table('parameter_book')
