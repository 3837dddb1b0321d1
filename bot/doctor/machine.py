"""What the machine has: time zones, memory, and what draws pictures."""

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.doctor.finding import Finding, ok, warning, wrong

LEAST_MEMORY = 400_000_000
"""Bytes that the bot and its parser like to have."""

_MEGABYTE = 1_000_000


async def zones(default: str) -> Sequence[Finding]:
    """Whether time zones are known."""
    try:
        for name in (default, "Asia/Tokyo"):
            ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return [wrong("zones", "time zones are not known here", "pip install tzdata")]
    return [ok("zones", f"known; chats that chose none are in {default}")]


async def memory(meminfo: Path, limit: Path) -> Sequence[Finding]:
    """Whether there is enough: on the machine (`/proc/meminfo`), and for its control group (`memory.max`)."""
    known = [value for value in (_available(meminfo), _allowed(limit)) if value is not None]
    if not known:
        return [ok("memory", "this system does not tell")]
    said = f"{min(known) / _MEGABYTE:,.0f} MB to be had"
    if min(known) < LEAST_MEMORY:
        return [warning("memory", said, f"the bot wants {LEAST_MEMORY // _MEGABYTE} MB")]
    return [ok("memory", said)]


def _available(meminfo: Path) -> int | None:
    try:
        lines = meminfo.read_text("ascii").splitlines()
    except OSError:
        return None
    for line in lines:
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            return int(value.split()[0]) * 1024
    return None


def _allowed(limit: Path) -> int | None:
    try:
        text = limit.read_text("ascii").strip()
    except OSError:
        return None
    # "max" means none.
    return int(text) if text.isdecimal() else None


async def pictures(available: bool) -> Sequence[Finding]:
    """Whether pictures can be drawn; text does as well."""
    if available:
        return [ok("pictures", "matplotlib is there")]
    return [ok("pictures", "/trend answers in text; the extra `charts` (matplotlib) draws")]
