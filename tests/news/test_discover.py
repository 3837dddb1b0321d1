"""From what a person types to what can be followed: forms, pages, places, lists, channels."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news import follow, importing, opml
from news.discover import MAX_PLACES, FoundFeed, FoundSeveral, discover
from news.errors import FetchFailed, NoFeedFound
from news.feed import complete, parse
from news.outcomes import Choice, Followed, Imported
from news.sites import announced, apple_podcast, known_form
from news.text import squeeze
from storage import chats, feeds
from storage.records import Failure, ListedFeed

World = Any
Host = Any


@pytest.mark.parametrize(
    ("typed", "feed"),
    [
        (
            "https://www.youtube.com/channel/UCupvZG-5ko_eiXAupbDfxWw",
            "https://www.youtube.com/feeds/videos.xml?channel_id=UCupvZG-5ko_eiXAupbDfxWw",
        ),
        (
            "https://youtube.com/playlist?list=PL1",
            "https://www.youtube.com/feeds/videos.xml?playlist_id=PL1",
        ),
        ("https://www.youtube.com/user/nhk", "https://www.youtube.com/feeds/videos.xml?user=nhk"),
        ("https://old.reddit.com/r/korea/new", "https://www.reddit.com/r/korea/.rss"),
        ("https://www.reddit.com/user/someone", "https://www.reddit.com/user/someone/.rss"),
        ("https://mastodon.example/@someone", "https://mastodon.example/@someone.rss"),
        ("https://bsky.app/profile/a.example", "https://bsky.app/profile/a.example/rss"),
        ("https://github.com/python/cpython", "https://github.com/python/cpython/releases.atom"),
        ("https://github.com/a/b/commits/main", "https://github.com/a/b/commits/main.atom"),
        ("https://gitlab.com/a/b/c", "https://gitlab.com/a/b/c/-/releases.atom"),
        ("https://someone.substack.com/p/piece", "https://someone.substack.com/feed"),
        ("https://medium.com/@someone", "https://medium.com/feed/@someone"),
        ("https://someone.wordpress.com", "https://someone.wordpress.com/feed/"),
        ("https://someone.blogspot.com/2026", "https://someone.blogspot.com/feeds/posts/default"),
        ("https://someone.tumblr.com/", "https://someone.tumblr.com/rss"),
        ("https://news.ycombinator.com/", "https://news.ycombinator.com/rss"),
        ("https://arxiv.org/list/cs.AI/recent", "https://rss.arxiv.org/rss/cs.AI"),
        (
            "https://podcasts.apple.com/jp/podcast/x/id1200361736",
            "https://itunes.apple.com/lookup?id=1200361736&entity=podcast",
        ),
        (
            "https://news.google.com/search?q=north+korea&hl=en",
            "https://news.google.com/rss/search?q=north+korea&hl=en",
        ),
        (
            "https://news.google.com/topics/CAA?hl=ja",
            "https://news.google.com/rss/topics/CAA?hl=ja",
        ),
        ("https://t.me/durov/123", "https://t.me/s/durov"),
        ("https://www.youtube.com/@handle", None),
        ("https://someone.substack.com/feed", None),
        ("https://a.example/feed", None),
        ("https://github.com/features/actions", None),
    ],
)
def test_addresses_of_well_known_sites_stand_for_their_feeds(typed: str, feed: str | None) -> None:
    assert known_form(typed) == feed


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_address_has_a_known_form_or_none(host: str, path: str) -> None:
    found = known_form(f"https://{host}/{path}")
    assert found is None or found.startswith("https://")


PAGE = """<!doctype html><html><head><base href="/blog/">
<link rel="stylesheet" href="x.css">
<link rel="alternate" type="application/rss+xml" title="Comments on all" href="/comments/feed">
<link rel="alternate" type="application/rss+xml" title="News &amp; views" href="feed.xml">
<link rel="ALTERNATE" type="application/atom+xml; charset=utf-8" href="https://b.example/atom">
<link rel="alternate" type="application/json+oembed" href="/oembed">
<link rel="alternate" hreflang="ja" href="/ja"><link rel="alternate" type="application/rss+xml" href="javascript:x">
</head><body></body></html>"""


def test_a_page_announces_feeds_in_its_head_and_headers_comments_last() -> None:
    header = '</h.xml>; rel="alternate"; type="application/rss+xml"; title="H", <x>; rel=next'
    found = announced(PAGE.encode(), "https://a.example/x/", header)
    assert [(one.url, one.title) for one in found] == [
        ("https://a.example/blog/feed.xml", "News & views"),
        ("https://b.example/atom", ""),
        ("https://a.example/h.xml", "H"),
        ("https://a.example/comments/feed", "Comments on all"),
    ]


async def test_a_page_with_one_feed_is_followed_through_it(
    world: World, host: Host, rss: Any
) -> None:
    page = "<link rel='alternate' type='application/rss+xml' href='/feed'><link rel='alternate' type='application/rss+xml' title='Comments' href='/c'>"
    host.serve("/", page)
    host.serve("/feed", rss("one"))
    chat = await world.chat()
    found = await follow.follow_address(world.sources, chat.id, f"{host.url}/", 9)
    assert isinstance(found, Followed)
    assert [asked.path for asked in host.asked] == ["/", "/feed"]
    assert (await world.feed(f"{host.url}/feed")).visited_at is not None


async def test_a_page_with_many_feeds_shows_them_and_counts_the_others(
    world: World, host: Host
) -> None:
    link = "<link rel=alternate type=application/rss+xml title='Part {0}' href='/{0}'>"
    host.serve("/", "".join(link.format(n) for n in range(37)))
    found = await discover(world.sources, f"{host.url}/")
    assert isinstance(found, FoundSeveral)
    assert [one.title for one in found.candidates] == [f"Part {n}" for n in range(30)]
    assert found.more == 7


async def test_a_page_with_several_feeds_gives_a_choice_that_can_be_followed(
    world: World, host: Host, rss: Any
) -> None:
    links = "".join(
        f"<link rel=alternate type=application/rss+xml title='Part {n}' href='/{n}'>" for n in "ab"
    )
    host.serve("/", links)
    host.serve("/b", rss("one", title="B itself"))
    chat = await world.chat()
    choice = await follow.follow_address(world.sources, chat.id, f"{host.url}/", 9)
    assert isinstance(choice, Choice)
    assert [name for _, name in choice.feeds] == ["Part a", "Part b"]
    followed = await follow.follow_chosen(world.sources, chat.id, choice.feeds[1][0], 9)
    assert followed.name == "B itself"
    assert [asked.path for asked in host.asked] == ["/", "/b"]
    assert await world.poll() == []
    async with world.database.write() as tx:
        world.clock.forward(days=8)
        await feeds.prune_unwanted(tx, world.clock())
        assert [feed.url for feed in await feeds.every(tx, wanted=False)] == [f"{host.url}/b"]


async def test_a_silent_site_is_asked_at_the_usual_places_until_one_is_a_feed(
    world: World, host: Host, rss: Any
) -> None:
    host.serve("/", "<html>nothing here</html>")
    host.serve("/feed.xml", rss("one"))
    found = await discover(world.sources, f"{host.url}/")
    assert isinstance(found, FoundFeed)
    assert found.url == f"{host.url}/feed.xml"
    assert [asked.path for asked in host.asked] == ["/", "/feed", "/rss", "/feed.xml"]


async def test_where_nothing_is_found_the_reader_learns_what_was_tried(
    world: World, host: Host
) -> None:
    host.serve("/about", "<html></html>")
    with pytest.raises(NoFeedFound) as caught:
        await discover(world.sources, f"{host.url}/about")
    assert caught.value.tried[0] == f"{host.url}/about"
    assert len(caught.value.tried) == 1 + MAX_PLACES == len(host.asked)


async def test_a_host_that_asks_to_be_left_alone_is_not_asked_for_the_next_place(
    world: World, host: Host
) -> None:
    host.serve("/", "<html></html>")
    host.serve("/feed", status=429)
    with pytest.raises(NoFeedFound):
        await discover(world.sources, f"{host.url}/")
    assert len(host.asked) == 2
    with pytest.raises(FetchFailed) as caught:
        await discover(world.sources, f"{host.url}/feed")
    assert caught.value.failure is Failure.BUSY


async def test_a_rule_that_does_not_fit_a_site_does_not_hide_its_page(
    world: World, host: Host, rss: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.serve("/@someone", "<link rel=alternate type=application/rss+xml href='/feed'>")
    host.serve("/feed", rss("one"))
    monkeypatch.setattr("news.sites.known_form", lambda url: url + ".rss")
    found = await discover(world.sources, f"{host.url}/@someone")
    assert isinstance(found, FoundFeed)
    assert [asked.path for asked in host.asked] == ["/@someone.rss", "/@someone", "/feed"]


def test_apples_answer_names_the_podcasts_feed() -> None:
    answer = {"results": [{"feedUrl": "https://a.example/podcast.xml"}]}
    assert apple_podcast(json.loads(json.dumps(answer))) == "https://a.example/podcast.xml"
    odd: Any
    for odd in ([], {}, {"results": []}, {"results": [{"feedUrl": "file:///x"}]}, {"results": 1}):
        assert apple_podcast(odd) is None


def test_a_public_channel_of_telegram_is_read_from_its_preview() -> None:
    post = (
        '<div class="tgme_widget_message" data-post="agency/{n}"><div class="tgme_widget_message_text">'
        "<b>Headline {n}</b><br>More &amp; more</div><time datetime='2026-11-20T0{n}:00:00+00:00'></time></div>"
    )
    picture = '<div class="tgme_widget_message" data-post="agency/9"></div>'
    body = (
        '<div class="tgme_channel_info_header_title"><span>The Agency</span></div>'
        + post.format(n=1)
        + picture
        + post.format(n=2)
    )
    parsed = parse(body.encode(), "https://t.me/s/agency")
    assert (parsed.title, parsed.reader) == ("The Agency", "telegram")
    entries = [complete(entry) for entry in parsed.entries]
    assert [(entry.title, entry.url) for entry in entries] == [
        ("Headline 2 More & more", "https://t.me/agency/2"),
        ("Headline 1 More & more", "https://t.me/agency/1"),
    ]
    assert entries[0].published_at is not None
    with pytest.raises(FetchFailed):
        parse(b"<html>If you have Telegram, you can contact</html>", "https://t.me/s/person")


# ── lists ────────────────────────────────────────────────────────────────────────────────────────


async def test_the_address_of_a_list_is_followed_as_a_whole_up_to_the_limit(
    world: World, host: Host
) -> None:
    outlines = [ListedFeed(f"https://a.example/{n}", f"Feed {n}", "F") for n in range(7)]
    document = opml.write(outlines, "Mine").replace(
        b"</body>", b"<outline text='odd' xmlUrl='ftp://x'/></body>"
    )
    host.serve("/mine.opml", document)
    chat = await world.chat()
    found = await follow.follow_address(world.sources, chat.id, f"{host.url}/mine.opml", 5)
    assert isinstance(found, Imported)
    assert (found.followed, found.already, found.over_limit) == (5, 0, 2)
    assert [(line.name, line.reason) for line in found.rejected] == [("odd", "address")]
    again = await follow.follow_address(world.sources, chat.id, f"{host.url}/mine.opml", 9)
    assert isinstance(again, Imported)
    assert (again.followed, again.already, again.over_limit) == (2, 5, 0)
    async with world.database.read() as tx:
        names = [item.name for item in await chats.subscriptions_of(tx, chat.id)]
    assert names == [outline.title for outline in outlines]


async def test_five_thousand_outlines_are_followed_with_progress(world: World) -> None:
    listed = opml.read(
        opml.write([ListedFeed(f"https://a.example/{n}", "") for n in range(5000)], "Large")
    )
    seen: list[int] = []
    chat = await world.chat()
    result = await importing.import_list(
        world.database, chat.id, listed, 10_000, world.clock(), seen.append
    )
    assert result.followed == 5000
    assert seen == list(range(100, 5001, 100))


_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="/\ufffe\uffff"),
    max_size=20,
).map(lambda text: " ".join(text.split()))


@given(
    st.lists(
        st.builds(
            ListedFeed,
            st.integers(0, 10**6).map(lambda n: f"https://a.example/{n}?a=1&b=<2>"),
            _TEXT.filter(bool),
            st.lists(_TEXT.filter(bool), max_size=3).map("/".join),
        ),
        unique_by=lambda outline: outline.url,
        max_size=8,
    )
)
def test_what_is_written_is_read_back_equal(outlines: list[ListedFeed]) -> None:
    read = opml.read(opml.write(outlines, "List")).outlines
    wanted = [
        ListedFeed(one.url, squeeze(one.title), "/".join(map(squeeze, one.folder.split("/"))))
        for one in outlines
    ]
    assert sorted(read, key=str) == sorted(wanted, key=str)


def test_old_and_broken_lists_are_read_as_far_as_they_go() -> None:
    old = b"""<opml version="1.0"><body><outline text="R&D <b>" type="rss" xmlurl="http://a.example/?a=1&b=2"/>"""
    assert [one.url for one in opml.read(old).outlines] == ["http://a.example/?a=1&b=2"]
    cut = opml.write([ListedFeed(f"https://a.example/{n}", f"F {n}", "Box") for n in range(5)], "L")
    found = opml.read(cut[: cut.index(b"a.example/3")])
    assert [one.url for one in found.outlines] == [f"https://a.example/{n}" for n in range(3)]
    twice = opml.read(
        b"<opml><body><outline xmlUrl='https://a.example/'/>\n"
        b"<outline title='again' xmlUrl='https://a.example/'/><outline xmlUrl=''/></body></opml>"
    )
    assert [(line.line, line.name, line.reason) for line in twice.rejected] == [
        (2, "again", "twice"),
        (2, "", "address"),
    ]
