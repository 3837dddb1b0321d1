"""The rules of the house that no library checks: pure rooms, one table of commands, documented settings."""

import ast
import re
from pathlib import Path

import pytest

from bot.settings import Settings
from handlers.commands import COMMANDS
from handlers.views.message import plain_text
from handlers.words import say
from storage.schema import metadata

ROOT = Path(__file__).parent.parent

PURE = [
    "storage/records.py",
    "storage/counts.py",
    "news/addresses.py",
    "news/arrivals.py",
    "news/boilerplate.py",
    "news/dates.py",
    "news/digest.py",
    "news/document.py",
    "news/errors.py",
    "news/feed.py",
    "news/feed_lists.py",
    "news/opml.py",
    "news/outcomes.py",
    "news/pace.py",
    "news/page.py",
    "news/pictures.py",
    "news/aboutness.py",
    "news/indexing.py",
    "news/languages.py",
    "news/lexemes.py",
    "news/markup.py",
    "news/mutes.py",
    "news/matching.py",
    "news/openings.py",
    "news/numbers.py",
    "news/phrases.py",
    "news/places.py",
    "news/rarity.py",
    "news/ranking.py",
    "news/proofreading.py",
    "news/related.py",
    "news/sentences.py",
    "news/query.py",
    "news/quiet.py",
    "news/wanted.py",
    "news/zone_names.py",
    "news/zones.py",
    "news/schedule.py",
    "news/sites.py",
    "news/stories.py",
    "news/story_board.py",
    "news/story_likeness.py",
    "news/story_shelf.py",
    "news/story_vectors.py",
    "news/summary.py",
    "news/taste.py",
    "news/text.py",
    "news/topics.py",
    "news/trend.py",
    "news/turns.py",
    "news/crowd.py",
    "news/wall_clock.py",
    "news/writer.py",
    "handlers/belonging_buttons.py",
    "handlers/button_numbers.py",
    "handlers/buttons.py",
    "handlers/page_buttons.py",
    "handlers/links.py",
    "handlers/seals.py",
    "handlers/menu_buttons.py",
    "handlers/admin_buttons.py",
    "handlers/words.py",
    "bot/limits.py",
    "bot/verdicts.py",
    *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "handlers/views").glob("*.py"))),
]


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_awaits_nothing_and_asks_neither_clock_nor_environment(room: str) -> None:
    tree = ast.parse((ROOT / room).read_text("utf-8"))
    breaches = [
        f"{room}:{node.lineno}: {ast.unparse(node)[:60]}"
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncFunctionDef | ast.Await)
        or (
            isinstance(node, ast.Attribute)
            and node.attr in ("now", "utcnow", "today", "environ", "getenv")
            and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "reader"))
        )
    ]
    assert breaches == []


def test_every_package_file_that_only_marks_a_package_is_empty() -> None:
    found = [
        path
        for floor in ("bot", "handlers", "news", "storage")
        for path in (ROOT / floor).rglob("__init__.py")
    ]
    assert [path for path in found if path.read_text()] == []


def test_no_file_is_named_for_nothing_in_particular() -> None:
    drawers = re.compile(r"(utils?|helpers?|manager|common|misc)$")
    files = [
        path
        for floor in ("bot", "handlers", "news", "storage")
        for path in (ROOT / floor).rglob("*.py")
    ]
    assert [path for path in files if drawers.search(path.stem)] == []


def test_no_name_stands_for_two_commands() -> None:
    names = [name for command in COMMANDS for name in (command.name, *command.aliases)]
    assert len(names) == len(set(names))


def test_every_command_has_its_help_its_example_and_its_place_in_the_menu() -> None:
    for command in COMMANDS:
        for key in (
            f"help.{command.name}",
            f"help.example.{command.name}",
            f"menu.{command.name}",
            command.group,
        ):
            assert plain_text(say(key, "en"))


def test_every_sentence_that_the_code_asks_for_is_in_the_catalogue_and_no_other() -> None:
    catalogue = (ROOT / "handlers/locales/en/LC_MESSAGES/kawaraban.po").read_text("utf-8")
    known = set(re.findall(r'^msgid "([^"]+)"', catalogue, re.MULTILINE))
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "handlers").rglob("*.py"))
    asked = {key for key in re.findall(r'"([a-z_]+(?:\.[a-z_]+)*)"', code) if key in known}
    # Keys that are put together: their beginnings stand in the code.
    begun = set(re.findall(r'f"([a-z_]+(?:\.[a-z_]+)*\.)\{', code))
    begun |= {"follow.topic", "follow.feed"}
    unused = {key for key in known - asked if not any(key.startswith(start) for start in begun)}
    assert unused == set()
    for key in re.findall(r'(?:say|say_count|label)\(\s*"([^"]+)"', code):
        assert key in known


def test_every_setting_is_in_the_example_with_its_default() -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    shown = dict(re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE))
    assert set(shown) == {name.upper() for name in Settings.model_fields}
    filled = {name.lower(): value for name, value in shown.items() if value}
    assert Settings(_env_file=None, **filled) == Settings(_env_file=None)


def test_every_setting_and_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for name in Settings.model_fields:
        assert f"`{name.upper()}`" in readme
    for command in COMMANDS:
        assert f"/{command.name}" in readme


def test_every_direct_dependency_is_explained() -> None:
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    explained = (ROOT / "docs/dependencies.md").read_text("utf-8")
    named = re.findall(r'^    "([a-z0-9-]+)[\[>=]', project, re.MULTILINE)
    assert len(named) > 15
    for name in named:
        assert f"`{name}`" in explained


_HTTP = re.compile(
    r"^\s*(?:import|from) (aiohttp|httpx|httpcore|requests|urllib\.request|urllib3|http\.client|niquests"
    r"|curl_cffi|pycurl|websockets)\b"
    r"|^\s*from (?:urllib|http) import .*\b(request|client)\b"
    r"|\b(fetch_url|open_connection|create_connection|urlopen)\(",
    re.MULTILINE,
)
"""What reaches the web, by whatever door."""


def test_only_the_ways_to_feeds_and_to_telegram_are_clients_and_only_two_rooms_are_servers() -> (
    None
):
    found = {
        (str(path.relative_to(ROOT)), next(filter(None, match.groups())))
        for floor in ("bot", "handlers", "news", "storage")
        for path in (ROOT / floor).rglob("*.py")
        for match in _HTTP.finditer(path.read_text("utf-8"))
    }
    assert found == {
        ("news/fetch.py", "aiohttp"),
        ("bot/sample/newsroom.py", "aiohttp"),
        ("bot/web.py", "aiohttp"),
        ("bot/telegram_http.py", "aiohttp"),
    }
    for server in ("bot/sample/newsroom.py", "bot/web.py"):
        assert "ClientSession" not in (ROOT / server).read_text("utf-8")


@pytest.mark.parametrize(
    "breach",
    [
        "import httpx",
        "from urllib import request",
        "    import urllib.request",
        "from http import client",
        "trafilatura.fetch_url(url)",
        "await asyncio.open_connection(host, 80)",
    ],
)
def test_another_door_would_be_found(breach: str) -> None:
    assert _HTTP.search(f"x = 1\n{breach}\n")


def test_every_table_has_a_primary_key() -> None:
    assert [table.name for table in metadata.sorted_tables if not table.primary_key.columns] == []
