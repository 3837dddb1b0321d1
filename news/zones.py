"""The time zone that a person means: by its name, by a place in their language, or by where they are."""

import re
from collections.abc import Collection
from datetime import datetime, time
from functools import cache, lru_cache
from unicodedata import normalize

from babel import Locale
from babel.core import get_global
from tzfpy import get_tz

from news import places
from news.text import normalise, squeeze, tokens
from news.wall_clock import shown, zone_of
from news.zone_names import find_zone, near_zones, well_known_zones, zone_commonly_called

_SLIP = 0.85
"""How like the name of a zone something is that is more likely that name mistyped than a small town's."""

_MOSTLY = {
    "AR": "America/Argentina/Buenos_Aires",
    "CN": "Asia/Shanghai",
    "DE": "Europe/Berlin",
    "ES": "Europe/Madrid",
    "KZ": "Asia/Almaty",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}
"""Where countries of several zones are meant all the same (CLDR: primary zones), or all show the same time."""
_CHOICES = {
    "AU": "Australia/Sydney Australia/Melbourne Australia/Brisbane Australia/Adelaide Australia/Darwin Australia/Perth",
    "BR": "America/Sao_Paulo America/Recife America/Manaus America/Rio_Branco America/Noronha",
    "CA": "America/Toronto America/Vancouver America/Edmonton America/Winnipeg America/Regina America/Halifax"
    " America/St_Johns",
    "CD": "Africa/Kinshasa Africa/Lubumbashi",
    "CL": "America/Santiago America/Punta_Arenas Pacific/Easter",
    "ID": "Asia/Jakarta Asia/Makassar Asia/Jayapura",
    "MX": "America/Mexico_City America/Monterrey America/Cancun America/Tijuana America/Hermosillo America/Chihuahua",
    "RU": "Europe/Moscow Europe/Kaliningrad Europe/Samara Asia/Yekaterinburg Asia/Omsk Asia/Novosibirsk"
    " Asia/Krasnoyarsk Asia/Irkutsk Asia/Yakutsk Asia/Vladivostok Asia/Kamchatka",
    "US": "America/New_York America/Chicago America/Denver America/Phoenix America/Los_Angeles America/Anchorage"
    " Pacific/Honolulu",
}
"""The clocks of large countries, those of most people first."""

_MOST_CHOICES = 12

_NEARLY = 14
"""Minutes by which somebody may be off who says what time it is: some clocks differ by half an hour."""
_MOST_SHOWING = 6

_ENDING = re.compile(r"(?: time| city| ?時間| ?시간|(?<=..)[都市府]|(?<=..)(?:특별|광역)?시)$")
"""What may follow the name of a place: that a time is meant, or a city."""


def zone_called(typed: str, languages: Collection[str] = ("ja", "ko")) -> str | None:
    """The IANA zone that somebody means by "Asia/Tokyo", "東京", "Osaka", "Japan" or "+09:00"; None if none is clear.

    A country, or a town of it, has a clear zone if it has one only, or one that nearly all of it keeps.
    Cities that give zones their names are known by those of `languages` (ISO 639-1) besides English.
    """
    zone = _zone_meant(squeeze(normalize("NFKC", typed)), languages)
    return None if zone is None else _current(zone)


def _zone_meant(text: str, languages: Collection[str]) -> str | None:
    zone = _zone_called(text, languages)
    if zone is not None:
        return zone
    bare = _ENDING.sub("", text)
    if bare != text:
        return _zone_called(bare, languages)
    # "Portland, Oregon": the larger place decides if it can, or else says which of the smaller ones is meant.
    town, _, around = (part.strip() for part in text.replace("、", ",").rpartition(","))
    if not town or not around:
        return None
    zone = _zone_called(around, languages)
    return zone if zone is not None else _within(_zone_called(town, languages), around)


def _current(zone: str) -> str:
    """The name of today for a zone: "Asia/Tokyo" for "Japan". UTC has several, which all say the same."""
    current = find_zone(get_global("zone_aliases").get(zone, zone))
    return zone if current is None or current.startswith("Etc/") else current


def zones_to_choose(typed: str) -> tuple[str, ...]:
    """The IANA zones of the country that somebody means, or of the one that a town is in; none if that is unclear."""
    text = squeeze(normalize("NFKC", typed))
    country = _country(text) or _country(text.rpartition(",")[2].strip())
    if country is None:
        return ()
    if country in _CHOICES:
        return tuple(_CHOICES[country].split())
    return tuple(sorted(_zones_of(country)))[:_MOST_CHOICES]


def zones_showing(at: time, now: datetime) -> tuple[str, ...]:
    """The IANA zones of large places whose clocks show a time now, or nearly so, the nearest first."""
    large = dict.fromkeys(
        (*well_known_zones(), *_MOSTLY.values(), *" ".join(_CHOICES.values()).split())
    )
    apart = {zone: _minutes_apart(at, shown(now, zone_of(zone)).time()) for zone in large}
    near = [zone for zone in large if apart[zone] <= _NEARLY]
    return tuple(sorted(near, key=apart.__getitem__)[:_MOST_SHOWING])


def _minutes_apart(one: time, other: time) -> int:
    apart = abs(one.hour * 60 + one.minute - other.hour * 60 - other.minute)
    return min(apart, 24 * 60 - apart)


def _zone_called(text: str, languages: Collection[str]) -> str | None:
    plain = normalise(text)
    known = (_cities(language).get(plain) for language in languages)
    zone = zone_commonly_called(plain) or find_zone(text) or find_zone(plain)
    zone = zone or next((one for one in known if one is not None), None)
    if zone is not None:
        return zone
    country = _country(text)
    return None if country is None else _zone_of(country)


def _country(text: str) -> str | None:
    """The country that is named, or that a town is in; None if none is clear."""
    words = tokens(text)
    country = places.find(words, capitals=text.isupper()) or places.large_city(words)
    if country is None and not near_zones(text, 1, _SLIP):
        country = places.city(words)
    return country


def _within(zone: str | None, place: str) -> str | None:
    """The zone of a town, if that is in a country."""
    country = _country(place)
    return zone if zone is not None and country and zone in _zones_of(country) else None


def zone_at(latitude: float, longitude: float) -> str | None:
    """The IANA zone of a place on earth; None for what is none."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    found = get_tz(longitude, latitude)
    return find_zone(found) if found else None


@lru_cache(maxsize=5_000)
def city_of(zone: str, language: str) -> str:
    """What a zone's place is called in a language: "東京"; as in its name if nobody says otherwise.

    A zone of no place is called by its distance from UTC: "UTC+9".
    """
    if (offset := _OFFSET.fullmatch(zone)) is not None:
        # The signs of these names are the other way round (POSIX).
        return f"UTC{'-' if offset[1] == '+' else '+'}{offset[2]}"
    named = Locale.parse(language).time_zones
    aliases = get_global("zone_aliases")
    current = aliases.get(zone, zone)
    # CLDR keeps some zones under the names that they had before.
    former = (old for old, new in aliases.items() if new == current)
    known = next(
        (named[one]["city"] for one in (zone, current, *former) if "city" in named.get(one, {})),
        None,
    )
    return str(known) if known else current.rpartition("/")[2].replace("_", " ")


_OFFSET = re.compile(r"Etc/GMT([+-])([1-9]\d?)")


@cache
def _cities(language: str) -> dict[str, str]:
    named: dict[str, str] = {}
    for zone, names in Locale.parse(language).time_zones.items():
        # CLDR keeps some zones under old names, which may be gone.
        current = find_zone(zone)
        if names.get("city") and current is not None:
            named.setdefault(normalise(str(names["city"])), current)
    return named


def _zone_of(country: str) -> str | None:
    if country in _MOSTLY:
        return find_zone(_MOSTLY[country])
    current = _zones_of(country)
    return current.pop() if len(current) == 1 else None


def _zones_of(country: str) -> set[str]:
    zones = (find_zone(str(zone)) for zone in get_global("territory_zones").get(country, []))
    return {zone for zone in zones if zone is not None}
