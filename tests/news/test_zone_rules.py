"""Which time zone data is in use."""

import shutil
import zoneinfo
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from news.zone_rules import rules_version


@pytest.fixture
def system(tmp_path: Path) -> Iterator[Path]:
    """A folder of zone files that zoneinfo looks into first; empty."""
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([str(tmp_path)])
    yield tmp_path
    zoneinfo.reset_tzpath(before)


def rules_of(zone: str) -> bytes:
    return resources.files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes()


def test_the_version_stays_while_the_rules_stay(system: Path) -> None:
    assert rules_version() == rules_version()
    assert len(rules_version()) == 16


def test_it_does_not_matter_where_the_same_rules_come_from(system: Path) -> None:
    of_the_package = rules_version()
    (system / "Asia").mkdir()
    (system / "Asia/Tokyo").write_bytes(rules_of("Asia/Tokyo"))
    assert rules_version() == of_the_package


def test_the_version_changes_with_the_rules_of_one_zone(system: Path) -> None:
    before = rules_version()
    (system / "Asia").mkdir()
    (system / "Asia/Tokyo").write_bytes(rules_of("Asia/Seoul"))
    changed = rules_version()
    assert changed != before
    shutil.rmtree(system / "Asia")
    assert rules_version() == before


def test_the_version_changes_with_a_new_zone(system: Path) -> None:
    before = rules_version()
    (system / "Mars").write_bytes(rules_of("UTC"))
    assert rules_version() != before


def test_the_zone_of_the_machine_itself_does_not_matter(system: Path) -> None:
    before = rules_version()
    (system / "localtime").write_bytes(rules_of("Asia/Tokyo"))
    assert rules_version() == before
