"""What delivery needs: topics of forums, quiet hours, schedules of subscriptions, updates that are kept."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns and tables; what was on its way stays on its way."""
    if op.get_bind().dialect.name == "sqlite":
        _count_feeds_upwards()
    _add("chats", "refusal", sa.String(length=16), "")
    _add("chats", "write_refusals", sa.Integer(), "0")
    _add("chats", "quiet", sa.String(length=16), "")
    op.add_column("chats", sa.Column("thread_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_chats_unreachable_since"), "chats", ["unreachable_since"])
    op.execute("UPDATE chats SET refusal = 'gone' WHERE unreachable_since IS NOT NULL")
    _add("subscriptions", "schedule", sa.String(length=64), "")
    op.add_column("subscriptions", sa.Column("next_digest_at", _MOMENT, nullable=True))
    op.create_index(op.f("ix_subscriptions_next_digest_at"), "subscriptions", ["next_digest_at"])
    instant = sa.text("schedule = 'instant'")
    for column in ("feed_id", "topic_id"):
        op.create_index(
            f"ix_subscriptions_instant_{column}",
            "subscriptions",
            [column],
            sqlite_where=instant,
            postgresql_where=instant,
        )
    _add("outbox", "silent", sa.Boolean(), sa.false())
    op.add_column("outbox", sa.Column("thread_id", sa.BigInteger(), nullable=True))
    _add("outbox", "urgent", sa.Boolean(), sa.false())
    op.add_column("outbox", sa.Column("due_at", _MOMENT, nullable=True))
    op.drop_index("ix_outbox_state_next_try_at", "outbox")
    columns = ["state", "urgent", "next_try_at", "id"]
    op.create_index("ix_outbox_state_urgent_next_try_at", "outbox", columns)
    op.create_index("ix_outbox_settled_at", "outbox", ["settled_at"])
    op.create_table(
        "updates",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("leased_until", _MOMENT, nullable=True),
        sa.Column("done_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_updates")),
    )
    op.create_index(op.f("ix_updates_chat_id"), "updates", ["chat_id"])
    op.create_index(op.f("ix_updates_leased_until"), "updates", ["leased_until"])
    op.create_index(op.f("ix_updates_done_at"), "updates", ["done_at"])
    op.create_table(
        "budgets",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("spent_to", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_budgets")),
    )


def _count_feeds_upwards() -> None:
    """Let SQLite give no feed's id out twice: an earlier migration made the table anew without that.

    To make it anew once more would take all articles along, since they go with their feeds. The rule is a word in
    the table's definition, and the counter a row (https://www.sqlite.org/autoinc.html).
    """
    op.execute("PRAGMA writable_schema=ON")
    op.execute(
        "UPDATE sqlite_master SET sql = replace(sql, 'PRIMARY KEY (id)', 'PRIMARY KEY (id AUTOINCREMENT)')"
        " WHERE type = 'table' AND name = 'feeds'"
    )
    op.execute("PRAGMA writable_schema=RESET")
    op.execute(
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'feeds', coalesce(max(id), 0) FROM feeds"
    )


def _add(
    table: str, name: str, kind: sa.types.TypeEngine[Any], default: str | sa.ColumnElement[Any]
) -> None:
    op.add_column(table, sa.Column(name, kind, server_default=default, nullable=False))
