"""A short soak (`bench.soak`): the program killed and lied to, on both databases."""

from pathlib import Path

import pytest

from bench.soak import Plan, soak

SHORT = Plan(
    chats=20, kills=5, seed=3, longest_life=1.0, trouble=2.0, late_seconds=1.0, quiet_seconds=2.5
)


@pytest.mark.timeout(120)
async def test_killed_at_random_and_lied_to_the_program_loses_nothing_and_keeps_all_limits(
    database_url: str, tmp_path: Path
) -> None:
    report = await soak(database_url, SHORT, tmp_path)
    assert report.breaches(of_all=False) == []
    assert report.verdict.expected >= 80
    assert sum(report.faults.values()) >= 5
