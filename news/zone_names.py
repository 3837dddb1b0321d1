"""IANA zones by their names, and by their distance from UTC."""

import re
from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones

_ABBREVIATIONS = {
    "America/Los_Angeles": "pst, pdt, pt, pacific",
    "America/Denver": "mst, mdt, mt, mountain",
    "America/Chicago": "cst, cdt, ct, central",
    "America/New_York": "est, edt, et, eastern",
    "America/Anchorage": "akst, akdt",
    "Pacific/Honolulu": "hst",
    "America/Halifax": "adt",
    "America/St_Johns": "ndt",
    "America/Sao_Paulo": "brt",
    "Europe/London": "bst",
    "Europe/Lisbon": "wet, west",
    "Europe/Brussels": "cet, cest, met, mest",
    "Europe/Berlin": "mez, mesz",
    "Europe/Athens": "eet, eest",
    "Europe/Moscow": "msk",
    "Africa/Johannesburg": "sast",
    "Africa/Nairobi": "eat",
    "Asia/Karachi": "pkt",
    "Asia/Kolkata": "ist",
    "Asia/Kathmandu": "npt",
    "Asia/Bangkok": "ict",
    "Asia/Jakarta": "wib",
    "Asia/Hong_Kong": "hkt",
    "Asia/Singapore": "sgt",
    "Asia/Manila": "pht",
    "Asia/Seoul": "kst",
    "Asia/Tokyo": "jst",
    "Australia/Perth": "awst",
    "Australia/Adelaide": "acst, acdt",
    "Australia/Sydney": "aest, aedt",
    "Pacific/Auckland": "nzst, nzdt",
}
"""Where most people live who mean their own clock by these letters, summer or winter."""

_SHORT = {
    "America/Los_Angeles": "la, l.a., sf, vegas",
    "America/Chicago": "chi",
    "America/New_York": "nyc, ny, dc, d.c., philly",
    "America/Mexico_City": "cdmx",
    "America/Sao_Paulo": "sp",
    "America/Argentina/Buenos_Aires": "bsas, caba",
    "Europe/London": "ldn, lon",
    "Europe/Moscow": "spb, st petersburg, st. petersburg",
    "Africa/Johannesburg": "jhb, joburg",
    "Asia/Jerusalem": "tlv",
    "Asia/Dubai": "dxb",
    "Asia/Bangkok": "bkk",
    "Asia/Ho_Chi_Minh": "hcmc",
    "Asia/Jakarta": "jkt",
    "Asia/Kuala_Lumpur": "kl",
    "Asia/Singapore": "sg",
    "Asia/Hong_Kong": "hk",
}
"""Cities by what people call them for short."""

_REGIONS = {
    "America/Los_Angeles": "california, nevada, oregon, washington state, カリフォルニア, 캘리포니아",
    "America/Denver": "colorado, montana, new mexico, utah, wyoming",
    "America/Phoenix": "arizona",
    "America/Boise": "idaho",
    "America/Chicago": "alabama, arkansas, illinois, iowa, kansas, louisiana, minnesota, mississippi, missouri,"
    " nebraska, north dakota, oklahoma, south dakota, tennessee, texas, wisconsin, テキサス, 텍사스",
    "America/New_York": "connecticut, delaware, florida, maine, maryland, massachusetts, new hampshire, new jersey,"
    " new york state, north carolina, ohio, pennsylvania, rhode island, south carolina, vermont, virginia,"
    " washington dc, washington d.c., west virginia, フロリダ, 플로리다",
    "America/Detroit": "michigan",
    "America/Indiana/Indianapolis": "indiana",
    "America/Kentucky/Louisville": "kentucky",
    "America/Anchorage": "alaska",
    "Pacific/Honolulu": "hawaii, ハワイ, 하와이",
    "America/Vancouver": "british columbia",
    "America/Edmonton": "alberta",
    "America/Regina": "saskatchewan",
    "America/Winnipeg": "manitoba",
    "America/Toronto": "ontario, quebec",
    "America/Halifax": "nova scotia",
    "Australia/Sydney": "new south wales",
    "Australia/Perth": "western australia",
    "Australia/Adelaide": "south australia",
    "Australia/Darwin": "northern territory",
    "Europe/London": "england, scotland, wales, northern ireland",
    "Asia/Seoul": "korea",
}
"""The clock of most who live in a part of a country that people name instead of a city."""


@cache
def _called() -> dict[str, str]:
    return {
        name: zone
        for table in (_ABBREVIATIONS, _SHORT, _REGIONS)
        for zone, names in table.items()
        for name in names.split(", ")
    }


def zone_commonly_called(typed: str) -> str | None:
    """The IANA zone that people mean by "PST", "NYC" or "California", given in lower case; None if it is no such name.

    Some of these letters are names in the database too, of another clock: EST is none that New York keeps in summer.
    """
    return _called().get(typed)


def well_known_zones() -> tuple[str, ...]:
    """The zones by whose clocks most people live."""
    return tuple(dict.fromkeys((*_ABBREVIATIONS, *_SHORT)))


@cache
def _zones() -> dict[str, str]:
    """Zones by what people type: full name and last part, in lower case, with spaces."""
    names: dict[str, str] = {}
    for zone in sorted(available_timezones(), key=lambda name: (name.count("/"), name)):
        if zone in ("localtime", "Factory") or zone.startswith(("posix", "right", "SystemV")):
            continue
        plain = zone.casefold().replace("_", " ")
        names.setdefault(plain, zone)
        if not plain.startswith("etc/"):
            names.setdefault(plain.rpartition("/")[2], zone)
    return names


_OFFSET = re.compile(r"(?:utc|gmt)?([-+−])(\d{1,2})(?::?(\d\d))?")

_BROKEN_OFFSETS = {
    "+03:30": "Asia/Tehran",
    "+04:30": "Asia/Kabul",
    "+05:30": "Asia/Kolkata",
    "+05:45": "Asia/Kathmandu",
    "+06:30": "Asia/Yangon",
    "+08:45": "Australia/Eucla",
    "+09:30": "Australia/Darwin",
    "-09:30": "Pacific/Marquesas",
}
"""The offsets of no whole hour that some place keeps all year: the database has no Etc zones for them."""


def find_zone(typed: str) -> str | None:
    """The IANA zone that is meant by "Asia/Tokyo", "tokyo", "New York" or "+09:00"; None if none is."""
    text = " ".join(typed.casefold().replace("_", " ").split())
    if (offset := _OFFSET.fullmatch(text)) is not None:
        sign = "+" if offset[1] == "+" else "-"
        hours, minutes = int(offset[2]), offset[3] or "00"
        if minutes != "00":
            return _BROKEN_OFFSETS.get(f"{sign}{hours:02}:{minutes}")
        # The signs of Etc zones are the other way round (POSIX).
        name = f"Etc/GMT{'-' if sign == '+' else '+'}{hours}" if hours else "UTC"
        return name if name in available_timezones() else None
    return _zones().get(text)


def near_zones(typed: str, count: int = 3, least: float = 0.7) -> tuple[str, ...]:
    """The zones whose names are most like what was typed (0 … 1), most alike first."""
    text = " ".join(typed[:64].casefold().replace("_", " ").split())
    close = get_close_matches(text, _zones(), n=4 * count, cutoff=least)
    return tuple(dict.fromkeys(_zones()[name] for name in close))[:count]
