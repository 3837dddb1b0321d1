"""Every catalogue says all that English says, in a form that Telegram and the reader can take."""

import re
import shutil
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po
from markupsafe import Markup

from bot.console.markup import parse as parse_html
from bot.console.rich import parse as parse_rich
from handlers import words
from handlers.buttons import Mark
from handlers.commands import COMMANDS, menu
from handlers.digest import period_names
from handlers.spoken import understood
from handlers.views.message import plain_text
from handlers.views.reader import Reader, ago, moment
from handlers.words import FALLBACK, choose, joined, languages, say, say_count
from news import pausing, period, query, quiet, schedule
from news.mutes import alternatives, term_of
from news.typed_addresses import as_address
from news.zones import zone_called

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)

LOCALES = Path(__file__).parents[2] / "handlers" / "locales"

TRANSLATED = tuple(code for code in languages() if code != FALLBACK)

QUOTES = {"en": ("“", "”"), "ja": ("「", "」"), "ko": ("“", "”")}
"""The quotation marks of a language; of one that is not here, any pair will do."""

LONG = {
    "query": "漢" * 24,
    "name": "漢" * 30,
    "number": "1,000",
    "headline": "漢" * 200,
    "outlets": "漢" * 50 + " +1,000",
    "step": "漢" * 16,
    "timezone": "漢" * 14,
    "sign": "⭐",
}
"""What is put into a sentence at its longest; buttons cut it to 24 and 30 characters."""

TOASTS = (
    *("page.first", "page.last"),
    *("story.gone", "saved.done", "saved.already", "saved.full", "marks.old", "mute.gone"),
    *(
        "marks.save",
        "marks.up",
        "marks.down",
        "marks.mute",
        "marks.share",
        "marks.again.save",
        "marks.again.up",
        "marks.again.down",
        "marks.sample",
        "mute.limit",
        "mute.pressed",
    ),
    *("mute.pressed_again", "vote.up", "vote.down", "vote.none", "menu.old", "access.admins"),
    *("access.channel", "access.closed", "fair.warning", "invite.over"),
)
"""Answers to a press that are shown over the chat."""

_BUTTON_CHARACTERS = 40
_BUTTON_COLUMNS = 40
_TOAST_CHARACTERS = 200
_MENU_CHARACTERS = 256
_CAPTION_CHARACTERS = 1024
_MESSAGE_CHARACTERS = 4096

_CODE = re.compile(r"<code>(.*?)</code>")
_TAG = re.compile(r"<[^>]*>")
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_COMMAND = re.compile(r"/[a-z]+")


def catalogue(language: str) -> Catalog:
    text = (LOCALES / language / "LC_MESSAGES" / "kawaraban.po").read_bytes()
    return read_po(text.decode().splitlines(keepends=True), locale=language, abort_invalid=True)


CATALOGUES = {language: catalogue(language) for language in languages()}


def messages(language: str) -> dict[str, Message]:
    """The sentences of a language by their keys."""
    return {
        str(message.id if isinstance(message.id, str) else message.id[0]): message
        for message in CATALOGUES[language]
        if message.id
    }


def forms(message: Message) -> tuple[str, ...]:
    """A sentence in all its plural forms."""
    said = message.string or ""
    return (said,) if isinstance(said, str) else tuple(said)


def pairs(language: str) -> Iterator[tuple[str, str, str]]:
    """Key, English and translation of each form; English is the one for several."""
    english = messages(FALLBACK)
    for key, message in messages(language).items():
        for form in forms(message):
            yield key, forms(english[key])[-1], form


def sentences(language: str) -> Iterator[tuple[str, str]]:
    """Key and text of each form."""
    for key, message in messages(language).items():
        for form in forms(message):
            yield key, form


def placeholders(sentence: str) -> set[str]:
    return set(_PLACEHOLDER.findall(sentence))


def spoken(sentence: str) -> str:
    """The letters of a sentence that are a translator's: no markup, examples, commands or what is put in."""
    for left_out in (_CODE, _TAG, _PLACEHOLDER, _COMMAND):
        sentence = left_out.sub(" ", sentence)
    return "".join(one for one in sentence if one.isalpha())


def columns(text: str) -> int:
    """How wide a text is, in Latin letters."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def test_english_japanese_and_korean_are_spoken() -> None:
    assert {"en", "ja", "ko"} <= set(languages())
    assert choose("ja-JP") == "ja"
    assert choose("ko") == "ko"
    assert choose("tlh") == "en"
    assert choose("ko_KR", "ja") == "ko"
    for unknown in ("zh-hans", "pt-br", "", None, "-", "x" * 5000):
        assert choose(unknown, "ja") == "ja"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_has_the_keys_of_english_in_its_order_and_no_others(language: str) -> None:
    english, translated = messages(FALLBACK), messages(language)
    assert [key for key in english if key not in translated] == []
    assert [key for key in translated if key not in english] == []
    assert list(translated) == list(english)
    counted = {key for key, message in english.items() if message.pluralizable}
    assert {key for key, message in translated.items() if message.pluralizable} == counted


@pytest.mark.parametrize("language", languages())
def test_no_sentence_is_empty_or_in_doubt(language: str) -> None:
    assert [key for key, text in sentences(language) if not text.strip()] == []
    assert [key for key, message in messages(language).items() if message.fuzzy] == []
    assert dict(CATALOGUES[language].obsolete) == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_left_in_english(language: str) -> None:
    same = [
        key
        for key, english, text in pairs(language)
        if spoken(english) and spoken(text) == spoken(english)
    ]
    assert same == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_put_in_is_what_is_put_into_english(language: str) -> None:
    wrong = {
        key: placeholders(text) ^ placeholders(english)
        for key, english, text in pairs(language)
        # A form for one may say "one" in words.
        if placeholders(text) | {"count"} != placeholders(english) | {"count"}
        or ("count" in placeholders(text)) > ("count" in placeholders(english))
    }
    assert wrong == {}
    for key, message in messages(language).items():
        assert "count" in placeholders(forms(message)[-1]) or "count" not in placeholders(
            forms(messages(FALLBACK)[key])[-1]
        ), key


@pytest.mark.parametrize("language", TRANSLATED)
def test_emphasis_and_examples_are_as_many_as_in_english(language: str) -> None:
    # Not in the same order: another language puts its words elsewhere.
    wrong = [
        key
        for key, english, text in pairs(language)
        if Counter(_TAG.findall(text)) != Counter(_TAG.findall(english))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", languages())
def test_telegram_takes_the_markup_of_every_sentence(language: str) -> None:
    for key, text in sentences(language):
        filled = _PLACEHOLDER.sub("x", text)
        if "<mark>" in filled:
            assert parse_rich(f"<p>{filled}</p>"), key
        else:
            assert parse_html(filled)[0], key


@pytest.mark.parametrize("language", languages())
def test_there_are_as_many_plural_forms_as_the_language_has(language: str) -> None:
    plural = get_plural(language)
    header = dict(CATALOGUES[language].mime_headers)["Plural-Forms"]
    assert f"nplurals={plural.num_plurals};" in header
    for key, message in messages(language).items():
        if message.pluralizable:
            assert len(forms(message)) == plural.num_plurals, key
    for count in (0, 1, 2, 5, 11, 21, 100):
        assert say_count("saved.title", count, language)


def test_a_quotation_within_a_quotation_has_marks_of_its_own() -> None:
    assert say("list.topic", "en", name="“rice prices”") == "“‘rice prices’”"
    assert say("list.topic", "ja", name="「北朝鮮 ミサイル」") == "「『北朝鮮 ミサイル』」"
    assert say("list.topic", "ko", name="“쌀값”") == "“‘쌀값’”"
    assert say("list.item", "ja", number=1, name="「米」") == "<b>1.</b> 「米」"


@pytest.mark.parametrize("language", languages())
def test_a_button_says_its_words_uncut_on_a_phone(language: str) -> None:
    for key, text in sentences(language):
        if not key.startswith("button."):
            continue
        words_alone = plain_text(_PLACEHOLDER.sub("", text))
        assert columns(words_alone) <= _BUTTON_COLUMNS, key
        filled = plain_text(text.format_map(LONG))
        assert len(filled) <= _BUTTON_CHARACTERS, key


@pytest.mark.parametrize("language", languages())
def test_the_menu_is_one_plain_line_for_each_command(language: str) -> None:
    entries = menu(language, admins=True)
    assert [entry.command for entry in entries] == [command.name for command in COMMANDS]
    for entry in entries:
        sentence = say(f"menu.{entry.command}", language)
        assert 1 <= len(entry.description) <= _MENU_CHARACTERS
        assert entry.description == str(sentence)
        assert "\n" not in sentence
        # What does not fit beside the command is hidden.
        assert columns(entry.description) <= _BUTTON_COLUMNS, entry.command


@pytest.mark.parametrize("language", languages())
def test_what_is_shown_over_the_chat_fits_there(language: str) -> None:
    for key in TOASTS:
        for form in forms(messages(language)[key]):
            shown = plain_text(form.format_map({"name": "漢" * 60, "count": "1,000"}))
            assert len(shown) <= _TOAST_CHARACTERS, key


@pytest.mark.parametrize("language", languages())
def test_what_stands_below_a_picture_fits_there(language: str) -> None:
    arguments = {**LONG, "query": "漢" * 256, "first": "Sep 30", "last": "Sep 30", "day": "Sep 30"}
    lines = [
        say_count("trend.total", 1000, language, **arguments),
        say_count("trend.peak", 1000, language, **arguments),
        say("trend.largest", language, when="12 months ago", **arguments),
        say("trend.bounded", language, **arguments),
    ]
    assert len(plain_text("\n".join(lines))) <= _CAPTION_CHARACTERS
    assert len(plain_text(say_count("export.done", 1000, language))) <= _CAPTION_CHARACTERS


@pytest.mark.parametrize("language", languages())
def test_the_help_fits_into_one_message(language: str) -> None:
    helps = [text for key, text in sentences(language) if re.fullmatch(r"help\.\w+", key)]
    assert len(plain_text("\n\n".join(helps))) <= _MESSAGE_CHARACTERS


@pytest.mark.parametrize("language", languages())
def test_a_command_in_a_sentence_can_be_pressed(language: str) -> None:
    # Telegram makes a link of it only where no letter, digit, "/", "<" or ">" stands beside it.
    names = {name for command in COMMANDS for name in (command.name, *command.aliases)}
    seen = 0
    for key, text in sentences(language):
        bare = plain_text(_PLACEHOLDER.sub("start", _CODE.sub(" ", text)))
        bare = re.sub(r"https?://\S+", " ", bare)
        for before, name, after in re.findall(r"([\w/<>]?)/([A-Za-z]+)([\w/<>]?)", bare):
            if name in names:
                seen += 1
                assert (before, after) == ("", ""), f"{key}: {before}/{name}{after}"
    assert seen > len(COMMANDS)


def _is_query_or_address(typed: str) -> bool:
    return as_address(typed) is not None or bool(query.parse(typed).text)


def _is_schedule(typed: str) -> bool:
    number, _, own = understood(typed).partition(" ")
    if number.isdecimal():
        return own in ("chat", "digest") or schedule.parse_for_one(own) is not None
    return bool(str(schedule.parse(understood(typed))))


def _is_muteable(typed: str) -> bool:
    words_alone = all(term_of(one) is not None for one in alternatives(typed))
    return typed.isdecimal() or as_address(typed) is not None or words_alone


FILLED = {
    "{number}": "3",
    "{address}": "https://a.example/feed",
    "{schedule}": "daily 08:00",
    "{place}": "Tokyo",
}
"""What may be put into an example."""

TAKEN: dict[str, Callable[[str], bool]] = {
    "latest": _is_query_or_address,
    "search": _is_query_or_address,
    "trend": _is_query_or_address,
    "subscribe": _is_query_or_address,
    "unsubscribe": _is_query_or_address,
    "mute": _is_muteable,
    "unmute": _is_muteable,
    "schedule": _is_schedule,
    "quiet": lambda typed: understood(typed) == "off" or quiet.parse(understood(typed)) is not None,
    "timezone": lambda typed: zone_called(typed, languages()) is not None,
    "digest": lambda typed: period.parse(typed, period_names(), MONDAY, "UTC") is not None,
    "privacy": lambda typed: typed == "export",
    "import": _is_query_or_address,
    "why": lambda typed: typed.isdecimal(),
    "pause": lambda typed: pausing.parse(understood(typed), MONDAY, "UTC") is not None,
    "channel": lambda typed: typed in ("@name", "off"),
    "invite": lambda typed: re.fullmatch(r"\d{1,4} \d{1,3}", typed) is not None,
    "ban": lambda typed: typed.isdecimal(),
    "unban": lambda typed: typed.isdecimal(),
    "layout": lambda typed: typed in ("classic", "newspaper"),
    "feeds": lambda typed: typed == "failing",
    "broadcast": lambda typed: bool(typed.strip()),
    "language": lambda typed: typed in languages(),
    "help": lambda typed: typed in {command.name for command in COMMANDS},
}
"""Whether a command takes what an example puts behind it; what it does not take may raise as well.

A new command that takes something gets its line here.
"""


@pytest.mark.parametrize("language", languages())
def test_every_example_works_as_it_is_shown(language: str) -> None:
    names = {command.name for command in COMMANDS}
    tried = Counter[str]()
    for key, text in sentences(language):
        for example in _CODE.findall(text):
            if key.startswith("query.example."):
                assert query.parse(plain_text(example)).text, key
                continue
            if not example.startswith("/"):
                assert _PLACEHOLDER.fullmatch(example), key
                continue
            filled = example
            for name, value in FILLED.items():
                filled = filled.replace(name, value)
            command, _, argument = plain_text(filled)[1:].partition(" ")
            assert command in names, f"{key}: {example}"
            assert not argument or TAKEN[command](argument), f"{key}: {example}"
            tried[command] += 1
    assert set(tried) == names


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_country_of_the_examples_is_one_that_the_query_language_knows(language: str) -> None:
    [example] = _CODE.findall(forms(messages(language)["follow.ask"])[0])
    assert query.parse(example.partition(" ")[2]).normal == "North Korea"


@pytest.mark.parametrize("language", languages())
def test_quotation_marks_are_those_of_the_language(language: str) -> None:
    for key, text in sentences(language):
        prose = _CODE.sub(" ", text)
        marks = [one for one in prose if one in "\"'“”„«»‹›‘「」『』"]
        if language in QUOTES:
            assert set(marks) <= set(QUOTES[language]), key
            opening, closing = QUOTES[language]
            assert marks == [opening, closing] * (len(marks) // 2), key
        assert not {'"', "'"} & set(marks), key


@pytest.mark.parametrize("language", languages())
def test_the_title_of_a_digest_is_a_bold_name_and_then_its_period(language: str) -> None:
    # The newspaper makes a masthead of the one and a line below it of the other.
    for key in ("digest.title", "digest.preview", "digest.period", "layout.title"):
        title = str(messages(language)[key].string)
        assert re.fullmatch(r"<b>[^<{]+</b> · [^<]*\{since\}[^<]*\{until\}[^<]*", title), key


def test_no_korean_particle_depends_on_what_is_put_in() -> None:
    # 은/는, 이/가, 을/를 … follow the last sound of a word, which nobody knows of a name.
    particle = re.compile(
        r"\}(?:</\w+>|[”)\]])*(?:은|는|이|가|을|를|과|와|으로|로|이에요|예요|이나|나|이라고|라고)\b"
    )
    found = [key for key, text in sentences("ko") if particle.search(text)]
    assert [key for key in found if not key.startswith("words.")] == []


def test_no_korean_particle_follows_a_command() -> None:
    # With a space it is no Korean, and without one Telegram makes no link of the command.
    particle = re.compile(r"/[a-z]+ ?(?:은|는|이|가|을|를|과|와|로|으로|에|에서|라고|처럼)\b")
    bare = ((key, _CODE.sub(" ", text)) for key, text in sentences("ko"))
    assert [key for key, text in bare if particle.search(text)] == []


@pytest.mark.parametrize("language", languages())
def test_the_help_says_what_each_sign_below_a_digest_means(language: str) -> None:
    signs = [say(f"mark.{mark.name.lower()}", language) for mark in Mark]
    parts = re.split("|".join(map(re.escape, signs)), say("help.marks", language))
    assert len(parts) == len(signs) + 1
    assert all(spoken(part) for part in parts)


def test_names_are_listed_as_the_language_does() -> None:
    names = ["a", "<b>", Markup("<i>c</i>")]
    assert joined(names, "en") == "a, &lt;b&gt;, and <i>c</i>"
    assert joined(names, "ja") == "a、&lt;b&gt;、<i>c</i>"
    assert joined(names, "ko") == "a, &lt;b&gt; 및 <i>c</i>"
    assert joined([], "en") == ""


def test_korean_and_japanese_keep_one_tone() -> None:
    formal = [
        key
        for key, text in sentences("ko")
        # What people may say is not said by the bot.
        if re.search(r"니다|니까", text) and not key.startswith(("words.", "when."))
    ]
    polite = re.compile(r"(?:です|ます|ました|ません|でした|ください|ましょう)か?$|[}>）]$")
    curt = [
        f"{key}: {sentence}"
        for key, text in sentences("ja")
        for sentence in re.findall(r"([^。？\n]+)[。？]", text)
        if not polite.search(sentence) and not sentence.endswith("でしょうか")
    ]
    assert (formal, curt) == ([], [])


def test_counts_are_written_as_the_language_groups_digits() -> None:
    assert "12,345 saved stories" in say_count("saved.title", 12_345, "en")
    assert "12,345件" in say_count("saved.title", 12_345, "ja")
    assert "12,345건" in say_count("saved.title", 12_345, "ko")


@pytest.mark.parametrize(
    ("language", "day", "age"),
    [("ja", "11月23日(月)", "3 時間前"), ("ko", "11월 23일 (월)", "3시간 전")],
)
def test_a_time_is_written_as_the_language_does(language: str, day: str, age: str) -> None:
    now = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    reader = Reader(language, "Asia/Tokyo", now)
    assert moment(now, reader).startswith(day)
    assert moment(now, reader).endswith("09:00")
    assert plain_text(ago(now - timedelta(hours=3), reader)) == age


@pytest.mark.parametrize(
    ("language", "words"), [("en", "just now"), ("ja", "たった今"), ("ko", "방금")]
)
@pytest.mark.parametrize("seconds", [0, 59, -1, -86_400])
def test_what_is_new_is_of_just_now_and_never_of_the_future(
    language: str, words: str, seconds: int
) -> None:
    shown = ago(MONDAY - timedelta(seconds=seconds), Reader(language, "Asia/Tokyo", MONDAY))
    assert plain_text(shown) == words
    [unix] = re.findall(r'unix="(\d+)"', shown)
    assert int(unix) <= MONDAY.timestamp()


def test_every_language_has_names_for_periods_and_none_means_two() -> None:
    names = [
        name.strip().casefold()
        for language in languages()
        for of in period.Name
        for name in plain_text(say(f"period.{of.value}", language)).split(",")
    ]
    assert len(set(names)) == len(names) == len(period_names())
    assert all(period.parse(name, period_names(), MONDAY, "UTC") for name in names)


@pytest.fixture
def half_translated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A language whose catalogue has one sentence, one without words, and none of the others."""
    shutil.copytree(LOCALES, tmp_path / "locales")
    folder = tmp_path / "locales" / "cy" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "kawaraban.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "button.undo"\nmsgstr "Dadwneud"\n\n'
        'msgid "button.keep"\nmsgstr ""\n',
        "utf-8",
    )
    caches = (words.languages, words._catalogue, words._template)
    monkeypatch.setattr(words, "files", lambda package: tmp_path)
    for cache in caches:
        cache.cache_clear()
    yield "cy"
    monkeypatch.undo()
    for cache in caches:
        cache.cache_clear()


def test_a_sentence_that_is_not_translated_yet_is_said_in_english(half_translated: str) -> None:
    assert say("button.undo", half_translated) == "Dadwneud"
    assert say("button.keep", half_translated) == "Keep it"
    assert say("page", half_translated, number=2) == "Page 2"
    assert say_count("newspaper.stories", 2, half_translated) == "2 stories"
    with pytest.raises(KeyError):
        say("no.such.sentence", half_translated)
