"""A digest on the command line, run as `kawaraban digest …` on a database that something was taken in."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from markupsafe import Markup
from sqlalchemy import select

from bot.__main__ import main
from bot.composer import compose_due
from bot.console import rich
from bot.console.markup import parse
from bot.digest import as_text
from handlers.views.message import View, plain_text
from storage.database import Database, open_database
from storage.schema import metadata

TITLES = (
    "North Korea fires a missile",
    "North Korea & Japan talk of rice",
    "Pyongyang celebrates its day",
    "Rice is dear in Osaka",
    "Nothing happens in Oslo",
)


@pytest.fixture
def kawaraban(
    sqlite_url: str,
    clock: Any,
    press: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., tuple[int, str, str]]:
    """Run `digest preview` on a database with some articles: exit code, output, complaints."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("DEFAULT_TIMEZONE", "Asia/Tokyo")
    monkeypatch.setattr("bot.digest.utc_now", clock)

    async def fill() -> None:
        database = await open_database(sqlite_url)
        for title in TITLES:
            await press.publish(database, title.replace("&", "&amp;"))
            clock.forward(hours=1)
        await database.close()

    asyncio.run(fill())

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["digest", "preview", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_a_preview_is_text_with_its_links_shown(kawaraban: Any) -> None:
    code, said, complaints = kawaraban("--topic", "north korea", "--topic", "rice", "--since", "7d")
    assert (code, complaints) == (0, "")
    title, *_ = said.splitlines()
    assert title == "What came in · Sat, Nov 14, 02:00 – Sat, Nov 21, 02:00"
    assert "◆ north korea\n" in said
    assert "North Korea fires a missile <https://example.org/1>\n" in said
    assert "Rice is dear in Osaka <https://example.org/4>\n" in said
    assert "Oslo" not in said
    # A story of both topics is told once.
    assert said.count("North Korea & Japan talk of rice") == 1
    assert "&amp;" not in said


def test_what_an_outlet_wrote_does_not_steer_the_terminal() -> None:
    link = Markup('👍 <a href="{}">{}</a>!\nnext')
    view = View(link.format("https://a.example/?a=1&b=2", "\x9b31m<b>\x1b[2J👍"))
    assert as_text(view) == "👍 31m<b>[2J👍 <https://a.example/?a=1&b=2>!\nnext"


def test_as_html_it_is_what_telegram_is_sent(kawaraban: Any) -> None:
    _, classic, _ = kawaraban("--topic", "north korea", "--format", "html")
    shown, entities = parse(classic)
    assert "North Korea & Japan talk of rice" in shown
    assert {one.get("url") for one in entities} >= {"https://example.org/1"}
    _, paper, _ = kawaraban("--topic", "north korea", "--format", "html", "--layout", "newspaper")
    rich.parse(paper.strip())
    assert "<h1>" in paper
    assert "North Korea fires a missile" in plain_text(paper)


def test_as_json_it_says_of_each_story_what_gave_it_its_place(kawaraban: Any) -> None:
    _, said, _ = kawaraban(
        *("--topic", "north korea", "--feed", "1", "--since", "2026-11-20", "--format", "json"),
        *("--timezone", "new york"),
    )
    found = json.loads(said)
    assert found["since"] == "2026-11-20T00:00:00-05:00"
    assert found["until"] == "2026-11-20T12:00:00-05:00"
    assert [(one["kind"], one["name"]) for one in found["sections"]] == [
        ("topic", "north korea"),
        ("feed", "Example"),
    ]
    items = [item for section in found["sections"] for item in section["items"]]
    assert (len(items), found["left_out"]) == (5, 0)
    [first] = [item for item in items if item["headline"] == TITLES[0]]
    assert first["url"] == "https://example.org/1"
    assert first["outlets"] == ["Example"]
    assert first["summary"] == "A summary."
    assert first["first_at"] == first["newest_at"] == "2026-11-20T07:00:00-05:00"
    assert first["update"] is False
    for item in items:
        grounds = item["grounds"]
        assert set(grounds) == {
            *("reports", "outlets", "aboutness", "freshness", "centrality", "taste", "importance")
        }
        assert 0 < grounds["importance"] <= 1


def test_of_more_than_the_limit_the_rest_is_counted(kawaraban: Any) -> None:
    _, said, _ = kawaraban("--feed", "1", "--limit", "3", "--format", "json")
    found = json.loads(said)
    assert [len(section["items"]) for section in found["sections"]] == [3]
    assert found["left_out"] == 2


def test_it_is_the_digest_that_a_chat_gets(
    kawaraban: Any, sqlite_url: str, clock: Any, press: Any, settle_chat: Any
) -> None:
    async def told() -> str:
        database = await open_database(sqlite_url)
        await settle_chat(database, 1, clock)
        clock.forward(minutes=1)
        for title in ("North Korea opens a museum", "North Korea closes a museum of rice"):
            await press.publish(database, title)
        clock.forward(hours=2)
        await compose_due(database, clock())
        async with database.read() as tx:
            texts = [row.text for row in await tx.execute(select(metadata.tables["outbox"]))]
        await database.close()
        return "\n".join(texts)

    pushed = plain_text(asyncio.run(told()))
    _, previewed, _ = kawaraban(
        *("--topic", "North Korea", "--since", "3h", "--timezone", "UTC", "--format", "html")
    )
    stories = [text.partition("\n")[2] for text in (pushed, plain_text(previewed).strip())]
    assert "museum of rice" in stories[0]
    # A chat has buttons below it, and is told what their signs mean.
    assert stories[0].partition("\n\nBelow: ⭐")[0] == stories[1]


def test_it_changes_nothing(kawaraban: Any, sqlite_url: str) -> None:
    async def everything() -> dict[str, list[Any]]:
        database: Database = await open_database(sqlite_url)
        async with database.read() as tx:
            rows = {
                name: sorted(map(repr, await tx.execute(select(table))))
                for name, table in metadata.tables.items()
                if name != "search_rows"
            }
        await database.close()
        return rows

    before = asyncio.run(everything())
    for format in ("text", "json"):
        kawaraban("--topic", "north korea", "--topic", "unheard of", "--format", format)
    assert asyncio.run(everything()) == before


def test_it_works_while_the_bot_has_the_database(kawaraban: Any, sqlite_url: str) -> None:
    async def meanwhile() -> tuple[int, str, str]:
        database = await open_database(sqlite_url)
        answer: tuple[int, str, str] = await asyncio.to_thread(kawaraban, "--topic", "rice")
        await database.close()
        return answer

    code, said, _ = asyncio.run(meanwhile())
    assert code == 0
    assert "Rice is dear" in said


def test_a_feed_is_named_by_its_number_or_its_address(kawaraban: Any) -> None:
    [one, other] = [kawaraban("--feed", name) for name in ("1", "https://example.org/feed")]
    assert one == other
    assert "Nothing happens in Oslo" in one[1]
    code, said, complaint = kawaraban("--feed", "77")
    assert (code, said) == (1, "")
    assert complaint == "kawaraban: --feed: there is no feed 77; see `kawaraban feeds list`\n"


def test_where_there_is_nothing_it_says_so(kawaraban: Any) -> None:
    code, said, _ = kawaraban("--topic", "unheard of", "--since", "24h")
    assert (code, len(said.splitlines())) == (0, 1)
    assert "Nothing" in said
    _, said, _ = kawaraban("--topic", "unheard of", "--format", "json")
    assert json.loads(said)["sections"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), ("--topic or --feed",)),
        (("--topic", "kim AND ("), ("--topic: “kim AND (”, character 9: ", "closed", "rice")),
        (("--topic", "since:7d"), ("--topic: “since:7d”: ", "only a time")),
        (("--topic", "rice", "--since", "soon"), ("--since: “soon”", "24h, 7d, 2w")),
        (("--topic", "rice", "--since", "7d rice"), ("--since: “7d rice”",)),
        (("--topic", "rice", "--since", "2099-01-01"), ("--since: “2099-01-01”", "before now")),
        (("--topic", "rice", "--timezone", "Tokio"), ("--timezone: “Tokio”", "Asia/Tokyo")),
        (("--topic", "rice", "--limit", "0"), ("--limit: “0”", "1 to 100")),
        (("--topic", "rice", "--limit", "many"), ("--limit: “many”",)),
        (("--topic", "rice", "--layout", "newspaper"), ("--layout", "--format html")),
        (("--topic", "rice") * 201, ("201 are too many", "MAX_SUBSCRIPTIONS")),
    ],
)
def test_an_option_that_can_not_be_is_one_line_that_names_it_and_what_would_be_right(
    kawaraban: Any, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    code, said, complaint = kawaraban(*arguments)
    assert (code, said) == (2, "")
    assert complaint.startswith("kawaraban: --")
    assert complaint.count("\n") == 1
    for part in words:
        assert part in complaint


@pytest.mark.parametrize("option", ["--language", "--format", "--layout"])
def test_a_choice_that_there_is_not_is_used_wrongly(kawaraban: Any, option: str) -> None:
    with pytest.raises(SystemExit) as ended:
        kawaraban("--topic", "rice", option, "xx")
    assert ended.value.code == 2
