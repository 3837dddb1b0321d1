"""Which time zone data is in use."""

import zoneinfo
from hashlib import blake2b
from importlib import resources
from pathlib import Path

_NO_RULES = frozenset({"localtime", "Factory"})
"""The machine's own zone, which no chat can have, and a stand-in for none."""


def rules_version() -> str:
    """A fingerprint of the rules of all zones, 16 hexadecimal digits: another one where any file is another.

    It is taken of the files that zoneinfo reads: the system's (or PYTHONTZPATH's) first, then those of the
    package tzdata. A version number would tell less: the system states none that can be relied on, and zones
    can come from both. zoneinfo keeps what it has read, so this is meant for the start of a process.
    Raises OSError if a file can't be read.
    """
    fingerprint = blake2b(digest_size=8)
    for name in sorted(zoneinfo.available_timezones() - _NO_RULES):
        rules = _file(name)
        fingerprint.update(f"{name} {len(rules)} ".encode())
        fingerprint.update(rules)
    return fingerprint.hexdigest()


def _file(name: str) -> bytes:
    for root in zoneinfo.TZPATH:
        path = Path(root, name)
        if path.is_file():
            return path.read_bytes()
    *folders, last = name.split("/")
    package = ".".join(("tzdata.zoneinfo", *folders))
    return resources.files(package).joinpath(last).read_bytes()
