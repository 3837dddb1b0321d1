"""Which articles tell one story, what is said of it, and where it stands."""

from datetime import UTC, datetime, timedelta

import pytest

from news.digest import decide
from news.opml import BadOpml, read
from news.stories import Arrival, Board, lead, outlets
from news.summary import MAX_CHARACTERS, summarise
from news.text import words
from storage.records import (
    Article,
    ArticleId,
    Candidate,
    ChatId,
    FeedId,
    Headline,
    Kind,
    ListedFeed,
    Story,
    StoryId,
    Subscription,
    SubscriptionId,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TALKS = "Tokyo seeks talks with Pyongyang in Singapore, told no summit"


def arrival(feed: int, title: str, url: str = "", days: float = 0) -> Arrival:
    return Arrival(FeedId(feed), url, words([title]), NOW - timedelta(days=days))


def assign(arrivals: list[Arrival], known: list[Headline]) -> tuple[int, ...]:
    board = Board()
    board.learn(known)
    return board.assign(arrivals, [], NOW)


def test_nearly_the_same_headline_elsewhere_is_the_same_story() -> None:
    found = assign([arrival(1, TALKS), arrival(2, TALKS.replace("told", "is told"))], [])
    assert found == (0, 0)


def test_the_same_page_is_the_same_story_whatever_it_is_called() -> None:
    url = "https://a.example/1"
    assert assign([arrival(1, "One title", url), arrival(2, "Quite another", url)], []) == (0, 0)


@pytest.mark.parametrize(
    "other",
    [
        arrival(2, "Seoul seeks talks with Beijing on fisheries, hopes for summit"),
        arrival(1, TALKS),
        arrival(2, TALKS, days=5),
        arrival(2, "Tokyo seeks talks"),
    ],
    ids=["other words", "same outlet", "long ago", "few words"],
)
def test_other_headlines_tell_other_stories(other: Arrival) -> None:
    assert assign([arrival(1, TALKS), other], []) == (0, -1)


def test_headlines_with_other_numbers_tell_other_stories() -> None:
    first = "Quake of magnitude 5 shakes the coast of Chile"
    assert assign([arrival(1, first), arrival(2, first.replace("5", "6"))], []) == (0, -1)


def test_articles_join_stories_that_are_known() -> None:
    known = [Headline(ArticleId(1), StoryId(7), FeedId(1), "https://a.example/1", TALKS, NOW)]
    assert assign([arrival(2, TALKS), arrival(2, "Rice gets cheaper in Japan again")], known) == (
        StoryId(7),
        0,
    )


def article(
    number: int,
    outlet: str = "A",
    title: str = "Title",
    summary: str = "",
    hours: float = 0,
    story: int = 1,
) -> Article:
    return Article(
        ArticleId(number),
        FeedId(number),
        StoryId(story),
        outlet,
        "",
        title,
        summary,
        NOW - timedelta(hours=hours),
        NOW,
    )


def test_the_article_that_says_most_speaks_for_its_story() -> None:
    told = Story(
        StoryId(1),
        (article(1, "A"), article(2, "B", summary="More is said here."), article(3, "A")),
    )
    assert lead(told).id == 2
    assert outlets(told) == ("B", "A")


def told(summary: str, title: str = "Title") -> Story:
    return Story(StoryId(1), (article(1, title=title, summary=summary),))


def test_a_summary_is_whole_sentences_within_its_limit() -> None:
    long = "One is here. Two follows. Three ends it. Four is too much."
    assert summarise(told(long)) == "One is here. Two follows. Three ends it."
    assert summarise(told(long), 26) == "One is here. Two follows."
    assert summarise(told("w" * 1000)).endswith("…")
    assert len(summarise(told("w " * 1000))) <= MAX_CHARACTERS


def test_a_summary_does_not_say_the_headline_again() -> None:
    assert summarise(told("Rice gets cheaper.", "Rice gets cheaper")) == ""
    assert summarise(told("Rice gets cheaper. By a tenth.", "Rice gets cheaper")) == "By a tenth."


def test_japanese_sentences_are_joined_without_spaces() -> None:
    assert summarise(told("一つ。二つ。三つ。四つ。")) == "一つ。二つ。三つ。"


def subscription(number: int, kind: Kind) -> Subscription:
    return Subscription(
        SubscriptionId(number),
        ChatId(1),
        kind,
        number,
        f"s{number}",
        ArticleId(0),
        NOW,
        None,
        None,
        "",
    )


def candidate(number: int, story: int) -> Candidate:
    return Candidate(SubscriptionId(number), article(story, story=story))


def test_a_digest_tells_each_story_once_topics_first_the_widely_reported_first() -> None:
    stories = [
        Story(StoryId(1), (article(1, "A", hours=1),)),
        Story(StoryId(2), (article(2, "A", hours=9), article(3, "B", hours=9, story=2))),
        Story(StoryId(3), (article(4, "A", hours=0, story=3),)),
    ]
    digest = decide(
        [candidate(1, 1), candidate(1, 2), candidate(2, 2), candidate(1, 3), candidate(9, 3)],
        stories,
        [subscription(1, Kind.FEED), subscription(2, Kind.TOPIC)],
        NOW,
        NOW,
    )
    assert [(s.subscription.name, [t.id for t in s.stories]) for s in digest.sections] == [
        ("s2", [2]),
        ("s1", [3, 1]),
    ]
    assert digest.left_out == 0


def test_what_a_digest_does_not_hold_is_counted() -> None:
    stories = [Story(StoryId(n), (article(n, hours=n, story=n),)) for n in range(1, 6)]
    digest = decide(
        [candidate(1, n) for n in range(1, 6)],
        stories,
        [subscription(1, Kind.TOPIC)],
        NOW,
        NOW,
        limit=2,
    )
    assert [story.id for story in digest.stories] == [1, 2]
    assert digest.left_out == 3


def test_an_empty_digest_has_no_sections() -> None:
    assert decide([], [], [], NOW, NOW).sections == ()


def test_a_list_of_feeds_is_read_with_its_folders_each_address_once() -> None:
    document = b"""<?xml version="1.0"?><opml version="2.0"><body>
      <outline text="Japan"><outline text="A" xmlUrl="https://a.example/"/></outline>
      <outline text="again" xmlUrl="https://a.example/"/>
      <outline title="B" xmlUrl=" http://b.example/ "/><outline text="odd" xmlUrl="ftp://c.example/"/>
    </body></opml>"""
    assert read(document).outlines == (
        ListedFeed("https://a.example/", "A", "Japan"),
        ListedFeed("http://b.example/", "B"),
    )


@pytest.mark.parametrize(
    "document",
    [b"", b"<html/>", b"nothing", b'<!DOCTYPE x [<!ENTITY a "' + b"b" * 999 + b'">]><opml/>'],
)
def test_what_is_no_list_of_feeds_is_refused(document: bytes) -> None:
    with pytest.raises(BadOpml):
        read(document)
