"""What several processes spend together."""

from datetime import timedelta
from typing import Any

import pytest

from storage import budgets
from storage.database import Database


async def test_whoever_spends_gets_a_stretch_of_time_after_those_before(
    any_database: Database, clock: Any
) -> None:
    async with any_database.write() as tx:
        waits = [await budgets.spend(tx, "calls", clock(), 0.5) for _ in range(4)]
        assert waits == pytest.approx([0.0, 0.5, 1.0, 1.5], abs=1e-3)
        assert await budgets.spend(tx, "other", clock(), 0.5) == 0.0


async def test_time_that_went_by_unspent_is_gone(any_database: Database, clock: Any) -> None:
    async with any_database.write() as tx:
        await budgets.spend(tx, "calls", clock(), 3.0)
        later = clock() + timedelta(seconds=1)
        assert await budgets.spend(tx, "calls", later, 1.0) == pytest.approx(2.0, abs=1e-3)
        much_later = clock() + timedelta(days=1)
        assert await budgets.spend(tx, "calls", much_later, 1.0) == 0.0
        assert await budgets.spend(tx, "calls", much_later, 1.0) == pytest.approx(1.0, abs=1e-3)
