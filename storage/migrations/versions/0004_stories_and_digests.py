"""What digests are decided by: updates, joined stories, votes, saved stories, mutes, layouts."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables; what was told until now counts as told with all that it had."""
    op.add_column("articles", _new("story_words", sa.Text(), ""))
    op.create_index("ix_articles_feed_id_id", "articles", ["feed_id", "id"])
    op.add_column("chats", _new("layout", sa.String(length=16), "classic"))
    op.add_column("chats", _new("most_stories", sa.Integer(), "20"))
    op.add_column("chats", _new("summary_length", sa.Integer(), "320"))
    op.add_column("outbox", _new("rich", sa.Boolean(), sa.false()))
    op.add_column("outbox", _new("fallback", sa.Text(), ""))
    op.add_column("told", _new("up_to", sa.BigInteger(), "0"))
    op.add_column("told", _new("place", sa.Integer(), "0"))
    op.execute(
        "UPDATE told SET up_to = (SELECT coalesce(max(id), 0) FROM articles"
        " WHERE articles.story_id = told.story_id)"
    )
    op.create_table(
        "story_joins",
        sa.Column("id", _ID, nullable=False),
        sa.Column("story_id", sa.BigInteger(), nullable=False),
        sa.Column("into_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_joins")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_story_joins_story_id"), "story_joins", ["story_id"])
    _create_of_a_story(
        "votes",
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("voted_at", sa.DateTime(timezone=True), nullable=False),
    )
    _create_of_a_story("saved", sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False))
    op.create_table(
        "mutes",
        sa.Column("id", _ID, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("feed_id", _ID, nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("muted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(feed_id IS NULL) <> (words IS NULL)", name=op.f("ck_mutes_one_target")
        ),
        _of_a_chat("mutes"),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feeds.id"], name=op.f("fk_mutes_feed_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mutes")),
        sa.UniqueConstraint("chat_id", "feed_id", name=op.f("uq_mutes_chat_id_feed_id")),
        sa.UniqueConstraint("chat_id", "words", name=op.f("uq_mutes_chat_id_words")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mutes_feed_id"), "mutes", ["feed_id"])
    op.create_table(
        "summaries",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_summaries")),
    )
    op.create_index(op.f("ix_summaries_made_at"), "summaries", ["made_at"])


def _new(
    name: str, kind: sa.types.TypeEngine[Any], default: str | sa.ColumnElement[Any]
) -> sa.Column[Any]:
    return sa.Column(name, kind, server_default=default, nullable=False)


def _of_a_chat(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["chat_id"],
        ["chats.id"],
        name=op.f(f"fk_{table}_chat_id"),
        ondelete="CASCADE",
        onupdate="CASCADE",
    )


def _create_of_a_story(name: str, *more: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("story_id", _ID, nullable=False),
        *more,
        _of_a_chat(name),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name=op.f(f"fk_{name}_story_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("chat_id", "story_id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_story_id"), name, ["story_id"])
