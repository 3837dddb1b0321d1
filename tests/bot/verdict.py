"""What a Telegram's account says of a bot that was killed and lied to: what it lost, repeated and mixed up."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.console.limits import Accepted, Limits, Refused, Window

_ROUNDING = 1e-6
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What went wrong; all zero if nothing did, but for repeats, of which each doubt excuses one."""

    expected: int
    """Messages that were to arrive."""
    lost: int
    repeated: int
    """Arrivals of a message that was there already."""
    most_repeats: int
    """In one chat."""
    misplaced: int
    """Messages that came before one that was to come earlier in their chat."""
    unknown: int
    """Messages that nobody was to get."""
    too_fast: int
    """Messages that were taken beyond what the limits allow in any stretch of time."""
    deserved_429: int
    """429s because the bot was too fast."""
    disobeyed_429: int
    """Messages that left after the bot had been told to wait."""


def verdict(
    expected: Mapping[int, Sequence[str]],
    accepted: Iterable[Accepted],
    refused: Iterable[Refused],
    limits: Limits,
    moved: Mapping[int, int] | None = None,
) -> Verdict:
    """Judge. `expected` are the contents for each chat, in order, no two the same in a chat.

    `moved` tells which chat stands behind the new id of one that migrated.
    """
    home = moved or {}
    accepted = list(accepted)
    came: defaultdict[int, list[str]] = defaultdict(list)
    for message in accepted:
        came[home.get(message.chat_id, message.chat_id)].append(message.content)
    lost = repeated = most = misplaced = unknown = 0
    for chat in expected.keys() | came.keys():
        places = {content: place for place, content in enumerate(expected.get(chat, ()))}
        found = [places[content] for content in came[chat] if content in places]
        times = Counter(found)
        lost += len(places) - len(times)
        repeated += len(found) - len(times)
        most = max(most, len(found) - len(times))
        misplaced += sum(after < before for before, after in pairwise(found))
        unknown += len(came[chat]) - len(found)
    causes = Counter(one.cause for one in refused)
    return Verdict(
        expected=sum(map(len, expected.values())),
        lost=lost,
        repeated=repeated,
        most_repeats=most,
        misplaced=misplaced,
        unknown=unknown,
        too_fast=too_fast(accepted, limits),
        deserved_429=causes["limit"],
        disobeyed_429=causes["halted"],
    )


def too_fast(accepted: Iterable[Accepted], limits: Limits) -> int:
    """How many messages came too soon for some window; looks at the account alone, not at what was refused."""
    overall: defaultdict[bool, list[float]] = defaultdict(list)
    chats: defaultdict[int, list[float]] = defaultdict(list)
    for message in accepted:
        overall[message.paid].append(message.at)
        chats[message.chat_id].append(message.at)
    total = _breaches(overall[False], limits.overall) + _breaches(overall[True], limits.paid)
    for chat, times in chats.items():
        total += _breaches(times, limits.private if chat > 0 else limits.group)
    return total


def _breaches(times: Sequence[float], windows: Iterable[Window]) -> int:
    return sum(
        last - first < window.seconds - _ROUNDING
        for window in windows
        for first, last in zip(times, times[window.count :], strict=False)
    )
