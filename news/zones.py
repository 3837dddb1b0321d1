"""The time zone that a person means: by its name, by a place in their language, or by where they are."""

from functools import cache
from unicodedata import normalize

from babel import Locale
from babel.core import get_global
from tzfpy import get_tz

from news import places
from news.schedule import find_zone, near_zones
from news.text import squeeze, tokens

_SPOKEN = ("ja", "ko")
"""Languages whose names of cities are known besides English."""

_SLIP = 0.85
"""How like the name of a zone something is that is more likely that name mistyped than a small town's."""

_MOSTLY = {
    "CN": "Asia/Shanghai",
    "DE": "Europe/Berlin",
    "ES": "Europe/Madrid",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}
"""Where countries of several zones are meant all the same (CLDR: primary zones)."""


def zone_called(typed: str) -> str | None:
    """The IANA zone that somebody means by "Asia/Tokyo", "東京", "Osaka", "Japan" or "+09:00"; None if none is clear.

    A country, or a town of it, has a clear zone if it has one only, or one that nearly all of it keeps.
    """
    text = squeeze(normalize("NFKC", typed))
    zone = find_zone(text) or _cities().get(text.casefold())
    if zone is not None:
        return zone
    words = tokens(text)
    country = places.find(words, capitals=text.isupper())
    if country is None and not near_zones(text, 1, _SLIP):
        country = places.city(words)
    return None if country is None else _zone_of(country)


def zone_at(latitude: float, longitude: float) -> str | None:
    """The IANA zone of a place on earth; None for what is none."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    found = get_tz(longitude, latitude)
    return find_zone(found) if found else None


def city_of(zone: str, language: str) -> str:
    """What a zone's place is called in a language: "東京"; as in its name if nobody says otherwise."""
    named = Locale.parse(language).time_zones
    # CLDR keeps some zones under the names that they had before.
    former = (old for old, new in get_global("zone_aliases").items() if new == zone)
    known = next(
        (named[one]["city"] for one in (zone, *former) if "city" in named.get(one, {})), None
    )
    return str(known) if known else zone.rpartition("/")[2].replace("_", " ")


@cache
def _cities() -> dict[str, str]:
    named: dict[str, str] = {}
    for language in _SPOKEN:
        for zone, names in Locale.parse(language).time_zones.items():
            # CLDR keeps some zones under old names, which may be gone.
            current = find_zone(zone)
            if names.get("city") and current is not None:
                named.setdefault(str(names["city"]).casefold(), current)
    return named


def _zone_of(country: str) -> str | None:
    if country in _MOSTLY:
        return find_zone(_MOSTLY[country])
    zones = get_global("territory_zones").get(country, [])
    current = {find_zone(str(zone)) for zone in zones}
    return current.pop() if len(current) == 1 else None
