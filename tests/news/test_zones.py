"""Which time zone a person means."""

from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.zones import city_of, zone_at, zone_called


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Asia/Tokyo", "Asia/Tokyo"),
        ("東京", "Asia/Tokyo"),
        ("도쿄", "Asia/Tokyo"),
        ("ソウル", "Asia/Seoul"),
        ("ニューヨーク", "America/New_York"),
        ("Osaka", "Asia/Tokyo"),
        ("Mumbai", "Asia/Kolkata"),
        ("日本", "Asia/Tokyo"),
        ("Corée du Sud", "Asia/Seoul"),
        ("Germany", "Europe/Berlin"),
        ("+09:00", "Etc/GMT-9"),
    ],
)
def test_a_zone_is_known_by_names_places_and_offsets(typed: str, zone: str) -> None:
    assert zone_called(typed) == zone


@pytest.mark.parametrize("typed", ["", "USA", "Atlantis", "Brazil", "nowhere", "🚀", "x" * 500])
def test_what_has_no_clear_zone_has_none(typed: str) -> None:
    assert zone_called(typed) is None


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        # Where the nearest town with a zone of its own is in another country.
        (28.61, 77.21, "Asia/Kolkata"),
        (39.90, 116.40, "Asia/Shanghai"),
        (43.06, 141.35, "Asia/Tokyo"),
        (35.18, 129.08, "Asia/Seoul"),
        (91.0, 0.0, None),
        (0.0, 181.0, None),
        (float("nan"), 0.0, None),
    ],
)
def test_a_place_on_earth_has_the_zone_of_its_country(
    latitude: float, longitude: float, zone: str | None
) -> None:
    assert zone_at(latitude, longitude) == zone


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_zone_that_is_found_can_be_used(latitude: float, longitude: float) -> None:
    found = zone_at(latitude, longitude)
    assert found is None or found in available_timezones()


@given(st.text(max_size=80))
def test_whatever_is_typed_is_a_zone_or_none(typed: str) -> None:
    found = zone_called(typed)
    assert found is None or found in available_timezones()


def test_a_zone_is_named_in_the_language_of_the_reader() -> None:
    assert city_of("Asia/Tokyo", "ja") == "東京"
    assert city_of("Asia/Seoul", "ko") == "서울"
    assert city_of("America/New_York", "en") == "New York"
    assert city_of("UTC", "ja") == "UTC"
