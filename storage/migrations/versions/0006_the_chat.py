"""What chats can choose besides, who may use an instance, and the operator's words to all."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns and tables."""
    _add("chats", "kind", sa.String(length=16), "")
    op.add_column("chats", sa.Column("manages", sa.BigInteger(), nullable=True))
    _add("chats", "wanted_languages", sa.String(length=128), "")
    _add("chats", "previews", sa.Boolean(), sa.false())
    _add("chats", "tells_empty", sa.Boolean(), sa.false())
    op.add_column("chats", sa.Column("asked_at", _MOMENT, nullable=True))
    op.create_index(op.f("ix_chats_asked_at"), "chats", ["asked_at"])
    op.add_column("outbox", sa.Column("broadcast_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_outbox_broadcast_id"), "outbox", ["broadcast_id"])
    _add("outbox", "previews", sa.Boolean(), sa.false())
    op.create_table(
        "people",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("admitted_at", _MOMENT, nullable=True),
        sa.Column("banned_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_table(
        "invites",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_invites")),
    )
    op.create_table(
        "broadcasts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("put_to", sa.BigInteger(), nullable=True),
        sa.Column("stopped_at", _MOMENT, nullable=True),
        sa.Column("finished_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
        sqlite_autoincrement=True,
    )


def _add(
    table: str, name: str, kind: sa.types.TypeEngine[Any], default: str | sa.ColumnElement[Any]
) -> None:
    op.add_column(table, sa.Column(name, kind, server_default=default, nullable=False))
