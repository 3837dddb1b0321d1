"""Whether what an update asks for was begun that must not be done twice."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    begun = sa.Column("begun", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("updates", begun)
