"""Which version the tables of a database are of, told by its last migration."""

from alembic.runtime.migration import MigrationContext
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import migrations


async def revision(tx: AsyncConnection) -> str | None:
    """The last migration of a database; None if there was none."""
    return await tx.run_sync(
        lambda connection: MigrationContext.configure(connection).get_current_revision()
    )


def newest_revision() -> str:
    """The migration that this program needs."""
    return str(migrations().get_current_head())


def knows_revision(named: str) -> bool:
    """Whether a migration is this program's own, not one of a newer one."""
    return named in {one.revision for one in migrations().walk_revisions()}
