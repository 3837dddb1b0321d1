"""Digests: what is new, the important first, each story once, and updates only of what moved on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.digest import Digest, Grounds, Material, decide, ranked
from news.taste import Taste
from news.updates import moved_on, untold
from storage.records import (
    Article,
    ArticleId,
    Candidate,
    ChatId,
    FeedId,
    Kind,
    Story,
    StoryId,
    Subscription,
    SubscriptionId,
    Told,
)

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
WEEK = timedelta(days=7)
SUBJECTS = [
    "harbour",
    "bridge",
    "rice",
    "typhoon",
    "election",
    "orchestra",
    "reactor",
    "glacier",
    "tariff",
    "vaccine",
    "satellite",
    "railway",
    "library",
    "drought",
    "lottery",
    "volcano",
    "museum",
    "ferry",
    "strike",
    "census",
]


def article(
    number: int,
    *,
    story: int,
    outlet: int | None = None,
    title: str = "",
    summary: str = "",
    hours: float = 10,
    text: str = "",
) -> Article:
    feed = number if outlet is None else outlet
    subject = SUBJECTS[story % len(SUBJECTS)]
    return Article(
        id=ArticleId(number),
        feed_id=FeedId(feed),
        story_id=StoryId(story),
        outlet=f"Outlet {feed}",
        url=f"https://outlet{feed}.example/{number}",
        title=title or f"{subject.title()} affair {story} seen by paper {feed}",
        summary=summary,
        published_at=NOW - timedelta(hours=hours),
        text=text,
    )


def subscription(number: int, kind: Kind = Kind.TOPIC) -> Subscription:
    return Subscription(
        id=SubscriptionId(number),
        chat_id=ChatId(1),
        kind=kind,
        target=number,
        name=f"s{number}",
        after_article=ArticleId(0),
        followed_at=NOW,
        last_story_at=None,
        failure=None,
        failure_detail="",
    )


def wanted(by: int, *articles: Article, score: float = 0.7) -> list[Candidate]:
    return [
        Candidate(SubscriptionId(by), one.id, one.story_id, one.feed_id, one.published_at, score)
        for one in articles
    ]


def story(*articles: Article) -> Story:
    ordered = sorted(articles, key=lambda one: (one.published_at, one.id), reverse=True)
    return Story(articles[0].story_id, tuple(ordered))


def digest_of(
    candidates: list[Candidate],
    stories: list[Story],
    *subscriptions: Subscription,
    told: dict[StoryId, Told] | None = None,
    limit: int = 20,
    taste: Taste | None = None,
    per_day: dict[FeedId, float] | None = None,
) -> Digest:
    told = told or {}
    fresh = {one.id: untold(one, told.get(one.id)) for one in stories}
    material = Material(
        subscriptions,
        [one for one in candidates if fresh.get(one.story_id, one) is not None],
        {id: one for id, one in fresh.items() if one is not None},
        told.keys(),
        taste or Taste(),
        per_day or {},
    )
    return decide(material, NOW - WEEK, NOW, limit)


def told_ids(digest: Digest) -> list[int]:
    return [item.story.id for item in digest.items]


def test_what_many_outlets_report_comes_before_what_one_does() -> None:
    big = story(*(article(n, story=1) for n in range(1, 13)))
    small = story(*(article(n, story=2) for n in range(20, 22)))
    digest = digest_of(wanted(1, *small.articles, *big.articles), [small, big], subscription(1))
    assert told_ids(digest) == [1, 2]
    first, second = digest.items
    assert first.grounds.reports == 12
    assert second.grounds.reports == 2
    assert first.grounds.outlets == 1.0


def test_twenty_reprints_of_one_text_count_less_than_four_reports_of_their_own() -> None:
    wire = (
        "The harbour bridge was closed on Monday after engineers found cracks in two of its cables, "
        "the ministry of transport said, and ferries are going to run all night until it opens again."
    )
    reprints = story(
        *(article(n, story=1, title="Harbour bridge closed", text=wire) for n in range(1, 21))
    )
    texts = (
        "Farmers in the north expect the smallest rice harvest since the war after a summer without rain.",
        "A bag of rice costs twice what it did a year ago, and shops in the capital ration what they have.",
        "The government is going to open its stores of rice before the end of the month, a minister said.",
        "Why rice has become so dear, and why it may stay so: five answers from people who grow it.",
    )
    own = story(
        *(
            article(30 + n, story=2, title=f"Rice {word}", text=text)
            for n, (word, text) in enumerate(
                zip(["harvest", "price", "stores", "why"], texts, strict=True)
            )
        )
    )
    digest = digest_of(
        wanted(1, *reprints.articles, *own.articles), [reprints, own], subscription(1)
    )
    assert [(item.story.id, item.grounds.reports) for item in digest.items] == [(2, 4), (1, 1)]


def test_an_outlet_with_several_feeds_is_one_outlet() -> None:
    told = story(
        *(
            Article(
                **{
                    **{name: getattr(article(n, story=1), name) for name in Article.__slots__},
                    "url": f"https://www.paper.example/{n}",
                }
            )
            for n in range(1, 5)
        )
    )
    [item] = digest_of(wanted(1, *told.articles), [told], subscription(1)).items
    assert item.grounds.reports == 1


def test_an_outlet_that_reports_everything_says_little_by_reporting_something() -> None:
    rare, frequent = story(article(1, story=1)), story(article(2, story=2))
    digest = digest_of(
        wanted(1, *rare.articles, *frequent.articles),
        [frequent, rare],
        subscription(1),
        per_day={FeedId(1): 1.0, FeedId(2): 200.0},
    )
    assert told_ids(digest) == [1, 2]


def test_what_is_about_the_topic_comes_before_what_touches_it_and_the_fresh_before_the_old() -> (
    None
):
    about, touching = story(article(1, story=1)), story(article(2, story=2))
    old = story(article(3, story=3, hours=120))
    candidates = [
        *wanted(1, *about.articles, score=0.95),
        *wanted(1, *touching.articles, score=0.55),
        *wanted(1, *old.articles, score=0.55),
    ]
    assert told_ids(digest_of(candidates, [old, touching, about], subscription(1))) == [1, 2, 3]


def test_what_the_chat_likes_moves_up_a_little() -> None:
    one, other = story(article(1, story=1)), story(article(2, story=2))
    candidates = wanted(1, *one.articles, *other.articles)
    for liked, order in ((1, [1, 2]), (2, [2, 1])):
        taste = Taste(outlets={FeedId(liked): 1.0}, names={})
        assert told_ids(digest_of(candidates, [one, other], subscription(1), taste=taste)) == order


def test_a_story_that_several_subscriptions_want_stands_once_under_the_topic_it_is_most_about() -> (
    None
):
    told = story(article(1, story=1))
    digest = digest_of(
        [
            *wanted(1, *told.articles, score=1.0),
            *wanted(2, *told.articles, score=0.6),
            *wanted(3, *told.articles, score=0.8),
        ],
        [told],
        subscription(1, Kind.FEED),
        subscription(2),
        subscription(3),
    )
    assert [(s.subscription.name, len(s.items)) for s in digest.sections] == [("s3", 1)]


def test_topics_come_before_feeds_and_those_with_the_most_important_story_first() -> None:
    small = story(article(1, story=1, hours=50))
    big = story(*(article(n, story=2) for n in range(2, 8)))
    huge = story(*(article(n, story=3) for n in range(10, 30)))
    digest = digest_of(
        [
            *wanted(1, *small.articles),
            *wanted(2, *big.articles),
            *wanted(3, *huge.articles, score=1.0),
        ],
        [small, big, huge],
        subscription(1),
        subscription(2),
        subscription(3, Kind.FEED),
    )
    assert [section.subscription.name for section in digest.sections] == ["s2", "s1", "s3"]


def test_what_a_digest_has_no_room_for_is_counted() -> None:
    stories = [story(article(n, story=n, hours=n)) for n in range(1, 9)]
    candidates = [one for told in stories for one in wanted(1, *told.articles)]
    digest = digest_of(candidates, stories[:6], subscription(1), limit=3)
    assert told_ids(digest) == [1, 2, 3]
    assert digest.left_out == 5


def test_one_topic_never_fills_a_digest_while_another_has_something_worth_telling() -> None:
    loud = [story(*(article(10 * n + k, story=n) for k in range(4))) for n in range(1, 15)]
    quiet = [story(article(500 + n, story=100 + n)) for n in range(6)]
    candidates = [
        *(one for told in loud for one in wanted(1, *told.articles, score=0.9)),
        *(one for told in quiet for one in wanted(2, *told.articles, score=0.9)),
    ]
    digest = digest_of(candidates, [*loud, *quiet], subscription(1), subscription(2), limit=10)
    counts = {section.subscription.name: len(section.items) for section in digest.sections}
    assert counts == {"s1": 6, "s2": 4}


def test_the_same_event_in_two_versions_takes_no_place_from_another_one() -> None:
    twins = [
        story(article(n, story=n, title=f"Reactor at Hamaoka restarts after {n} years"))
        for n in (11, 12, 13)
    ]
    other = story(article(20, story=2, title="Orchestra plays on a ferry", hours=20))
    candidates = [one for told in (*twins, other) for one in wanted(1, *told.articles)]
    digest = digest_of(candidates, [*twins, other], subscription(1), limit=2)
    assert 2 in told_ids(digest)


def test_no_outlet_leads_three_stories_in_a_row_while_there_are_others() -> None:
    stories = [story(article(n, story=n, outlet=1 if n < 7 else 2, hours=n)) for n in range(1, 10)]
    candidates = [one for told in stories for one in wanted(1, *told.articles)]
    leads = [
        item.story.articles[0].feed_id
        for item in digest_of(candidates, stories, subscription(1)).items
    ]
    runs = [leads[n : n + 3] for n in range(len(leads) - 2)]
    assert all(len(set(run)) > 1 for run in runs[:6])


def test_a_story_that_was_told_comes_again_only_as_an_update_with_what_is_new() -> None:
    old = [
        article(
            1, story=1, title="Ferry aground off Jeju", summary="A ferry ran aground off Jeju."
        ),
        article(2, story=1, title="Ferry runs aground near Jeju, nobody hurt"),
    ]
    told = {StoryId(1): Told(StoryId(1), NOW - WEEK, ArticleId(2))}
    echo = article(3, story=1, title="Ferry aground near Jeju", hours=1)
    again = story(*old, echo)
    quiet = digest_of(wanted(1, *again.articles), [again], subscription(1), told=told)
    assert quiet.sections == ()
    assert quiet.left_out == 0
    new = [
        article(4, story=1, title="Captain arrested over drinking before shipwreck", hours=1),
        article(
            5, story=1, title="Police arrest captain; owner's offices searched in Busan", hours=1
        ),
    ]
    moved = story(*old, echo, *new)
    [item] = digest_of(wanted(1, *moved.articles), [moved], subscription(1), told=told).items
    assert item.update
    assert {one.id for one in item.story.articles} == {3, 4, 5}
    assert item.newest == 5


def test_one_outlet_alone_makes_an_update_only_for_those_who_follow_it() -> None:
    old = [article(1, story=1, outlet=1, title="Ferry aground off Jeju")]
    new = [article(2, story=1, outlet=1, title="Captain arrested over drinking before shipwreck")]
    assert not moved_on(old, new)
    assert moved_on(old, new, {FeedId(1)})
    assert not moved_on(old, new, {FeedId(2)})


def test_a_digest_of_nothing_has_no_sections() -> None:
    assert digest_of([], []) == Digest(NOW - WEEK, NOW, (), 0)
    assert ranked([], WEEK, NOW) == ()


def test_what_most_outlets_report_is_looked_at_first() -> None:
    big = story(*(article(n, story=1, hours=60) for n in range(1, 6)))
    rest = [story(article(10 + n, story=n)) for n in range(2, 40)]
    candidates = [one for told in (*rest, big) for one in wanted(1, *told.articles)]
    found = ranked(candidates, WEEK, NOW)
    assert found[0] == 1
    assert sorted(found) == list(range(1, 40))


def test_what_other_outlets_write_of_the_same_is_no_update_if_the_first_said_it_all() -> None:
    told = article(
        1,
        story=1,
        title="Ferry aground off Jeju",
        text="The captain was arrested in Busan on Friday. He had been drinking, police said, and offices of "
        "the shipping company were searched. All 90 passengers are safe.",
    )
    others = [
        article(2, story=1, title="Captain arrested after drinking", summary="Police said so."),
        article(3, story=1, title="Police search offices of shipping company in Busan"),
    ]
    assert not moved_on([told], others)


def test_what_was_archived_when_it_was_first_seen_makes_no_update() -> None:
    old = article(1, story=1, title="Ferry aground off Jeju")
    later = [
        replace(article(n, story=1, title=title), archived=True)
        for n, title in ((2, "Captain drunk, says mate"), (3, "Owner flees abroad by night"))
    ]
    told = Told(StoryId(1), NOW, ArticleId(1))
    assert untold(story(old, *later), told) is None
    fresh = [replace(one, archived=False) for one in later]
    assert untold(story(old, *fresh), told) == story(*fresh)


@given(
    st.lists(
        st.tuples(
            st.integers(1, 12),
            st.integers(1, 6),
            st.integers(1, 4),
            st.floats(0.5, 1.0),
            st.floats(0, 200),
        ),
        max_size=60,
    ),
    st.integers(1, 15),
)
def test_every_new_story_is_told_once_or_counted(
    rows: list[tuple[int, int, int, float, float]], limit: int
) -> None:
    of_story: dict[int, list[Article]] = {}
    candidates = []
    for number, (told, outlet, by, score, hours) in enumerate(rows, start=1):
        one = article(number, story=told, outlet=outlet, hours=hours)
        of_story.setdefault(told, []).append(one)
        candidates += wanted(by, one, score=score)
    stories = [story(*some) for some in of_story.values()]
    listed = [subscription(n, Kind.FEED if n % 2 else Kind.TOPIC) for n in range(1, 5)]
    digest = digest_of(candidates, stories, *listed, limit=limit)
    ids = told_ids(digest)
    assert len(ids) == len(set(ids)) == min(limit, len(stories))
    assert digest.left_out == len(stories) - len(ids)
    assert all(section.items for section in digest.sections)
    for item in digest.items:
        grounds = item.grounds
        shares = (grounds.outlets, grounds.aboutness, grounds.freshness, grounds.centrality)
        assert all(0 <= share <= 1 for share in shares)
    assert digest_of(candidates, stories[::-1], *listed, limit=limit) == digest


def test_importance_is_the_sum_of_its_grounds() -> None:
    assert Grounds(1, 1.0, 1.0, 1.0, 1.0, 1.0).importance == pytest.approx(1.0)


def test_what_is_followed_by_its_feed_is_led_by_that_feeds_own_article() -> None:
    told = story(
        article(1, story=1, outlet=7, summary="Short."),
        article(
            2, story=1, outlet=8, summary="A longer summary of the same, told by somebody else."
        ),
    )
    by_feed = subscription(7, Kind.FEED)
    [item] = digest_of(wanted(7, told.articles[1]), [told], by_feed).items
    assert item.lead.outlet == "Outlet 7"
    assert item.grounds.reports == 2
    [item] = digest_of(wanted(1, told.articles[1]), [told], subscription(1)).items
    assert item.lead.outlet == "Outlet 8"


def test_a_topic_that_leaves_something_out_shows_nothing_of_it() -> None:
    told = story(article(1, story=1), article(2, story=1), article(3, story=1))
    material = Material(
        [subscription(1)],
        wanted(1, told.articles[0]),
        {told.id: told},
        narrow={SubscriptionId(1)},
    )
    [item] = decide(material, NOW - WEEK, NOW).items
    assert [one.id for one in item.story.articles] == [told.articles[0].id]
