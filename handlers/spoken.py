"""Times as people write them in any of our languages, in the English words that `news` reads: "매일 8시" → "daily 8:00".

The words are in the catalogues, those of all languages count in every chat. Days of the week come from Babel.
"""

import re
from collections.abc import Mapping
from functools import cache

from babel.dates import get_day_names

from handlers.words import FALLBACK, languages, listed
from news.schedule import DAYS
from news.text import normalise, squeeze

_UNITS = {
    "clock": "o'clock",
    "minutes": "min",
    "hours": "hours",
    "days": "days",
    "weeks": "weeks",
    "months": "months",
    "years": "years",
    "times": "times",
}
"""What stands behind a number."""

_WORDS = {
    "a_day": "1 days",
    "a_week": "1 weeks",
    "a_month": "1 months",
    "daily": "daily",
    "weekdays": "weekdays",
    "weekends": "weekends",
    "weekly": "weekly",
    "biweekly": "biweekly",
    "monthly": "monthly",
    "hourly": "hourly",
    "every": "every",
    "twice": "twice",
    "half": "half",
    "am": "am",
    "pm": "pm",
    "dawn": "dawn",
    "morning": "morning",
    "every_morning": "daily morning",
    "afternoon": "afternoon",
    "evening": "evening",
    "every_evening": "daily evening",
    "night": "night",
    "every_night": "daily night",
    "noon": "noon",
    "midnight": "midnight",
    "last_day": "last day",
    "from": "-",
    "and": " ",
    "around": " ",
    "until": " ",
    "now": " ",
    "tomorrow": "tomorrow",
    "next_week": "next week",
    "a_while": "a while",
    "on": "on",
    "off": "off",
    "instant": "instant",
    "chat": "chat",
}
"""The keys of words, and what they are in English."""

_RHYTHMS = {key: _WORDS[key] for key in ("daily", "weekly", "monthly", "hourly")}

_WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
"""Letters of languages in which one word may stand right beside the next one."""

_REORDERED = (
    (re.compile(r"(?<![\d:.])(\d{1,2}) ?o'clock ?half\b"), r"\1:30"),
    (re.compile(r"(?<![\d:.])(\d{1,2}) ?o'clock ?(\d{2}) ?min\b"), r"\1:\2"),
    (re.compile(r"(?<![\d:.])(\d{1,2}) ?o'clock ?(\d) ?min\b"), r"\1:0\2"),
    (re.compile(r"(?<![\d:.])(\d{1,2}) ?o'clock"), r"\1:00"),
    (re.compile(r"\b(\d{1,2}) (hours|days|weeks|months|years|min) every\b"), r"every \1 \2"),
    (re.compile(r"\b1 days (twice|\d{1,2} times)\b"), r"daily \1"),
    (re.compile(r"\b1 (day|week|month)s 1 times\b"), r"every \1"),
    (re.compile(r"\b(noon|midnight) 12:00\b"), r"\1"),
    (re.compile(r"\bmidnight (\d{1,2}:)"), r"night \1"),
)
"""What English says in another order."""


def understood(typed: str) -> str:
    """What was typed, with the words for days and times in English; other words stay as they are."""
    text = _numbers().sub(lambda found: _number_words()[found[1]], normalise(squeeze(typed)))
    text = squeeze(_pattern().sub(_in_english, text))
    for pattern, english in _REORDERED:
        text = pattern.sub(english, text)
    # What ends in "from" has no end; a sign before a number says that it is none of ours.
    return text.rstrip("- ").lstrip()


def numbered(typed: str) -> tuple[str, str] | None:
    """A number of a list that something begins with, "3", "#3" or "3番", and what stands behind it, as `understood`.

    None where a number begins something else: right before a unit, as in "3日ごと", it counts.
    """
    found = _numbered().fullmatch(normalise(squeeze(typed)))
    return None if found is None else (found[1], understood(found[2] or ""))


@cache
def _numbered() -> re.Pattern[str]:
    counters = [
        normalise(word) for language in _others() for word in listed("when.counter", language)
    ]
    behind = "|".join(map(re.escape, sorted(counters, key=len, reverse=True)))
    return re.compile(rf"(?:number |no\.? ?|#)?(\d{{1,4}})(?:[.:,]|{behind})?(?: (.+))?")


def _in_english(found: re.Match[str]) -> str:
    word = found[0]
    before = found.string[: found.start()]
    counted = before[-1:].isdigit() or (len(word) > 1 and before[-2:-1].isdigit())
    english = _units().get(word) if counted else None
    if english is None:
        english = _words().get(word)
    return word if english is None else f" {english} "


@cache
def _pattern() -> re.Pattern[str]:
    """Every word, the longest first."""
    known = sorted({*_units(), *_words()}, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(_bounded, known)))


def _bounded(word: str) -> str:
    if word in _rhythms() and any(word.startswith(unit) for unit in _units()):
        # "日ごと" is "daily", "3日ごと" is not.
        return rf"(?<!\d){re.escape(word)}"
    if _WITHOUT_SPACES.search(word):
        return re.escape(word)
    return rf"(?<![^\W\d_]){re.escape(word)}(?![^\W\d_])"


@cache
def _numbers() -> re.Pattern[str]:
    """A number in words right before a unit."""
    numbers = sorted(_number_words(), key=len, reverse=True)
    units = "|".join(map(re.escape, sorted(_units(), key=len, reverse=True)))
    return re.compile(rf"({'|'.join(map(re.escape, numbers))}) ?(?={units})")


@cache
def _number_words() -> Mapping[str, str]:
    """The numbers from 1 on that the catalogues have words for, in digits."""
    return {
        normalise(word): str(number)
        for language in _others()
        for number, word in enumerate(listed("when.numbers", language), start=1)
    }


@cache
def _rhythms() -> Mapping[str, str]:
    return _said(_RHYTHMS)


@cache
def _units() -> Mapping[str, str]:
    return _said(_UNITS)


@cache
def _words() -> Mapping[str, str]:
    names: dict[str, str] = {}
    for language in _others():
        endings = ("", *listed("when.day_endings", language))
        for width in ("wide", "abbreviated"):
            for place, name in get_day_names(width, locale=language).items():
                names.update((normalise(f"{name}{end}"), DAYS[place]) for end in endings)
    return {**names, **_said(_WORDS)}


def _said(keys: Mapping[str, str]) -> dict[str, str]:
    return {
        normalise(word): english
        for language in _others()
        for key, english in keys.items()
        for word in listed(f"when.{key}", language)
    }


def _others() -> list[str]:
    """English stays as it is; its entries show what the others are to say."""
    return [language for language in languages() if language != FALLBACK]
