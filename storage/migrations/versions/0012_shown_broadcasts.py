"""In which message its author sees how far a broadcast is."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("broadcasts", sa.Column("shown_in", sa.BigInteger))
