"""Which command was begun for an update, of those that must not be done twice."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    begun = sa.Column("begun", sa.String(32), nullable=False, server_default="")
    op.add_column("updates", begun)
