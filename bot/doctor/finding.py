"""What a check finds, and how checks are made: side by side, none for longer than it may take."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How something is."""

    OK = "ok"
    WARNING = "warning"
    """It works, and may not for long, or not as one might think."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """How one thing is."""

    check: str
    """What was looked at, in a word."""
    verdict: Verdict
    said: str
    """One line, without secrets."""
    mend: str = ""
    """What to do about it; empty if nothing need be done."""


def ok(check: str, said: str) -> Finding:
    """All is well."""
    return Finding(check, Verdict.OK, said)


def warning(check: str, said: str, mend: str) -> Finding:
    """Not all is well."""
    return Finding(check, Verdict.WARNING, said, mend)


def wrong(check: str, said: str, mend: str) -> Finding:
    """It can't work like that."""
    return Finding(check, Verdict.WRONG, said, mend)


async def examine(
    checks: Mapping[str, Awaitable[Sequence[Finding]]], seconds: float
) -> tuple[Finding, ...]:
    """Make all checks at the same time; the findings in the order of the checks."""
    found = await asyncio.gather(
        *(_bounded(name, check, seconds) for name, check in checks.items())
    )
    return tuple(finding for findings in found for finding in findings)


async def _bounded(
    name: str, check: Awaitable[Sequence[Finding]], seconds: float
) -> Sequence[Finding]:
    try:
        return await asyncio.wait_for(check, seconds)
    except TimeoutError:
        return [wrong(name, f"no answer within {seconds:.0f} s", "see whether it is overloaded")]
    except Exception as error:  # noqa: BLE001 - one check's trouble must not hide what the others found
        kind = type(error).__name__
        return [wrong(name, f"could not be checked ({kind})", "report this: it is our mistake")]
