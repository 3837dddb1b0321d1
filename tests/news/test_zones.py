"""Which time zone a person means."""

from datetime import UTC, datetime, time
from zoneinfo import available_timezones

import pytest
from babel import Locale
from babel.core import get_global
from hypothesis import given
from hypothesis import strategies as st

from news import zone_names
from news.zones import city_of, zone_at, zone_called, zones_showing, zones_to_choose


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
        ("japan", "Asia/Tokyo"),
        ("Singapore", "Asia/Singapore"),
        ("GB", "Europe/London"),
        ("US/Pacific", "America/Los_Angeles"),
        ("korea", "Asia/Seoul"),
        ("South Korea", "Asia/Seoul"),
        ("North Korea", "Asia/Pyongyang"),
        ("한국", "Asia/Seoul"),
        ("utc", "UTC"),
        ("Corée du Sud", "Asia/Seoul"),
        ("Germany", "Europe/Berlin"),
        ("+09:00", "Etc/GMT-9"),
        ("São Paulo", "America/Sao_Paulo"),
        ("sao paulo", "America/Sao_Paulo"),
        ("München", "Europe/Berlin"),
        ("뉴욕", "America/New_York"),
        ("new york city", "America/New_York"),
        ("大阪", "Asia/Tokyo"),
        ("부산", "Asia/Seoul"),
        ("서울특별시", "Asia/Seoul"),
        ("京都", "Asia/Tokyo"),
        ("東京都", "Asia/Tokyo"),
        ("日本時間", "Asia/Tokyo"),
        ("한국 시간", "Asia/Seoul"),
        ("Paris time", "Europe/Paris"),
        ("北京", "Asia/Shanghai"),
        ("JST", "Asia/Tokyo"),
        ("kst", "Asia/Seoul"),
        ("PST", "America/Los_Angeles"),
        ("ET", "America/New_York"),
        ("EST", "America/New_York"),
        ("eastern time", "America/New_York"),
        ("CET", "Europe/Brussels"),
        ("California", "America/Los_Angeles"),
        ("NYC", "America/New_York"),
        ("LA", "America/Los_Angeles"),
        ("sf", "America/Los_Angeles"),
        ("DC", "America/New_York"),
        ("HK", "Asia/Hong_Kong"),
        ("KL", "Asia/Kuala_Lumpur"),
        ("캘리포니아", "America/Los_Angeles"),
        ("Paris, France", "Europe/Paris"),
        ("Paris, Texas", "America/Chicago"),
        ("Portland, Oregon", "America/Los_Angeles"),
        ("New York, USA", "America/New_York"),
        ("東京、日本", "Asia/Tokyo"),
        ("Argentina", "America/Argentina/Buenos_Aires"),
    ],
)
def test_a_zone_is_known_by_names_places_and_offsets(typed: str, zone: str) -> None:
    assert zone_called(typed) == zone


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "USA",
        "Atlantis",
        "Brazil",
        "Springfield, USA",
        "Tokyo, Atlantis",
        ",",
        "nowhere",
        "🚀",
        "x" * 500,
    ],
)
def test_what_has_no_clear_zone_has_none(typed: str) -> None:
    assert zone_called(typed) is None


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("USA", "America/New_York"),
        ("アメリカ", "America/New_York"),
        ("Springfield, USA", "America/New_York"),
        ("Brazil", "America/Sao_Paulo"),
        ("Mongolia", "Asia/Hovd"),
    ],
)
def test_a_country_of_several_zones_gives_them_to_choose_from(typed: str, first: str) -> None:
    zones = zones_to_choose(typed)
    assert zones[0] == first
    assert 2 <= len(zones) <= 12
    assert set(zones) <= available_timezones()


@pytest.mark.parametrize("typed", ["", "Atlantis", "🚀", ","])
def test_what_is_no_country_gives_nothing_to_choose_from(typed: str) -> None:
    assert zones_to_choose(typed) == ()


@pytest.mark.parametrize("country", sorted(get_global("territory_zones")))
def test_the_zones_of_every_country_can_be_used(country: str) -> None:
    for zone in zones_to_choose(Locale("en").territories.get(country, country)):
        assert zone in available_timezones()


@pytest.mark.parametrize(
    "names", [zone_names._ABBREVIATIONS, zone_names._SHORT, zone_names._REGIONS]
)
def test_every_common_name_has_a_zone_that_can_be_used_and_one_only(names: dict[str, str]) -> None:
    assert set(names) <= available_timezones()
    called = [name for listed in names.values() for name in listed.split(", ")]
    assert len(called) == len(set(called))
    for name in called:
        assert zone_called(name) is not None


def test_a_time_is_that_of_the_places_whose_clocks_show_it_now() -> None:
    now = datetime(2026, 11, 29, 23, 55, tzinfo=UTC)
    assert {"Asia/Tokyo", "Asia/Seoul"} <= set(zones_showing(time(9), now))
    assert zones_showing(time(5, 25), now)[0] == "Asia/Kolkata"
    # Before and after midnight are near each other.
    assert "Europe/London" in zones_showing(time(0, 5), now)
    for hour in range(24):
        assert len(zones_showing(time(hour), now)) <= 6


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
    assert city_of("Japan", "ko") == "도쿄"
    assert city_of("US/Eastern", "en") == "New York"
    assert city_of("Etc/GMT-9", "ja") == "UTC+9"
    assert city_of("Etc/GMT+12", "en") == "UTC-12"


def test_a_city_is_known_by_its_names_in_the_languages_that_are_spoken() -> None:
    assert zone_called("Nowy Jork") is None
    assert zone_called("Nowy Jork", ("ja", "pl")) == "America/New_York"


@pytest.mark.parametrize("zone", sorted(available_timezones()))
def test_every_zone_has_a_name_that_people_can_read(zone: str) -> None:
    for language in ("en", "ja", "ko"):
        named = city_of(zone, language)
        assert named
        assert "_" not in named
