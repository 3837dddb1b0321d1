"""What polling politely needs to remember: hosts, moves, hints, hubs, pages, and twins of entries."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add tables and columns; nothing that is kept changes."""
    op.create_table(
        "hosts",
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("next_request_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pages_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pages", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
    )
    op.create_table(
        "aliases",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("feed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feeds.id"], name=op.f("fk_aliases_feed_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_aliases")),
    )
    with op.batch_alter_table("aliases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_aliases_feed_id"), ["feed_id"], unique=False)

    op.create_table(
        "hub_subscriptions",
        sa.Column("feed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("hub_url", sa.Text(), nullable=False),
        sa.Column("topic_url", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("announcing_since", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feeds.id"], name=op.f("fk_hub_subscriptions_feed_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("feed_id", name=op.f("pk_hub_subscriptions")),
        sa.UniqueConstraint("token", name=op.f("uq_hub_subscriptions_token")),
    )
    with op.batch_alter_table("hub_subscriptions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hub_subscriptions_next_try_at"), ["next_try_at"], unique=False
        )

    op.create_table(
        "page_visits",
        sa.Column(
            "article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["articles.id"],
            name=op.f("fk_page_visits_article_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_page_visits")),
    )
    with op.batch_alter_table("page_visits", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_page_visits_next_try_at"), ["next_try_at"], unique=False
        )

    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.add_column(sa.Column("text", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("image_url", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("language", sa.String(length=35), nullable=True))
        batch_op.add_column(
            sa.Column("fingerprint", sa.String(length=16), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("twin", sa.String(length=32), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("changes", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_index("ix_articles_feed_id_twin", ["feed_id", "twin"], unique=False)
        batch_op.create_index("ix_articles_canonical_url", ["canonical_url"], unique=False)

    with op.batch_alter_table("dropped", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("twin", sa.String(length=32), server_default="", nullable=False)
        )
        batch_op.create_index("ix_dropped_feed_id_twin", ["feed_id", "twin"], unique=False)

    with op.batch_alter_table("feeds", schema=None) as batch_op:
        batch_op.add_column(sa.Column("folder", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("pinned", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("body_hash", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("outline", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("in_full_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("interval", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("newest_entry_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("entry_gap", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("window_span", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("least_interval", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("skip_hours", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("skip_days", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("trouble_told_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("moved_to", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("moved_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("moved_polls", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("hub_url", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("hub_topic", sa.Text(), server_default="", nullable=False))
        batch_op.create_index("ix_feeds_host", ["host"], unique=False)
        batch_op.create_index(batch_op.f("ix_feeds_leased_until"), ["leased_until"], unique=False)

    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("folder", sa.Text(), server_default="", nullable=False))
