"""Since when an article belongs to a topic, for those that belong to it only once their page is read."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: what matched so far did so when it came."""
    op.add_column("matches", sa.Column("noted", sa.BigInteger, nullable=False, server_default="0"))
    matches = sa.table(
        "matches", sa.column("noted", sa.BigInteger), sa.column("article_id", sa.BigInteger)
    )
    op.execute(sa.update(matches).values(noted=matches.c.article_id))
    op.create_index("ix_matches_noted", "matches", ["topic_id", "noted"])
