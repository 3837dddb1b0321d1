"""What the buttons of a chat are sealed with, so that nobody makes one up."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_AT_ONCE = 1000


def upgrade() -> None:
    """Add the column, and give each chat a key."""
    key = sa.Column("key", sa.String(length=32), nullable=False, server_default="")
    op.add_column("chats", key)
    chats = sa.table("chats", sa.column("id", sa.BigInteger), sa.column("key", sa.String))
    connection = op.get_bind()
    give = (
        sa.update(chats).where(chats.c.id == sa.bindparam("this")).values(key=sa.bindparam("new"))
    )
    listed = sa.select(chats.c.id).order_by(chats.c.id).limit(_AT_ONCE)
    ids = connection.scalars(listed).all()
    while ids:
        connection.execute(give, [{"this": id, "new": secrets.token_urlsafe(16)} for id in ids])
        ids = connection.scalars(listed.where(chats.c.id > ids[-1])).all()
