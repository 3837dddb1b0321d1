"""What somebody means who writes words instead of a command: "help", "subscribe rice", "ニュース", "stop", "hi".

The words are in the catalogues, those of all languages count in every chat.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from handlers.spoken import understood
from handlers.views.languages import code_of, names_in
from handlers.views.message import plain_text
from handlers.words import languages, listed, say
from news import pausing, query, quiet, schedule
from news.errors import BadQuery, BadQuiet, BadSchedule
from news.lexemes import OPERATORS
from news.text import normalise, squeeze
from news.zones import zone_called
from storage.records import Layout

STOP, HELLO, THANKS = "stop", "hello", "thanks"
"""What is meant that is no command."""

_MEANINGS = ("help", "cancel", "settings", "latest", "subscriptions", "resume", STOP, HELLO, THANKS)

_WITH_OBJECTS = ("subscribe", "unsubscribe", "search", "mute", "unmute", "schedule", "pause")
"""Commands whose words in the catalogues may stand before or behind what they are about."""

_KANA = re.compile("[ぁ-ヿ]")

_HIRAGANA = "ぁ-ゖ"

_ENDING = "-"
"""What a catalogue writes before a word that stands right behind another."""

_PARTICLES = {"을": True, "과": True, "를": False, "와": False}
"""What Korean puts right behind a word, and whether that word then ends in a consonant."""

_TOPIC = "\0"
"""Stands for the topic in what a catalogue says."""

_AROUND = " !?.,…~！？。、～·"
"""What may stand around words that mean something."""

_ANYTHING_BEHIND = ("subscribe", "unsubscribe", "search", "trend", "mute", "unmute")
"""Commands that are meant whatever stands behind their names; the others begin many a headline."""


def meant(typed: str, commands: Mapping[str, str]) -> tuple[str, str] | None:
    """A command and what stands behind it, or one of the other meanings; None for words that mean themselves.

    `commands` are the names that may be meant, with those that they stand for.
    """
    words = squeeze(typed)
    whole = _plain(words)
    if whole in commands:
        return commands[whole], ""
    meaning = _meanings().get(whole) or _languages_meant().get(whole)
    if meaning is not None:
        return meaning
    for asked, topic in _framed(words.strip(_AROUND), _command_frames()):
        if asked in _ANYTHING_BEHIND or takes(asked, topic):
            return asked, topic
    first, _, rest = words.lstrip("/").partition(" ")
    command = commands.get(first.casefold())
    if command is None or not rest:
        return None
    helps = command == "help" and rest.lstrip("/").casefold() in commands
    if not (helps or command in _ANYTHING_BEHIND or takes(command, rest)):
        return None
    # As it was typed, with its line ends.
    return command, typed.split(maxsplit=1)[1]


def without_news(typed: str) -> str:
    """Words without those that only say that news is meant: "North Korea" of "news about North Korea"; empty if there are none."""
    return next((topic for _, topic in _framed(squeeze(typed), _frames())), "")


def topic_alone(wanted: query.Query) -> query.Query | None:
    """Likewise of what is looked for; None if that is all of it, or says too little."""
    typed = without_news(wanted.text)
    if not typed:
        return None
    try:
        alone = query.parse(typed)
    except BadQuery:
        return None
    return alone if query.positive(alone.tree) else None


def better_said(wanted: query.Query) -> query.Query | None:
    """What somebody may have meant by words that are nowhere: without the word "news", or with operators; None if nothing else."""
    return topic_alone(wanted) or with_operators(wanted)


def better_said_in(topic: str) -> query.Query:
    """Likewise, or the topic as it is. Raises BadQuery."""
    wanted = query.parse(topic)
    return better_said(wanted) or wanted


def with_operators(wanted: query.Query) -> query.Query | None:
    """As with "rice AND wheat" for "rice and wheat"; None if no such word stands between others, or they are quoted."""
    if not isinstance(wanted.tree, query.Phrase) or wanted.tree.literal:
        return None
    found = operators_in(wanted.text)
    if found == wanted.text:
        return None
    try:
        return query.parse(found)
    except BadQuery:
        return None


def operators_in(typed: str) -> str:
    """What was typed with operators in the place of the words for them: "1 AND 2" for "1 and 2"."""
    operators = _operators()

    def in_capitals(word: re.Match[str]) -> str:
        said = word[0].casefold()
        if said in operators:
            return f" {operators[said]} "
        ends = _may_end(word.string[: word.start()], said)
        return f" {operators[_ENDING + said]} " if ends else word[0]

    return squeeze(_between().sub(in_capitals, typed))


def takes(command: str, words: str) -> bool:
    """Whether a command would understand these words."""
    try:
        match command:
            case "schedule":
                schedule.parse(understood(words))
                return True
            case "quiet":
                quiet.parse(understood(words))
                return True
            case "pause":
                return pausing.says_when(understood(words))
    except (BadSchedule, BadQuiet):
        return False
    match command:
        case "timezone":
            return zone_called(words, languages()) is not None
        case "language":
            return code_of(words) is not None
        case "forget":
            return says_yes(words) is not None
        case "layout":
            return layout_called(words) is not None or says_yes(words) is not None
    return False


def _plain(words: str) -> str:
    return _folded(words).strip(_AROUND)


def _folded(words: str) -> str:
    return words.casefold().replace("'", "’")


def says_yes(typed: str) -> bool | None:
    """Whether somebody says yes, in any language; False for a no, None for anything else."""
    return _yes_and_no().get(_plain(squeeze(typed)))


def means_all(typed: str) -> bool:
    """Whether somebody means everything that there is in a list, in any language."""
    everything = {word for language in languages() for word in listed("words.all", language)}
    return squeeze(typed).casefold().strip("*.") in ("", *everything)


def means_none(typed: str) -> bool:
    """Whether somebody says that there shall be none of something, as settings do in any language."""
    none = {_folded(plain_text(say("settings.none", language))) for language in languages()}
    return _plain(squeeze(typed)) in none


def layout_called(typed: str) -> Layout | None:
    """The layout that somebody names, in any language; None if they name none."""
    return _layouts().get(_plain(squeeze(typed)))


@cache
def _yes_and_no() -> Mapping[str, bool]:
    return {
        word: yes
        for key, yes in (("words.yes", True), ("words.no", False))
        for language in languages()
        for word in listed(key, language)
    }


@cache
def _layouts() -> Mapping[str, Layout]:
    return {
        word: layout
        for layout in Layout
        for language in languages()
        for word in listed(f"words.{layout.value}", language)
    }


@cache
def _meanings() -> Mapping[str, tuple[str, str]]:
    alone = {
        word: (meaning, "")
        for meaning in _WITH_OBJECTS
        for language in languages()
        for word in listed(f"words.{meaning}", language, topic=_TOPIC)
        if _TOPIC not in word
    }
    return (
        alone
        | {
            word: (meaning, "")
            for meaning in _MEANINGS
            for language in languages()
            for word in listed(f"words.{meaning}", language)
        }
        | {word: ("cancel", "") for word, yes in _yes_and_no().items() if not yes}
    )


@cache
def _languages_meant() -> Mapping[str, tuple[str, str]]:
    """What asks for a language: its name for itself, and what a catalogue says with its names for all of them."""
    found: dict[str, tuple[str, str]] = {}
    for spoken in languages():
        for code, names in names_in(spoken).items():
            found |= {
                _folded(asked): ("language", code)
                for name in names
                for asked in listed("words.language", spoken, language=name)
            }
        found |= {_folded(name): ("language", spoken) for name in names_in(spoken)[spoken]}
    return found


_Frame = tuple[str, str, str]
"""What stands before and behind a topic, and what is meant by it."""


def _framed(words: str, frames: Sequence[_Frame]) -> Iterator[tuple[str, str]]:
    """What words may mean, with the topic in them."""
    folded = _folded(words)
    if len(folded) != len(words):
        return
    for before, behind, meaning in frames:
        if folded.startswith(before) and folded.endswith(behind):
            topic = words[len(before) : len(words) - len(behind)].strip()
            whole = len(before) + len(behind) < len(words) and _may_end(topic, behind)
            if whole and topic:
                yield meaning, topic


def _may_end(word: str, behind: str) -> bool:
    """Whether what stands right behind a word can belong to it, as 을 in "쌀을" can, and in "마을" can't."""
    consonant = _PARTICLES.get(behind[:1])
    if consonant is None or not "가" <= word[-1:] <= "힣":
        return True
    return ((ord(word[-1]) - ord("가")) % 28 > 0) == consonant


def _frames_of(*meanings: str) -> tuple[_Frame, ...]:
    """The longest first."""
    frames = {
        (before, behind, meaning)
        for meaning in meanings
        for language in languages()
        for frame in listed(f"words.{meaning}", language, topic=_TOPIC)
        if _TOPIC in frame
        for before, _, behind in [_folded(frame).partition(_TOPIC)]
    }
    return tuple(sorted(frames, key=lambda frame: (-len(frame[0]) - len(frame[1]), frame)))


@cache
def small_words() -> frozenset[str]:
    """Words that say nothing of what is looked for, normalised."""
    said = (listed("words.small", language) for language in languages())
    return frozenset(normalise(word) for some in said for word in some)


@cache
def _operators() -> Mapping[str, str]:
    said = {
        word: operator
        for operator in ("AND", "OR")
        for language in languages()
        for word in listed(f"words.{operator.lower()}", language)
    }
    return {**said, **{operator.lower(): operator for operator in OPERATORS}}


@cache
def _between() -> re.Pattern[str]:
    """The words for operators where they stand between others, with spaces where the language has them."""
    words = sorted(_operators(), key=lambda word: (-len(word), word))
    return re.compile("|".join(map(_standing, words)), re.IGNORECASE)


def _standing(word: str) -> str:
    if word.startswith(_ENDING):
        # Behind one syllable, it is more often a part of the word, unless there are but two of them.
        ending = re.escape(word.removeprefix(_ENDING))
        return rf"(?<=\w\w){ending}(?=\s)|(?<=^\w){ending}(?=\s\w$)"
    if len(word) == 1 and _KANA.match(word):
        # Among other hiragana, it is more often a part of a word.
        return rf"(?<=[^\s{_HIRAGANA}]){word}(?=[^\s{_HIRAGANA}])"
    if _KANA.match(word):
        return rf"(?<=\S){word}(?=\S)"
    return rf"(?<=\s){re.escape(word)}(?=\s)"


@cache
def _frames() -> tuple[_Frame, ...]:
    """What stands around a topic where news is asked for."""
    return _frames_of("news")


@cache
def _command_frames() -> tuple[_Frame, ...]:
    """What stands around what a command is about."""
    return _frames_of(*_WITH_OBJECTS)
