"""Topics that may be any query, how much an article is about them, and a full-text index."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Tokens come ready-made: whatever is no space belongs to one. This tokenizer takes all characters
# beyond ASCII for parts of a token, and those that it is told.
_MARKS = "".join(mark for mark in map(chr, range(33, 127)) if not mark.isalnum())
_TOKENIZER = "ascii tokenchars '" + _MARKS.replace("'", "''") + "'"
_FTS = f"""
    CREATE VIRTUAL TABLE search_rows USING fts5(
        title, body, facts, content='', tokenize="{_TOKENIZER.replace('"', '""')}"
    )
"""

_WHOLE_SECONDS_SQLITE = """
    UPDATE articles SET
        published_at = max(substr(published_at, 1, 19), '1970-01-01 00:00:00') || '.000000',
        seen_at = substr(seen_at, 1, 19) || '.000000'
"""
_WHOLE_SECONDS_POSTGRESQL = """
    UPDATE articles SET
        published_at = greatest(date_trunc('second', published_at), timestamptz '1970-01-01 00:00+00'),
        seen_at = date_trunc('second', seen_at)
"""


def upgrade() -> None:
    """Make the index, empty; the words that articles were found by until now go."""
    connection = op.get_bind()
    on_sqlite = connection.dialect.name == "sqlite"

    # Not in batch mode, which makes a table anew: dropping the old one would take along what refers to it.
    op.execute("ALTER TABLE articles DROP COLUMN words")
    op.execute(_WHOLE_SECONDS_SQLITE if on_sqlite else _WHOLE_SECONDS_POSTGRESQL)
    op.drop_index("ix_articles_story_id", "articles")
    op.create_index("ix_articles_story_id_published_at", "articles", ["story_id", "published_at"])
    op.create_index("ix_articles_feed_id_published_at", "articles", ["feed_id", "published_at"])

    op.execute("ALTER TABLE topics RENAME COLUMN phrase TO normal")
    op.add_column("matches", sa.Column("score", sa.Float(), server_default="0", nullable=False))
    op.create_table(
        "topic_changes",
        sa.Column("id", _ID, nullable=False),
        sa.Column("topic_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_changes")),
        sqlite_autoincrement=True,
    )

    if on_sqlite:
        connection.exec_driver_sql(_FTS)
        return
    op.create_table(
        "search_rows",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["articles.id"],
            name=op.f("fk_search_rows_article_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_search_rows")),
    )
    op.create_index(op.f("ix_search_rows_position"), "search_rows", ["position"])
    op.create_index("ix_search_rows_words", "search_rows", ["words"], postgresql_using="gin")
