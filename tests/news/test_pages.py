"""Pages of articles: read where feeds say too little, as far as their sites allow."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from news import page, query, search, sites
from news.intake import Intake
from news.page_visits import ATTEMPTS, PAGES_AN_HOUR, PageReader
from news.poller import Poller
from news.worker import Worker
from storage import pages
from storage.records import Article

World = Any
Host = Any

SENTENCE = (
    "The ministers agreed on Monday that the talks would go on, though no date was named yet."
)
PICTURE = '<meta property="og:image" content="https://a.example/lead.jpg">'
DATED = '<meta property="article:published_time" content="2026-11-19T09:30:00+09:00">'


def article_page(text: str = f"<p>{SENTENCE}</p>" * 4, head: str = "") -> bytes:
    return (
        f"<!doctype html><html lang='en-GB'><head><title>Talks</title>{head}</head><body>"
        f"<nav><a href='/'>Home</a> <a href='/login'>Sign in</a></nav><article><h1>Talks go on</h1>"
        f"{text}</article><footer>© 2026 Subscribe to our newsletter</footer></body></html>"
    ).encode()


class Reader:
    """A feed that is followed and says little, and the reader of its pages."""

    def __init__(self, world: World, host: Host, rss: Any, item: Any, pages: PageReader) -> None:
        self.world, self.host, self.rss, self.item, self.pages = world, host, rss, item, pages
        self.sources = replace(
            world.sources, intake=Intake(world.database, world.sources.worker, read_pages=True)
        )
        self.items: list[str] = [item("0", link=f"{host.url}/0")]

    async def follow(self) -> None:
        self.host.serve("/feed", self.rss(*self.items))
        await self.world.chat(1, f"{self.host.url}/feed")
        await self.poll()

    async def poll(self) -> None:
        async with Poller(self.sources, "me", 4) as poller:
            await poller.poll_due()

    async def publish(self, count: int = 1, **said: str) -> None:
        """Let the feed bring new entries."""
        for _ in range(count):
            name = str(len(self.items))
            self.items.insert(0, self.item(name, link=f"{self.host.url}/{name}", **said))
        self.host.serve("/feed", self.rss(*self.items))
        self.world.clock.forward(days=1)
        await self.poll()

    async def article(self, title: str = "1") -> Article:
        found: list[Article] = await self.world.articles()
        return next(one for one in found if one.title == title)

    def asked(self) -> list[str]:
        return [asked.path for asked in self.host.asked if asked.path != "/feed"]


@pytest.fixture
async def reader(world: World, host: Host, rss: Any, item: Any) -> AsyncIterator[Reader]:
    async with Worker(attempts=1) as worker:
        reader = Reader(world, host, rss, item, PageReader(world.sources, worker, _raise))
        await reader.follow()
        yield reader


def _raise(error: Exception) -> None:
    raise error


async def test_the_page_gives_the_text_that_the_feed_does_not(reader: Reader) -> None:
    reader.host.serve("/1", article_page(), headers={"Content-Type": "text/html"})
    await reader.publish()
    assert (await reader.article()).text == ""
    assert await reader.pages.read_due() == 1
    found = await reader.article()
    assert found.text.startswith(SENTENCE)
    assert "newsletter" not in found.text
    assert "Home" not in found.text
    assert await reader.pages.read_due() == 0
    assert reader.asked() == ["/robots.txt", "/1"]


async def test_an_article_is_found_after_its_page_was_read_as_it_was_before(reader: Reader) -> None:
    reader.host.serve("/1", article_page(), headers={"Content-Type": "text/html"})
    await reader.publish(title="Floods hit the harbour", description="It rained all night.")
    looked_for = (query.parse("flooding"), query.parse("flooding lang:en"))

    async def found() -> list[int]:
        now = reader.world.clock()
        async with reader.world.database.read() as tx:
            return [len(await search.newest(tx, one, now, limit=5)) for one in looked_for]

    assert await found() == [1, 1]
    assert await reader.pages.read_due() == 1
    assert await found() == [1, 1]


async def test_pages_are_left_alone_where_the_feed_says_enough_or_nobody_reads(
    reader: Reader, rss: Any, item: Any
) -> None:
    await reader.publish(description=SENTENCE * 8)
    assert await reader.pages.read_due() == 0
    # The catalogue is polled for everybody, but nobody follows this outlet or a topic that it writes on.
    other = await reader.world.new_host()
    other.serve("/feed", rss("a"))
    await reader.world.enlist(f"{other.url}/feed")
    await reader.poll()
    other.serve("/feed", rss(item("b", link=f"{other.url}/b"), "a"))
    reader.world.clock.forward(days=1)
    await reader.poll()
    assert await reader.pages.read_due() == 0
    assert reader.asked() == []


async def test_what_a_feed_held_at_its_first_visit_is_not_read(reader: Reader) -> None:
    assert await reader.pages.read_due() == 0


@pytest.mark.parametrize(
    ("robots", "read"),
    [
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /1$", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: kawaraban\nAllow: /", True),
        ("User-agent: Kawaraban\nDisallow: /*1\n", False),
        ("User-agent: other\nDisallow: /", True),
        ("<html>Not a robots.txt</html>", True),
        ("\x00\xff" * 50, True),
    ],
)
async def test_robots_txt_is_obeyed(reader: Reader, robots: str, read: bool) -> None:
    reader.host.serve("/robots.txt", robots)
    reader.host.serve("/1", article_page(), headers={"Content-Type": "text/html"})
    await reader.publish()
    assert await reader.pages.read_due() == 1
    assert ("/1" in reader.asked()) is read
    assert bool((await reader.article()).text) is read


async def test_where_robots_txt_can_not_be_read_nothing_is_until_it_can(reader: Reader) -> None:
    robots = reader.host.serve("/robots.txt", status=503)
    reader.host.serve("/1", article_page(), headers={"Content-Type": "text/html"})
    await reader.publish()
    assert await reader.pages.read_due() == 0
    assert reader.asked() == ["/robots.txt"]
    robots.status, robots.body = 200, b""
    reader.world.clock.forward(hours=3)
    assert await reader.pages.read_due() == 1
    assert reader.asked()[-2:] == ["/robots.txt", "/1"]


async def test_a_429_for_robots_txt_pauses_the_host_and_is_no_fault_of_its_feed(
    reader: Reader,
) -> None:
    reader.host.serve("/robots.txt", status=429, headers={"Retry-After": "200000"})
    await reader.publish()
    await reader.pages.read_due()
    reader.world.clock.forward(days=2)
    await reader.poll()
    feed = await reader.world.feed(f"{reader.host.url}/feed")
    assert feed.failures == 0
    reader.world.clock.forward(days=1)
    before = len(reader.host.asked)
    await reader.poll()
    assert len(reader.host.asked) > before


async def test_redirects_within_a_host_count_as_one_page(reader: Reader) -> None:
    for number in range(1, PAGES_AN_HOUR + 1):
        reader.host.serve(f"/{number}", status=301, headers={"Location": f"/{number}/"})
    await reader.publish(PAGES_AN_HOUR)
    for _ in range(8):
        await reader.pages.read_due()
    assert len([path for path in reader.asked() if path.endswith("/")]) == PAGES_AN_HOUR


async def test_robots_txt_is_asked_for_once_a_day(reader: Reader) -> None:
    await reader.publish(3)
    await reader.pages.read_due()
    assert reader.asked().count("/robots.txt") == 1
    await reader.publish()
    await reader.pages.read_due()
    assert reader.asked().count("/robots.txt") == 2


async def test_a_redirect_to_another_site_obeys_that_sites_robots_txt(reader: Reader) -> None:
    there = await reader.world.new_host()
    there.serve("/robots.txt", "User-agent: *\nDisallow: /")
    there.serve("/a", article_page(), headers={"Content-Type": "text/html"})
    reader.host.serve("/1", status=302, headers={"Location": f"{there.url}/a"})
    await reader.publish()
    assert await reader.pages.read_due() == 1
    assert (await reader.article()).text == ""


async def test_a_host_gives_so_many_pages_an_hour_and_no_more(reader: Reader) -> None:
    await reader.publish(PAGES_AN_HOUR + 5)
    for _ in range(8):
        await reader.pages.read_due()
    assert len(reader.asked()) == 1 + PAGES_AN_HOUR
    reader.world.clock.forward(minutes=59)
    await reader.pages.read_due()
    assert len(reader.asked()) == 1 + PAGES_AN_HOUR
    reader.world.clock.forward(minutes=2)
    await reader.pages.read_due()
    assert len(reader.asked()) == 1 + PAGES_AN_HOUR + 5


async def test_a_page_is_tried_a_few_times_while_its_host_is_in_trouble_and_then_never(
    reader: Reader,
) -> None:
    reader.host.serve("/1", status=500)
    await reader.publish()
    for _ in range(ATTEMPTS + 2):
        await reader.pages.read_due()
        reader.world.clock.forward(days=1)
    assert reader.asked().count("/1") == ATTEMPTS


async def test_a_page_that_is_not_there_or_is_no_page_is_asked_for_once(reader: Reader) -> None:
    reader.host.serve("/2", b"%PDF-1.7", headers={"Content-Type": "application/pdf"})
    await reader.publish(2)
    assert await reader.pages.read_due() == 2
    reader.world.clock.forward(days=1)
    assert await reader.pages.read_due() == 0
    assert (await reader.article("2")).text == ""


async def test_a_429_for_a_page_pauses_the_host_for_its_feeds_too(reader: Reader) -> None:
    reader.host.serve("/1", status=429, headers={"Retry-After": "200000"})
    await reader.publish()
    await reader.pages.read_due()
    before = len(reader.host.asked)
    reader.world.clock.forward(days=2)
    await reader.pages.read_due()
    await reader.poll()
    assert len(reader.host.asked) == before
    reader.world.clock.forward(days=1)
    await reader.poll()
    assert len(reader.host.asked) > before


@pytest.mark.parametrize(
    ("head", "headers"),
    [
        ('<meta name="robots" content="noindex, nosnippet">', {}),
        ("", {"X-Robots-Tag": "nosnippet"}),
        ("", {"X-Robots-Tag": "otherbot: noindex, kawaraban: NoSnippet"}),
        ('<meta name="ROBOTS" content="NOSNIPPET">', {}),
        ('<meta name="robots" content="index"><meta name="kawaraban" content="none">', {}),
        ('<meta name="robots" content="max-snippet: 0">', {}),
        ('<meta name="robots" content="noarchive nosnippet">', {}),
    ],
)
async def test_a_page_that_wants_no_excerpts_gives_none(
    reader: Reader, head: str, headers: dict[str, str]
) -> None:
    served = article_page(head=head)
    reader.host.serve("/1", served, headers={"Content-Type": "text/html", **headers})
    await reader.publish()
    assert await reader.pages.read_due() == 1
    assert (await reader.article()).text == ""


@pytest.mark.parametrize(
    "directives",
    ["", "noindex", "otherbot: nosnippet", "max-snippet:50", "unavailable_after: none"],
)
def test_other_directives_are_none_of_our_business(directives: str) -> None:
    assert not page.keeps_back(directives, "Kawaraban")


async def test_a_site_that_is_led_to_is_asked_for_its_robots_txt_before_its_page(
    reader: Reader,
) -> None:
    there = await reader.world.new_host()
    there.serve("/robots.txt", "User-agent: *\nDisallow: /")
    there.serve("/a", article_page(), headers={"Content-Type": "text/html"})
    reader.host.serve("/1", status=302, headers={"Location": f"{there.url}/a"})
    await reader.publish()
    await reader.pages.read_due()
    assert [asked.path for asked in there.asked] == ["/robots.txt"]


async def test_trouble_of_our_database_lets_go_of_no_page(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = await reader.world.new_host()
    there.serve("/a", article_page(), headers={"Content-Type": "text/html"})
    reader.host.serve("/1", status=302, headers={"Location": f"{there.url}/a"})
    await reader.publish()
    unheard = PageReader(reader.world.sources, reader.world.sources.worker)
    grant = pages.grant

    async def trip(tx: Any, host: str, *more: Any) -> Any:
        if host == there.address:
            raise OperationalError("UPDATE", {}, Exception("database is locked"))
        return await grant(tx, host, *more)

    with monkeypatch.context() as broken:
        broken.setattr(pages, "grant", trip)
        assert await unheard.read_due() == 0
    reader.world.clock.forward(minutes=16)
    assert await unheard.read_due() == 1
    assert (await reader.article()).text.startswith(SENTENCE)


async def test_a_page_dates_an_article_that_its_feed_does_not(reader: Reader) -> None:
    served = article_page(head=DATED)
    for path in ("/1", "/2"):
        reader.host.serve(path, served, headers={"Content-Type": "text/html"})
    await reader.publish()
    await reader.publish(pubDate="Thu, 19 Nov 2026 12:00:00 GMT")
    await reader.pages.read_due()
    assert (await reader.article("1")).published_at == datetime(2026, 11, 19, 0, 30, tzinfo=UTC)
    assert (await reader.article("2")).published_at == datetime(2026, 11, 19, 12, tzinfo=UTC)


async def test_a_hostile_page_or_robots_txt_costs_that_page_alone(reader: Reader) -> None:
    reader.host.serve("/robots.txt", "User-agent: *\nDisallow: " + "/*a" * 3000 + "b$")
    reader.host.serve("/1", b"<div>" * 400_000, headers={"Content-Type": "text/html"})
    await reader.publish(2)
    reader.host.serve("/2", article_page(), headers={"Content-Type": "text/html"})
    assert await reader.pages.read_due() == 2
    assert (await reader.article("2")).text.startswith(SENTENCE)


def test_a_page_of_nothing_but_tags_is_over_soon() -> None:
    began = time.monotonic()
    attributes = b"<p " + b"".join(b"a%d='' " % n for n in range(100_000)) + b">"
    for body in (b"<div>" * 1_900_000, b"<p>x</p>" * 9_000, attributes):
        page.read(body, "https://a.example/")
        sites.announced(body, "https://a.example/")
    # It would be minutes; the machine may be busy.
    assert time.monotonic() - began < 20


# ── what a page says ─────────────────────────────────────────────────────────────────────────────


def test_a_page_tells_text_picture_language_and_date() -> None:
    found = page.read(article_page(head=PICTURE + DATED), "https://a.example/1")
    assert found.text.count(SENTENCE) >= 1
    assert found.image_url == "https://a.example/lead.jpg"
    assert found.language == "en"
    assert found.published_at == datetime(2026, 11, 19, 0, 30, tzinfo=UTC)


def test_a_page_is_in_the_language_of_its_text_whatever_its_site_declares() -> None:
    text = "<p>" + "外務省は二十日、両国の協議を来週も続けることで合意したと発表した。" * 6 + "</p>"
    assert page.read(article_page(text), "https://a.example/1").language == "ja"
    assert page.read(article_page(""), "https://a.example/1").language == ""


def test_headers_for_others_and_for_all_are_told_apart() -> None:
    assert page.keeps_back("googlebot: noarchive\nnosnippet", "Kawaraban")
    assert not page.keeps_back("googlebot: noarchive, nosnippet", "Kawaraban")


def test_a_picture_that_is_spelt_out_hides_neither_text_nor_feeds() -> None:
    picture = f"<img src='data:image/jpeg;base64,{'A' * 80_000}'>"
    link = "<link rel=alternate type=application/rss+xml href=/feed>"
    served = article_page(f"{picture}<p>{SENTENCE}</p>" * 3, head=link)
    assert page.read(served, "https://a.example/").text.startswith(SENTENCE)
    assert len(sites.announced(served, "https://a.example/")) == 1


def test_a_picture_that_is_not_served_safely_is_none() -> None:
    for address in ("http://a.example/1.jpg", "javascript:alert(1)", "data:image/png,x", ""):
        head = f'<meta property="og:image" content="{address}">'
        assert page.read(article_page(head=head), "https://a.example/1").image_url == ""
    head = '<meta property="og:image" content="/lead.jpg">'
    found = page.read(article_page(head=head), "https://a.example/1")
    assert found.image_url == "https://a.example/lead.jpg"


def test_a_japanese_page_in_its_own_charset_is_read() -> None:
    text = "<p>" + "外務省は二十日、両国の協議を来週も続けることで合意したと発表した。" * 6 + "</p>"
    body = f"<html lang='ja'><body><article>{text}</article></body></html>".encode("cp932")
    found = page.read(body, "https://a.example/1", "text/html; charset=Shift_JIS")
    assert found.text.startswith("外務省は二十日")


def test_headings_do_not_run_into_sentences() -> None:
    found = page.read(
        article_page(f"<h2>What was said</h2><p>{SENTENCE}</p>" * 3), "https://a.example/"
    )
    assert "What was said" not in found.text


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_whatever_comes_is_read_as_something(body: bytes) -> None:
    found = page.read(body, "https://a.example/1")
    assert len(found.text) <= 8000


@given(st.binary(max_size=200), st.text("abc/*$?%", max_size=20))
def test_any_robots_txt_says_yes_or_no(robots: bytes, path: str) -> None:
    assert page.may_read(robots, f"https://a.example/{path}", "Kawaraban") in (True, False)
